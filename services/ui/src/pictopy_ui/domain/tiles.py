"""The tiles of a grid of photos, by month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from pictopy_ui.answers import Hit, PhotoFacts
from pictopy_ui.domain.words import clock_text, day_text

UNKNOWN_RATIO = 1.0
FIRST_LOOK = 60  # tiles that decide between months and years
FEW = 4  # photos that a month should hold to have a title of its own
MONTH, YEAR = "%Y-%m", "%Y"
WIDEST, NARROWEST = 2.4, 0.55  # of width over height in a grid: a panorama must not fill a row, nor a strip vanish


@dataclass(frozen=True)
class Tile:
    photo_id: str
    src: str
    alt: str
    ratio: float = UNKNOWN_RATIO
    taken_at: datetime | None = None
    length: str = ""
    """Of a video; empty for a still."""
    is_favourite: bool = False


@dataclass(frozen=True)
class Stretch:
    """A month or a year of photos."""

    key: str
    """`2023-06` or `2023`, or empty for photos without a date."""
    title: str
    tiles: tuple[Tile, ...]


def tile(hit: Hit, facts: PhotoFacts | None, src: str) -> Tile:
    """`facts` give the shape where search does not; a grid without them still stands."""
    width, height = (hit.width_px, hit.height_px) if hit.height_px else _size(facts)
    ratio = width / height if width and height else UNKNOWN_RATIO
    length = hit.duration_s if hit.duration_s is not None else (facts.duration_s if facts else None)
    return Tile(
        photo_id=hit.photo_id,
        src=src,
        alt=described(hit, facts),
        ratio=min(WIDEST, max(NARROWEST, ratio)),
        taken_at=hit.taken_at_local,
        length=(clock_text(length) or "video") if hit.kind == "video" else "",
        is_favourite=facts.favourite if facts else hit.favourite,
    )


def hit_of(photo: PhotoFacts) -> Hit:
    """What search would say of it, as far as ingest knows."""
    shared = Hit.model_fields.keys() & PhotoFacts.model_fields.keys()
    return Hit(**{name: getattr(photo, name) for name in shared})


def described(hit: Hit, facts: PhotoFacts | None = None) -> str:
    """For those who hear the page: the caption, else who, what and when."""
    caption = (facts.caption or facts.title) if facts else None
    who = " and ".join(named(hit.people))
    what = "Video" if hit.kind == "video" else "Photo"
    start = caption or (f"{what} of {who}" if who else what)
    return f"{start}, {day_text(hit.taken_at_local)}" if hit.taken_at_local else start


def named(people: Iterable[object]) -> list[str]:
    """Names out of what search says of people: plain names or objects with one."""
    names = [person.get("name") if isinstance(person, Mapping) else person for person in people]
    return [name for name in names if isinstance(name, str) and name]


def by_time(tiles: Sequence[Tile]) -> tuple[Stretch, ...]:
    """Neighbours of one month together, or of one year where the months hold little; the order is kept."""
    first = tiles[:FIRST_LOOK]
    is_sparse = len(first) < FEW * len({_key(item, MONTH) for item in first})
    form, title = (YEAR, YEAR) if is_sparse else (MONTH, "%B %Y")
    return tuple(_stretch(key, title, tuple(group)) for key, group in groupby(tiles, key=lambda item: _key(item, form)))


def _stretch(key: str, title: str, tiles: tuple[Tile, ...]) -> Stretch:
    taken = tiles[0].taken_at
    return Stretch(key, taken.strftime(title) if taken else "No date", tiles)


def _key(item: Tile, form: str) -> str:
    return item.taken_at.strftime(form) if item.taken_at else ""


def _size(facts: PhotoFacts | None) -> tuple[int, int]:
    return (facts.width_px, facts.height_px) if facts else (0, 0)
