"""What a photo's files should say, from what a person stated: names, titled events, and what was asked for by hand."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import PersonId
from pictopy_contracts.messages import AssignedFace
from pictopy_exif.domain.packet import sayable

Choice: TypeAlias = Literal["off", "on", "confirmed"]
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
    title: str | None = None
    favourite: bool | None = None
    hidden: bool | None = None
    albums: tuple[str, ...] | None = None
    taken_at_local: datetime | None = None
    taken_offset_min: int | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    location: str | None = None
    city: str | None = None
    country: str | None = None


class NamedFace(_Frozen):
    """`box` is in fractions of the oriented picture."""

    name: str
    box: Box


class Place(_Frozen):
    """Where it was taken. Both coordinates or none; texts are empty where nothing was said."""

    latitude_deg: float | None = None
    longitude_deg: float | None = None
    location: str = ""
    city: str = ""
    country: str = ""


class Moment(_Frozen):
    """When it was taken, on the clock of the place; `offset_min`: what that clock is ahead of UTC, if it was said."""

    at_local: datetime
    offset_min: int | None = None


class Concepts(_Frozen):
    """What may go into files. `confirmed`: only what stands in the last plan that the user confirmed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    people: Choice = "on"
    keywords: Choice = "on"
    event: Choice = "on"
    place: Choice = "on"
    caption: Choice = "on"
    title: Choice = "on"
    rating: Choice = "on"
    favourite: Choice = "on"
    """Hidden ones too."""
    albums: Choice = "on"
    time: Choice = "on"
    machine_tags: Choice = "off"


class Wishes(_Frozen):
    """Nothing in here comes from a file or, but for the tags that the user wants, from a machine alone."""

    faces: tuple[NamedFace, ...] = ()
    event: str | None = None
    keywords: tuple[str, ...] = ()
    caption: str | None = None
    rating: int | None = None
    trip: str | None = None
    title: str | None = None
    favourite: bool = False
    hidden: bool = False
    albums: tuple[str, ...] = ()
    place: Place | None = None
    time: Moment | None = None
    machine_tags: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Wishes()

    @property
    def digest(self) -> str:
        """Equal for wishes that mean the same; fields of later versions count only where they say something, so that
        what was undone long ago stays so."""
        silent = {name for name in _LATER if getattr(self, name) == Wishes.model_fields[name].default}
        return hashlib.sha256(self.model_dump_json(exclude=silent).encode()).hexdigest()[:32]

    def chosen(self, concepts: Concepts, confirmed: "Wishes | None") -> "Wishes":
        """What may be written of it: all that is on, and what was confirmed of the rest as far as it is still said."""
        before = confirmed or Wishes()
        return Wishes(
            **{
                field: self._allowed(field, getattr(concepts, concept), before)
                for concept, fields in FIELDS.items()
                for field in fields
            }
        )

    def _allowed(self, field: str, choice: Choice, confirmed: "Wishes") -> object:
        said, was = getattr(self, field), getattr(confirmed, field)
        if choice == "on":
            return said
        if choice == "off":
            return Wishes.model_fields[field].default
        if field == "faces":
            names = {face.name for face in confirmed.faces}
            return tuple(face for face in self.faces if face.name in names)
        if isinstance(said, tuple):
            return tuple(each for each in said if each in was)
        return said if said == was else Wishes.model_fields[field].default


FIELDS: dict[str, tuple[str, ...]] = {
    "people": ("faces",),
    "keywords": ("keywords",),
    "event": ("event", "trip"),
    "place": ("place",),
    "caption": ("caption",),
    "title": ("title",),
    "rating": ("rating",),
    "favourite": ("favourite", "hidden"),
    "albums": ("albums",),
    "time": ("time",),
    "machine_tags": ("machine_tags",),
}
"""Concept to the wishes that it is about."""
_LATER = frozenset({"trip", "title", "favourite", "hidden", "albums", "place", "time", "machine_tags"})


def wishes_of(
    faces: Iterable[AssignedFace],
    people: Mapping[PersonId, Person],
    happenings: Iterable[Happening],
    stated: Stated | None = None,
    machine_tags: Iterable[str] = (),
) -> Wishes:
    """People who were named here and are not hidden, the event that the user titled, and what was asked by hand.

    A name that only stands in files is no reason to write: an import alone changes no file.
    """
    stated = stated or Stated()
    named = {(name, face.box) for face in faces if (name := _name_of(face, people))}
    titles = {kind: _title_of(happenings, kind) for kind in ("event", "trip")}
    return Wishes(
        faces=tuple(NamedFace(name=name, box=box) for name, box in sorted(named, key=_by_place)),
        event=titles["event"] or titles["trip"],
        trip=titles["trip"] if titles["event"] else None,
        keywords=_cleaned(stated.keywords),
        caption=_clean(stated.caption) or None,
        title=_clean(stated.title) or None,
        rating=stated.rating,
        favourite=bool(stated.favourite),
        hidden=bool(stated.hidden),
        albums=_cleaned(stated.albums),
        place=_place_of(stated),
        time=Moment(at_local=stated.taken_at_local, offset_min=stated.taken_offset_min)
        if stated.taken_at_local
        else None,
        machine_tags=_cleaned(tuple(sorted(machine_tags))),
    )


def _place_of(stated: Stated) -> Place | None:
    latitude, longitude = stated.latitude_deg, stated.longitude_deg
    is_known = latitude is not None and longitude is not None
    place = Place(
        latitude_deg=latitude if is_known else None,
        longitude_deg=longitude if is_known else None,
        location=_clean(stated.location),
        city=_clean(stated.city),
        country=_clean(stated.country),
    )
    return None if place == Place() else place


def _cleaned(texts: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said for each in texts or () if (said := _clean(each))))


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


def _title_of(happenings: Iterable[Happening], kind: str) -> str | None:
    """Of several that the photo is in, the first by the alphabet: the same whatever the order in which they came."""
    titles = [_clean(each.title) for each in happenings if each.kind == kind and each.title_source == "user"]
    return min(filter(None, titles), default=None)


def _clean(text: str | None) -> str:
    return sayable(text or "").strip()
