"""Which wish is said in which property: the one table, for the writer and for readers of the documentation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pictopy_exif.domain.orientation import stored_size, to_stored
from pictopy_exif.domain.statements import Item, Region, Statement, Text, Value, unique
from pictopy_exif.domain.wishes import Picture, Wishes

ARRAYS = {
    "dc:subject": "Bag",
    "digiKam:TagsList": "Seq",
    "lr:hierarchicalSubject": "Bag",
    "Iptc4xmpExt:PersonInImage": "Bag",
}
KEYWORD_LISTS = ("dc:subject", "digiKam:TagsList", "lr:hierarchicalSubject")


@dataclass(frozen=True)
class Row:
    concept: str
    prop: str
    how: str
    say: Callable[[Wishes, Picture], Iterable[Statement]]


def _regions(wishes: Wishes, picture: Picture) -> list[Statement]:
    """A video has no one picture that a box could lie in."""
    if picture.kind != "photo":
        return []
    width, height = stored_size(picture.width_px, picture.height_px, picture.orientation)
    boxes = ((face.name, to_stored(face.box, picture.orientation)) for face in wishes.faces)
    return [Region(name=name, box=box, width_px=width, height_px=height) for name, box in boxes]


def _names(wishes: Wishes) -> list[str]:
    return list(dict.fromkeys(face.name for face in wishes.faces))


def _items(prop: str, values: Iterable[str]) -> list[Statement]:
    return [Item(prop=prop, value=value) for value in values]


def _paths(prop: str, separator: str, names: Iterable[str]) -> list[Statement]:
    """A name that holds the separator itself would be read as a path of two: it is left to the other properties."""
    return _items(prop, (f"People{separator}{name}" for name in names if separator not in name))


MAPPING: tuple[Row, ...] = (
    Row(
        "person's face",
        "mwg-rs:Regions",
        "Name, Type Face, Area normalised to the stored (not rotated) picture of AppliedToDimensions; photos only",
        _regions,
    ),
    Row(
        "person",
        "Iptc4xmpExt:PersonInImage",
        "one entry a name",
        lambda wishes, _: _items("Iptc4xmpExt:PersonInImage", _names(wishes)),
    ),
    Row("person", "dc:subject", "the name as a keyword", lambda wishes, _: _items("dc:subject", _names(wishes))),
    Row(
        "person",
        "digiKam:TagsList",
        "`People/Name`; not for a name with `/`",
        lambda wishes, _: _paths("digiKam:TagsList", "/", _names(wishes)),
    ),
    Row(
        "person",
        "lr:hierarchicalSubject",
        "`People|Name`; not for a name with `|`",
        lambda wishes, _: _paths("lr:hierarchicalSubject", "|", _names(wishes)),
    ),
    Row(
        "event titled by the user",
        "Iptc4xmpExt:Event",
        "the title, x-default; a trip's where the event has none",
        lambda wishes, _: [Text(prop="Iptc4xmpExt:Event", value=wishes.event)] if wishes.event else [],
    ),
    Row(
        "keyword asked for",
        "dc:subject, digiKam:TagsList, lr:hierarchicalSubject",
        "as it is",
        lambda wishes, _: [said for prop in KEYWORD_LISTS for said in _items(prop, wishes.keywords)],
    ),
    Row(
        "caption asked for",
        "dc:description",
        "x-default",
        lambda wishes, _: [Text(prop="dc:description", value=wishes.caption)] if wishes.caption else [],
    ),
    Row(
        "rating asked for",
        "xmp:Rating",
        "-1 (rejected) .. 5",
        lambda wishes, _: [] if wishes.rating is None else [Value(prop="xmp:Rating", value=str(wishes.rating))],
    ),
)


def statements_of(wishes: Wishes, picture: Picture) -> tuple[Statement, ...]:
    return unique(said for row in MAPPING for said in row.say(wishes, picture))


def as_markdown() -> str:
    lines = [f"| {row.concept} | `{row.prop}` | {row.how.replace('|', chr(92) + '|')} |" for row in MAPPING]
    return "\n".join(["| what | property | how |", "|---|---|---|", *lines])
