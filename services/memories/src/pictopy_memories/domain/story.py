"""A told story: slides with captions and reasons, a cover, and an account of what was left out."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from pictopy_memories.domain import words
from pictopy_memories.domain.eligibility import WHY_OUT
from pictopy_memories.domain.library import Library, Out, Rows
from pictopy_memories.domain.relevance import FACE_SHARE, relevance
from pictopy_memories.domain.scoring import Scored
from pictopy_memories.domain.selection import Selection

FINE_QUALITY = 0.75
"""From here a photo is told to be sharp and well exposed: the best fifth of 210 real photos."""
COVER_FACE = 0.25
COVER_LANDSCAPE = 0.10
COVER_STILL = 1.0
"""A cover should be a still, with a face that fills the frame well, and wide (study/algorithms.md 3.5)."""
NAMED_SHARE = 0.2
"""People in a fifth of a story's photos are named with it."""


@dataclass(frozen=True)
class Slide:
    photo_id: str
    caption: str
    reasons: tuple[str, ...]
    is_video: bool = False


@dataclass(frozen=True)
class LeftOut:
    reason: str
    count: int


@dataclass(frozen=True)
class Story:
    story_id: str
    day: date
    key: str
    kind: str
    subject: str
    title: str
    subtitle: str
    reasons: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    cover_photo_id: str
    person_ids: tuple[str, ...]
    """Whom the words name: the story goes when one of them is hidden."""
    score: float
    slides: tuple[Slide, ...]

    @cached_property
    def digest(self) -> str:
        """Of all that a person would see of it."""
        return hashlib.blake2b(repr(replace(self, score=0.0)).encode(), digest_size=16).hexdigest()

    def with_cover_in_slides(self) -> "Story":
        """The cover of a story that lost slides since it was made is one of those left."""
        shown = [slide.photo_id for slide in self.slides]
        return self if self.cover_photo_id in shown else replace(self, cover_photo_id=shown[0])


def tell(library: Library, day: date, best: Scored, selection: Selection) -> Story:
    candidate, rows = best.candidate, selection.rows
    together = _often_there(library, rows)
    return Story(
        story_id=story_id_of(day, candidate.key),
        day=day,
        key=candidate.key,
        kind=candidate.kind,
        subject=candidate.subject,
        title=candidate.title,
        subtitle=candidate.subtitle,
        reasons=_reasons(library, best, together),
        left_out=_left_out(library, candidate.rows, selection),
        cover_photo_id=library.columns.ids[_cover(library, rows)],
        person_ids=tuple(sorted(library.persons[number].person_id for number in {*candidate.named, *together})),
        score=round(best.score, 4),
        slides=tuple(
            _slide(library, row, size, candidate.why_slide)
            for row, size in zip(rows.tolist(), selection.burst_sizes, strict=True)
        ),
    )


def story_id_of(day: date, key: str) -> str:
    """The same story of the same day has the same id, so a rebuild does not lose that it was seen."""
    return hashlib.blake2b(f"{day.isoformat()}:{key}".encode(), digest_size=16).hexdigest()


def _often_there(library: Library, rows: Rows) -> list[int]:
    counts = library.people_counts(rows)
    often = np.flatnonzero(counts >= max(1.0, NAMED_SHARE * len(rows)))
    return sorted((int(one) for one in often if library.persons[one].name), key=lambda one: (-counts[one], one))


def _reasons(library: Library, best: Scored, together: list[int]) -> tuple[str, ...]:
    reasons = list(best.candidate.reasons)
    if names := library.names(one for one in together if one not in best.candidate.named):
        reasons.append(f"With {words.listed(names)}")
    if favourites := int(library.columns.favourite[best.fit].sum()):
        reasons.append(f"{words.count(favourites, 'favourite')} of yours among its photos")
    if best.weight > 1.0:
        reasons.append("You asked for more like this")
    if best.weight < 1.0:
        reasons.append("It counts for less, since you asked for fewer like this")
    return tuple(reasons)


def _left_out(library: Library, rows: Rows, selection: Selection) -> tuple[LeftOut, ...]:
    counts = np.bincount(library.out[rows], minlength=len(Out))
    gate = [LeftOut(WHY_OUT[reason], int(counts[reason])) for reason in Out if reason is not Out.FIT]
    fit = int(counts[Out.FIT]) - len(selection.rows) - selection.in_bursts - selection.similar
    rest = [
        LeftOut("another shot of the same burst is better", selection.in_bursts),
        LeftOut("too like one that is in", selection.similar),
        LeftOut("no room: others cover the story better", fit),
    ]
    return tuple(one for one in (*gate, *rest) if one.count > 0)


def _cover(library: Library, rows: Rows) -> int:
    columns, (low, high) = library.columns, FACE_SHARE
    largest = columns.largest_face[rows]
    worth = relevance(library, rows) + COVER_STILL * ~columns.is_video[rows]
    worth = worth + COVER_FACE * ((largest >= low) & (largest <= high)) + COVER_LANDSCAPE * (columns.aspect[rows] >= 1)
    return int(rows[np.argmax(worth)])


def _slide(library: Library, row: int, burst: int, why: str) -> Slide:
    columns = library.columns
    names = library.names(library.people_in(row))
    taken = library.date_of(row)
    reasons = [why] if why else []
    if columns.favourite[row]:
        reasons.append("One of your favourites")
    if columns.rating[row] >= 4:
        reasons.append(f"You gave it {columns.rating[row]} stars")
    if burst > 1:
        reasons.append(f"The best of {burst} shots taken within seconds")
    if names:
        reasons.append(f"{words.listed(names)} {'is' if len(names) == 1 else 'are'} in it")
    if columns.quality[row] >= FINE_QUALITY:
        reasons.append("Sharp and well exposed")
    return Slide(
        photo_id=columns.ids[row],
        caption=words.dotted(library.place(row), words.full_day(taken) if taken else None, ", ".join(names) or None),
        reasons=tuple(reasons) or ("It fits the story and is unlike the others",),
        is_video=bool(columns.is_video[row]),
    )
