"""The few EXIF tags that hold what a person says, as text and back.

A block that is there is changed by `tiff`, which moves nothing: MakerNotes hold offsets that a rewrite would break. One
that is not there is made by piexif.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import piexif

from pictopy_exif.domain import tiff
from pictopy_exif.domain.statements import Item, Region, Single, Statement, Text, Value
from pictopy_exif.domain.tiff import Directory

Kind: TypeAlias = Literal["text", "wide", "short", "byte", "rational"]
_SHAPES: dict[Kind, int] = {
    "text": tiff.ASCII,
    "wide": tiff.BYTE,
    "short": tiff.SHORT,
    "byte": tiff.BYTE,
    "rational": tiff.RATIONAL,
}
_GROUPS: dict[Directory, str] = {"image": "0th", "exif": "Exif", "gps": "GPS"}
_GPS_POINTER = 0x8825
_HEAD = len(b"Exif\0\0")
_NEVER = (Region, Text)


@dataclass(frozen=True)
class Tag:
    directory: Directory
    number: int
    kind: Kind


TAGS: dict[str, Tag] = {
    "ImageDescription": Tag("image", 0x010E, "text"),
    "Rating": Tag("image", 0x4746, "short"),
    "RatingPercent": Tag("image", 0x4749, "short"),
    "XPTitle": Tag("image", 0x9C9B, "wide"),
    "XPKeywords": Tag("image", 0x9C9E, "wide"),
    "DateTimeOriginal": Tag("exif", 0x9003, "text"),
    "OffsetTimeOriginal": Tag("exif", 0x9011, "text"),
    "GPSVersionID": Tag("gps", 0x0000, "byte"),
    "GPSLatitudeRef": Tag("gps", 0x0001, "text"),
    "GPSLatitude": Tag("gps", 0x0002, "rational"),
    "GPSLongitudeRef": Tag("gps", 0x0003, "text"),
    "GPSLongitude": Tag("gps", 0x0004, "rational"),
}
"""Name, as exiv2 has it, to where it stands. Numbers are written as exiv2 writes them: `52/1 31/1 1200/100`."""


class Exif:
    """A block as something that statements are put into and taken from. Raises: tiff.Damaged, also when made."""

    def __init__(self, data: bytes | None) -> None:
        self.data = data
        self._is_new = data is None
        self._new: dict[str, str] = {}
        if data is not None:
            tiff.check(data)

    def items(self, prop: str) -> list[str]:
        """Windows keeps a list as one text with semicolons."""
        return [said for each in (self.single(prop) or "").split(";") if (said := each.strip())]

    def single(self, prop: str) -> str | None:
        name = prop.partition(":")[2]
        if self.data is None:
            return self._new.get(name)
        tag = TAGS[name]
        found = tiff.find(self.data, tag.directory, tag.number)
        return None if found is None else _as_text(self.data, found, tag.kind)

    def says(self, said: Statement) -> bool:
        match said:
            case Item():
                return said.value in self.items(said.prop)
            case Value():
                return self.single(said.prop) == said.value
        return False

    def why_not(self, said: Statement) -> str | None:
        """The reason, for people, why the block cannot hold this."""
        if isinstance(said, _NEVER):
            return "EXIF has no such thing"
        if isinstance(said, Item) and (";" in said.value or said.value != said.value.strip()):
            return f"{said.value!r} cannot stand in {said.prop}, which parts its entries by semicolons"
        return None

    def put(self, said: Statement) -> None:
        assert not isinstance(said, _NEVER), "the mapping says items and values here"
        entries = [*self.items(said.prop), said.value] if isinstance(said, Item) else [said.value]
        self._set(said.prop, ";".join(entries))

    def take(self, said: Statement, replaced: Single | None) -> bool:
        if isinstance(said, _NEVER) or not self.says(said):
            return False
        rest = [each for each in self.items(said.prop) if each != said.value] if isinstance(said, Item) else []
        self._set(said.prop, replaced.value if replaced is not None else ";".join(rest) or None)
        return True

    def to_bytes(self) -> bytes | None:
        """None where a new block holds nothing."""
        if not self._is_new:
            return self.data
        return _made(self._new) if self._new else None

    @property
    def is_empty(self) -> bool:
        """True if nothing stands in the block but the empty directories that are left of ours."""
        return self.data is not None and not any(
            tiff.tags(self.data, each) - {0x8769, _GPS_POINTER} for each in _GROUPS
        )

    def _set(self, prop: str, value: str | None) -> None:
        name = prop.partition(":")[2]
        if self.data is None:
            self._new = {**self._new, name: value} if value is not None else _without(self._new, name)
            return
        tag = TAGS[name]
        coded = None if value is None else _coded(self.data, value, tag.kind)
        self.data = tiff.with_values(self.data, {tag.directory: {tag.number: coded}})
        if tag.directory == "gps" and not tiff.tags(self.data, "gps"):
            self.data = tiff.with_values(self.data, {"image": {_GPS_POINTER: None}})


def _as_text(data: bytes, found: tiff.Value, kind: Kind) -> str:
    """In whichever type the tag stands; text that is no UTF-8 reads as Latin-1."""
    if found.kind == tiff.ASCII:
        return _decoded(found.data.partition(b"\0")[0])
    if kind == "wide":
        return found.data.decode("utf-16-le", "replace").rstrip("\0")
    numbers = tiff.integers(data, found)
    if found.kind in (tiff.RATIONAL, 10):
        return " ".join(f"{over}/{under}" for over, under in zip(numbers[::2], numbers[1::2], strict=True))
    return " ".join(map(str, numbers))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _coded(data: bytes, text: str, kind: Kind) -> tiff.Value:
    if kind == "text":
        return tiff.text(text)
    if kind == "wide":
        return tiff.Value(tiff.BYTE, text.encode("utf-16-le") + b"\0\0")
    return tiff.numbers(data, _SHAPES[kind], *(int(each) for each in text.replace("/", " ").split()))


def _made(values: dict[str, str]) -> bytes:
    groups: dict[str, dict[int, object]] = {}
    for name, text in values.items():
        tag = TAGS[name]
        groups.setdefault(_GROUPS[tag.directory], {})[tag.number] = _for_piexif(text, tag.kind)
    made: bytes = piexif.dump(groups)
    return made[_HEAD:]


def _for_piexif(text: str, kind: Kind) -> object:
    if kind == "text":
        return text.encode()
    if kind == "wide":
        return text.encode("utf-16-le") + b"\0\0"
    if kind == "rational":
        return tuple(tuple(int(number) for number in each.split("/")) for each in text.split())
    numbers = tuple(int(each) for each in text.split())
    return numbers if len(numbers) > 1 else numbers[0]


def _without(values: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if key != name}
