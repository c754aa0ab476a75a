"""The single things that a packet can say: what is added, found, taken away and kept in the ledger."""

from collections.abc import Iterable
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from pictopy_contracts.geometry import Box

SAME_FACE_IOU = 0.3
"""Two regions of one name that overlap this much mean one face: programs draw the same face larger or smaller."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class Item(_Said):
    """One entry of an unordered or ordered list, such as a keyword. `prop` is `prefix:Name`; of XMP where the prefix is
    a namespace, else `IIM:Name` or `EXIF:Name`."""

    kind: Literal["item"] = "item"
    prop: str
    value: str


class Text(_Said):
    """The default language of a text that may have translations."""

    kind: Literal["text"] = "text"
    prop: str
    value: str


class Value(_Said):
    """A property with one plain value. `A/B` is field B of the first structure in the list A."""

    kind: Literal["value"] = "value"
    prop: str
    value: str


class Region(_Said):
    """A named face. `box` is in fractions of the *stored* picture, which has `width_px` x `height_px`; `prop` is one of
    the three ways of saying it (see `regions`)."""

    kind: Literal["region"] = "region"
    prop: str = "mwg-rs:Regions"
    name: str
    box: Box
    width_px: int
    height_px: int

    @property
    def area(self) -> tuple[str, str, str, str]:
        """Centre x, centre y, width, height as they are written."""
        _, _, w, h = self.corner
        x, y = _decimals((self.box.x1 + self.box.x2) / 2, (self.box.y1 + self.box.y2) / 2)
        return x, y, w, h

    @property
    def corner(self) -> tuple[str, str, str, str]:
        """Left, top, width, height as they are written."""
        box = self.box
        x, y, w, h = _decimals(box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1)
        return x, y, w, h


def _decimals(*numbers: float) -> Iterable[str]:
    return (f"{number:.6f}".rstrip("0").rstrip(".") for number in numbers)


Single: TypeAlias = Text | Value
Statement: TypeAlias = Item | Text | Value | Region
_STATEMENTS: TypeAdapter[tuple[Statement, ...]] = TypeAdapter(
    tuple[Annotated[Item | Text | Value | Region, Field(discriminator="kind")], ...]
)


def to_json(statements: Iterable[Statement]) -> list[dict[str, object]]:
    return [statement.model_dump(mode="json") for statement in statements]


def from_json(value: object) -> tuple[Statement, ...]:
    return _STATEMENTS.validate_python(value)


def unique(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Each once, in the order of first mention."""
    return tuple(dict.fromkeys(statements))


def block_of(prop: str) -> Literal["xmp", "iptc", "exif"]:
    """`IIM:` and `EXIF:` are blocks of their own; every other prefix is a namespace of XMP."""
    return "iptc" if prop.startswith("IIM:") else "exif" if prop.startswith("EXIF:") else "xmp"


def in_words(statement: Statement) -> str:
    """A line for people: the plan, the ledger, a reason."""
    if isinstance(statement, Region):
        x, y, w, h = statement.area
        return f"{statement.prop} {statement.name!r} at centre {x}, {y}, size {w} x {h}"
    return f"{statement.prop} {statement.value!r}"
