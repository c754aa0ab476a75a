"""Which wish is said in which property: the one table, for the writer and for readers of the documentation."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from pictopy_exif.domain import regions
from pictopy_exif.domain.orientation import stored_size, to_stored
from pictopy_exif.domain.spelling import (
    direction,
    exif_time,
    iim_date,
    iim_time,
    iso_time,
    offset,
    rational_degrees,
    xmp_degrees,
)
from pictopy_exif.domain.statements import Item, Region, Statement, Text, Value, unique
from pictopy_exif.domain.wishes import Moment, Picture, Place, Wishes

Say = Callable[[Wishes, Picture], Iterable[Statement]]
NAMESPACE_VERSION = "1"
_CREATED = "Iptc4xmpExt:LocationCreated"
_STARS_PERCENT = {0: "0", 1: "1", 2: "25", 3: "50", 4: "75", 5: "99"}  # Microsoft's steps


@dataclass(frozen=True)
class Row:
    """`what`: for people; `concept`: what the user switches; `prop` is `IIM:` or `EXIF:` and a name, else of XMP."""

    what: str
    concept: str
    prop: str
    how: str
    say: Say


def _regions(prop: str, wishes: Wishes, picture: Picture) -> list[Statement]:
    """A video has no one picture that a box could lie in."""
    if picture.kind != "photo":
        return []
    width, height = stored_size(picture.width_px, picture.height_px, picture.orientation)
    boxes = ((face.name, to_stored(face.box, picture.orientation)) for face in wishes.faces)
    return [Region(prop=prop, name=name, box=box, width_px=width, height_px=height) for name, box in boxes]


def _names(wishes: Wishes) -> list[str]:
    return list(dict.fromkeys(face.name for face in wishes.faces))


def _happenings(wishes: Wishes) -> list[str]:
    return [title for title in (wishes.event, wishes.trip) if title]


def _items(prop: str, values: Callable[[Wishes], Iterable[str]], avoid: str = "", root: str = "") -> Say:
    """Each value an entry, under `root`; one that holds what the list parts its levels by is left to the others."""

    def say(wishes: Wishes, _: Picture) -> list[Statement]:
        said = (value for value in values(wishes) if not avoid or avoid not in value)
        return [Item(prop=prop, value=f"{root}{avoid}{value}" if root else value) for value in said]

    return say


def _lists(what: str, concept: str, values: Callable[[Wishes], Iterable[str]], root: str = "") -> Iterator[Row]:
    """The keyword lists that there are."""
    under = f" under `{root}`" if root else ""
    yield Row(what, concept, "dc:subject", "as it is", _items("dc:subject", values))
    tags = _items("digiKam:TagsList", values, "/", root)
    yield Row(what, concept, "digiKam:TagsList", f"levels parted by `/`{under}; not if it holds one itself", tags)
    levels = _items("lr:hierarchicalSubject", values, "|", root)
    yield Row(
        what, concept, "lr:hierarchicalSubject", f"levels parted by `|`{under}; not if it holds one itself", levels
    )
    yield Row(what, concept, "IIM:Keywords", "up to 64 bytes; where the file has IPTC", _items("IIM:Keywords", values))
    how = "UTF-16 with `;` between; not if it holds one; where the file has EXIF"
    yield Row(what, concept, "EXIF:XPKeywords", how, _items("EXIF:XPKeywords", values))


def _text(prop: str, value: Callable[[Wishes], str | None]) -> Say:
    return lambda wishes, _: [Text(prop=prop, value=said)] if (said := value(wishes)) else []


def _value(prop: str, value: Callable[[Wishes], str | None]) -> Say:
    return lambda wishes, _: [Value(prop=prop, value=said)] if (said := value(wishes)) else []


def _place(value: Callable[[Place], str]) -> Callable[[Wishes], str | None]:
    return lambda wishes: value(wishes.place) if wishes.place else None


def _degrees(axis: str, spell: Callable[[float], str]) -> Callable[[Wishes], str | None]:
    def value(wishes: Wishes) -> str | None:
        degrees: float | None = getattr(wishes.place, axis) if wishes.place else None
        return None if degrees is None else spell(degrees)

    return value


def _time(spell: Callable[[Moment], str | None]) -> Callable[[Wishes], str | None]:
    return lambda wishes: spell(wishes.time) if wishes.time else None


def _stars(wishes: Wishes) -> str | None:
    """Without the rejected ones, for which only XMP has a number."""
    return str(wishes.rating) if wishes.rating is not None and wishes.rating >= 0 else None


def _percent(wishes: Wishes) -> str | None:
    return None if wishes.rating is None else _STARS_PERCENT.get(wishes.rating)


def _flag(field: str) -> Callable[[Wishes], str | None]:
    return lambda wishes: "True" if getattr(wishes, field) else None


def _version(wishes: Wishes) -> str | None:
    has_own = wishes.favourite or wishes.hidden or wishes.albums or wishes.machine_tags
    return NAMESPACE_VERSION if has_own else None


def _people() -> Iterator[Row]:
    normalised = "fractions of the stored (not rotated) picture; photos only"
    for prop, how in (
        (regions.MWG, f"Name, Type Face, Area by its centre, AppliedToDimensions; {normalised}"),
        (regions.MICROSOFT, f"PersonDisplayName, Rectangle by its corner; {normalised}"),
        (regions.IPTC, f"rectangle by its corner, PersonInImage; {normalised}"),
    ):
        yield Row("person's face", "people", prop, how, partial(_regions, prop))
    shown = "Iptc4xmpExt:PersonInImage"
    yield Row("person", "people", shown, "one entry a name", _items(shown, _names))
    yield from _lists("person", "people", _names, "People")


def _events() -> Iterator[Row]:
    title = "Iptc4xmpExt:Event"
    how = "the event's title, or the trip's where the event has none; x-default"
    yield Row("event titled by the user", "event", title, how, _text(title, lambda wishes: wishes.event))
    yield from _lists("event, trip", "event", _happenings, "Events")


def _texts() -> Iterator[Row]:
    yield _simple("caption", "dc:description", "x-default", _text, lambda wishes: wishes.caption)
    yield _simple("caption", "IIM:Caption", "up to 2000 bytes; where the file has IPTC", _value, lambda w: w.caption)
    yield _simple("caption", "EXIF:ImageDescription", "UTF-8; where the file has EXIF", _value, lambda w: w.caption)
    yield _simple("title", "dc:title", "x-default", _text, lambda wishes: wishes.title)
    yield _simple("title", "IIM:ObjectName", "up to 64 bytes; where the file has IPTC", _value, lambda w: w.title)
    yield _simple("title", "EXIF:XPTitle", "UTF-16; where the file has EXIF", _value, lambda w: w.title)


def _ratings() -> Iterator[Row]:
    number = "-1 (rejected) .. 5"
    yield _simple("rating", "xmp:Rating", number, _value, lambda w: None if w.rating is None else str(w.rating))
    yield _simple("rating", "MicrosoftPhoto:Rating", "0, 1, 25, 50, 75, 99; not if rejected", _value, _percent)
    yield _simple("rating", "EXIF:Rating", "0 .. 5; where the file has EXIF", _value, _stars)
    yield _simple("rating", "EXIF:RatingPercent", "as Microsoft's; where the file has EXIF", _value, _percent)


def _places() -> Iterator[Row]:
    for axis, name, letters in (("latitude_deg", "Latitude", "NS"), ("longitude_deg", "Longitude", "EW")):
        in_xmp = _degrees(axis, partial(xmp_degrees, directions=letters))
        letter = _degrees(axis, partial(direction, directions=letters))
        made = "makes an EXIF block where there is none"
        yield _simple("place", f"EXIF:GPS{name}", made, _value, _degrees(axis, rational_degrees))
        yield _simple("place", f"EXIF:GPS{name}Ref", f"{letters[0]} or {letters[1]}", _value, letter)
        yield _simple("place", f"exif:GPS{name}", "degrees, minutes and direction", _value, in_xmp)
        yield _simple("place", f"{_CREATED}/exif:GPS{name}", "the same", _value, in_xmp)
    version = _degrees("latitude_deg", lambda _: "2 3 0 0")
    yield _simple("place", "EXIF:GPSVersionID", "2 3 0 0; where none stands", _value, version)
    for field, created, flat, in_iim, limit in (
        ("location", "Sublocation", "Iptc4xmpCore:Location", "SubLocation", 32),
        ("city", "City", "photoshop:City", "City", 32),
        ("country", "CountryName", "photoshop:Country", "CountryName", 64),
    ):
        said = _place(attrgetter(field))
        yield _simple("place", f"{_CREATED}/Iptc4xmpExt:{created}", f"the {field}", _value, said)
        yield _simple("place", flat, f"the {field}", _value, said)
        yield _simple("place", f"IIM:{in_iim}", f"up to {limit} bytes; where the file has IPTC", _value, said)


def _times() -> Iterator[Row]:
    made = "local time; makes an EXIF block where there is none; SubSecTimeOriginal stays"
    yield _simple("time", "EXIF:DateTimeOriginal", made, _value, _time(exif_time))
    yield _simple("time", "EXIF:OffsetTimeOriginal", "where the offset is known", _value, _time(offset))
    for prop in ("exif:DateTimeOriginal", "photoshop:DateCreated"):
        yield _simple("time", prop, "ISO 8601, with the offset where it is known", _value, _time(iso_time))
    yield _simple("time", "IIM:DateCreated", "where the file has IPTC", _value, _time(iim_date))
    yield _simple(
        "time", "IIM:TimeCreated", "with the offset, if known; where the file has IPTC", _value, _time(iim_time)
    )


def _own() -> Iterator[Row]:
    yield _simple("favourite", "pictopy:Favourite", "True, or absent", _value, _flag("favourite"))
    yield Row("hidden", "favourite", "pictopy:Hidden", "True, or absent", _value("pictopy:Hidden", _flag("hidden")))
    albums = _items("pictopy:Albums", lambda wishes: wishes.albums)
    yield Row("album", "albums", "pictopy:Albums", "one entry a name", albums)
    what, concept = "tag by a machine", "machine_tags"
    own = _items("pictopy:MachineTags", lambda wishes: wishes.machine_tags)
    yield Row(what, concept, "pictopy:MachineTags", "one entry a tag; only if the user wants them", own)
    for prop, separator in (("digiKam:TagsList", "/"), ("lr:hierarchicalSubject", "|")):
        tags = _items(prop, lambda wishes: wishes.machine_tags, separator, "Machine")
        yield Row(what, concept, prop, "under `Machine`, never as a keyword of its own", tags)
    how = f"{NAMESPACE_VERSION}, where any other of ours stands"
    yield Row("our namespace", "", "pictopy:Version", how, _value("pictopy:Version", _version))


def _simple(
    concept: str,
    prop: str,
    how: str,
    kind: Callable[[str, Callable[[Wishes], str | None]], Say],
    value: Callable[[Wishes], str | None],
) -> Row:
    return Row(concept, concept, prop, how, kind(prop, value))


MAPPING: tuple[Row, ...] = (
    *_people(),
    *_events(),
    *_lists("keyword", "keywords", lambda wishes: wishes.keywords),
    *_texts(),
    *_ratings(),
    *_places(),
    *_times(),
    *_own(),
)


def statements_of(wishes: Wishes, picture: Picture) -> tuple[Statement, ...]:
    return unique(said for row in MAPPING for said in row.say(wishes, picture))


def concepts_of(wishes: Wishes, picture: Picture) -> dict[Statement, str]:
    """What each statement is said for; the first, where several concepts say the same."""
    found: dict[Statement, str] = {}
    for row in MAPPING:
        for said in row.say(wishes, picture):
            found.setdefault(said, row.concept)
    return found


def concept_of(said: Statement, known: Mapping[Statement, str]) -> str:
    """Also of what is only taken away: by its property, where one concept alone uses that."""
    users = {row.concept for row in MAPPING if row.prop == said.prop}
    return known.get(said) or (users.pop() if len(users) == 1 else "keywords")


def as_markdown() -> str:
    bar = chr(92) + "|"
    lines = [f"| {row.what} | `{row.prop}` | {row.how.replace('|', bar)} |" for row in MAPPING]
    return "\n".join(["| what | property | how |", "|---|---|---|", *lines])
