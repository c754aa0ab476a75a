"""Tags as a reader found them, by their Exiv2 keys (`Exif.Photo.DateTimeOriginal`), and how to look at them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

Value: TypeAlias = str | list[str] | dict[str, str]
MAX_TEXT = 10_000
"""Characters of one text; what is longer is cut, so that a message stays far below the limit of the bus."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Tags:
    """EXIF, XMP and IPTC of one file or sidecar."""

    exif: Mapping[str, Value] = field(default_factory=dict)
    xmp: Mapping[str, Value] = field(default_factory=dict)
    iptc: Mapping[str, Value] = field(default_factory=dict)

    def text(self, *keys: str) -> str | None:
        """The first of the keys that holds a text which is not blank."""
        return next((found for key in keys if (found := clean(_first(self._value(key))))), None)

    def texts(self, key: str) -> tuple[str, ...]:
        """All texts of a list, without blanks."""
        value = self._value(key)
        several = value if isinstance(value, list) else [_first(value)]
        return tuple(found for one in several if (found := clean(one)))

    def _value(self, key: str) -> Value | None:
        family = {"Exif": self.exif, "Xmp": self.xmp, "Iptc": self.iptc}[key.partition(".")[0]]
        return family.get(key)


class Notes:
    """Collects what was dropped and why, for `Photo.warnings`."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        if line not in self._lines:
            self._lines.append(line[:300])

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self._lines)


def clean(text: str | None) -> str | None:
    """Printable and trimmed, or None where nothing is left."""
    return (_UNPRINTABLE.sub("", text).strip()[:MAX_TEXT] or None) if text else None


def rationals(text: str) -> list[Fraction | None]:
    """`41/1 13/1 1308/100` as numbers; None where there is no number, such as 0/0."""
    return list(map(_rational, text.split()))


def _rational(word: str) -> Fraction | None:
    try:
        return Fraction(word)
    except (ValueError, ZeroDivisionError):
        return None


def _first(value: Value | None) -> str | None:
    if isinstance(value, dict):
        return value.get('lang="x-default"') or next(iter(value.values()), None)
    return next(iter(value), None) if isinstance(value, list) else value


def entries(xmp: Mapping[str, Value], path: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The structs of an XMP array at `path`: (prefix, field to text), in order, `path[1]` first."""
    index = 1
    while any(key.startswith(f"{path}[{index}]") for key in xmp):
        prefix = f"{path}[{index}]/"
        fields = {key.removeprefix(prefix): text for key, value in xmp.items() if (text := _under(key, value, prefix))}
        yield prefix, fields
        index += 1


def _under(key: str, value: Value, prefix: str) -> str | None:
    return _first(value) if key.startswith(prefix) else None


def number(text: str | None) -> float | None:
    """A finite number out of `0.25`, `1/4`; None for anything else."""
    found = _rational(text.strip()) if text else None
    return float(found) if found is not None and abs(found) < 1e12 else None
