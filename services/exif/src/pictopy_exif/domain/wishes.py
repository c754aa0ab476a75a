"""What a photo's files should say, from what a person stated: names, titled events, and what was asked for by hand."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import PersonId
from pictopy_contracts.messages import AssignedFace
from pictopy_exif.domain.packet import sayable

MERGES_FOLLOWED = 20  # a person merged into a person merged into ...; a ring ends here too


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Picture(_Frozen):
    """The picture that the wishes are for; the size is that of the oriented picture."""

    kind: Literal["photo", "video"] = "photo"
    format: str = "jpeg"
    width_px: int
    height_px: int
    orientation: int = 1


class Person(_Frozen):
    name: str | None = None
    name_source: Literal["user", "file"] = "user"
    hidden: bool = False
    is_gone: bool = False
    merged_into: PersonId | None = None


class Happening(_Frozen):
    """An event or trip that the photo belongs to."""

    kind: Literal["event", "trip"] = "event"
    title: str
    title_source: Literal["auto", "user"] = "auto"


class Stated(_Frozen):
    """What was asked for this photo by hand. None: nothing was said about it."""

    keywords: tuple[str, ...] | None = None
    caption: str | None = None
    rating: int | None = None


class NamedFace(_Frozen):
    """`box` is in fractions of the oriented picture."""

    name: str
    box: Box


class Wishes(_Frozen):
    """Nothing in here comes from a file or from a machine alone."""

    faces: tuple[NamedFace, ...] = ()
    event: str | None = None
    keywords: tuple[str, ...] = ()
    caption: str | None = None
    rating: int | None = None

    @property
    def is_empty(self) -> bool:
        return self == Wishes()

    @property
    def digest(self) -> str:
        """Equal for wishes that mean the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]


def wishes_of(
    faces: Iterable[AssignedFace],
    people: Mapping[PersonId, Person],
    happenings: Iterable[Happening],
    stated: Stated | None = None,
) -> Wishes:
    """People who were named here and are not hidden, the event that the user titled, and what was asked by hand.

    A name that only stands in files is no reason to write: an import alone changes no file.
    """
    stated = stated or Stated()
    named = {(name, face.box) for face in faces if (name := _name_of(face, people))}
    return Wishes(
        faces=tuple(NamedFace(name=name, box=box) for name, box in sorted(named, key=_by_place)),
        event=_event_of(happenings),
        keywords=tuple(dict.fromkeys(said for each in stated.keywords or () if (said := _clean(each)))),
        caption=_clean(stated.caption) or None,
        rating=stated.rating,
    )


def _by_place(named: tuple[str, Box]) -> tuple[str, float, float, float, float]:
    name, box = named
    return name, box.x1, box.y1, box.x2, box.y2


def _name_of(face: AssignedFace, people: Mapping[PersonId, Person]) -> str:
    if not face.is_face or face.person_id is None:
        return ""
    person = people.get(face.person_id)
    for _ in range(MERGES_FOLLOWED):
        if person is None or person.merged_into is None:
            break
        person = people.get(person.merged_into)
    if person is None or person.hidden or person.is_gone:
        return ""
    is_stated = person.name_source == "user" or face.source == "user"
    return _clean(person.name) if is_stated else ""


def _event_of(happenings: Iterable[Happening]) -> str | None:
    titled = [each for each in happenings if each.title_source == "user" and _clean(each.title)]
    titled.sort(key=lambda each: (each.kind != "event", each.title))
    return _clean(titled[0].title) if titled else None


def _clean(text: str | None) -> str:
    return sayable(text or "").strip()
