"""IPTC's older block (IIM): data sets that follow each other, changed without touching those of others.

Written only where a file has one (MWG 2.0, 5.2): XMP always holds all of it. Limits of length are the standard's; what
is longer is left out, never cut.
"""

import hashlib
from dataclasses import dataclass, field

from pictopy_exif.domain.statements import Region, Single, Statement, Text, Value

DATASETS: dict[str, tuple[int, int]] = {
    "ObjectName": (5, 64),
    "Keywords": (25, 64),
    "DateCreated": (55, 8),
    "TimeCreated": (60, 11),
    "City": (90, 32),
    "SubLocation": (92, 32),
    "CountryName": (101, 64),
    "Caption": (120, 2000),
}
"""Name, as exiv2 has it, to the number in record 2 and the greatest length in bytes."""

_APPLICATION, _CHARSET = 2, (1, 90)
_UTF8 = b"\x1b%G"
_NEVER = (Region, Text)
_LONG = 0x8000  # a length with this bit is that of the length that follows


class IimError(ValueError):
    """The block cannot be changed safely; the reason is for people."""


@dataclass
class _Dataset:
    """`raw`: with its head, as it stands."""

    key: tuple[int, int]
    data: bytes
    raw: bytes


def digest(data: bytes) -> bytes:
    """What Photoshop's resource 0x0425 holds of the block, by which readers see whether XMP was told of a change."""
    return hashlib.md5(data, usedforsecurity=False).digest()


@dataclass
class Iim:
    """The block as something that statements are put into and taken from."""

    datasets: list[_Dataset] = field(default_factory=list)
    tail: bytes = b""
    """Padding behind the last data set."""

    def items(self, prop: str) -> list[str]:
        number, _ = DATASETS[_name(prop)]
        return [self._text(each.data) for each in self.datasets if each.key == (_APPLICATION, number)]

    def single(self, prop: str) -> str | None:
        return next(iter(self.items(prop)), None)

    def says(self, said: Statement) -> bool:
        return said.prop.startswith("IIM:") and not isinstance(said, _NEVER) and said.value in self.items(said.prop)

    def why_not(self, said: Statement) -> str | None:
        """The reason, for people, why the block cannot hold this."""
        if isinstance(said, _NEVER):
            return "IPTC-IIM has no such thing"
        _, limit = DATASETS[_name(said.prop)]
        encoded = self._encoded(said.value)
        if encoded is None:
            return f"the text of its IPTC block is in another alphabet than {said.value!r}"
        if len(encoded) > limit:
            return f"{said.value[:20]!r}... is longer than the {limit} bytes of {said.prop}"
        return None

    def put(self, said: Statement) -> None:
        assert not isinstance(said, _NEVER), "the mapping says items and values here"
        number, _ = DATASETS[_name(said.prop)]
        if isinstance(said, Value):
            self._drop(number, None)
        encoded = self._encoded(said.value) or b""
        if not said.value.isascii() and self._charset is None and not self._is_marked_latin:
            self._insert(_made(_CHARSET, _UTF8))
        self._insert(_made((_APPLICATION, number), encoded))

    def take(self, said: Statement, replaced: Single | None) -> bool:
        if not self.says(said) or isinstance(said, _NEVER):
            return False
        number, _ = DATASETS[_name(said.prop)]
        self._drop(number, self._encoded(said.value))
        if replaced is not None:
            self.put(replaced)
        return True

    def to_bytes(self) -> bytes:
        return b"".join(each.raw for each in self.datasets) + self.tail

    @property
    def _charset(self) -> bytes | None:
        return next((each.data for each in self.datasets if each.key == _CHARSET), None)

    @property
    def _is_marked_latin(self) -> bool:
        """No charset is named and there is text already that is not plain ASCII: it must go on reading as it does."""
        return self._charset is None and any(not each.data.isascii() for each in self._texts)

    @property
    def _texts(self) -> list[_Dataset]:
        return [each for each in self.datasets if each.key[0] == _APPLICATION and each.key[1] != 0]

    @property
    def _is_utf8(self) -> bool:
        if self._charset is not None:
            return self._charset == _UTF8
        try:
            b"\0".join(each.data for each in self._texts).decode()
        except UnicodeDecodeError:
            return False
        return True

    def _text(self, data: bytes) -> str:
        """UTF-8 where it is, which some programs write without saying so; else Latin-1, which reads anything."""
        try:
            return data.decode() if self._is_utf8 else data.decode("latin-1")
        except UnicodeDecodeError:
            return data.decode("latin-1")

    def _encoded(self, text: str) -> bytes | None:
        if self._is_utf8:
            return text.encode()
        try:
            return text.encode("latin-1" if self._charset is None else "ascii")
        except UnicodeEncodeError:
            return None

    def _insert(self, new: _Dataset) -> None:
        """Behind all of its number and those before it: readers expect the order of the numbers."""
        before = [place for place, each in enumerate(self.datasets, 1) if each.key <= new.key]
        self.datasets.insert(before[-1] if before else 0, new)

    def _drop(self, number: int, data: bytes | None) -> None:
        """One of that content, or all of that number."""
        matching = [each for each in self.datasets if each.key == (_APPLICATION, number) and data in (None, each.data)]
        for each in matching[: None if data is None else 1]:
            self.datasets.remove(each)


def parse(data: bytes) -> Iim:
    """Raises: IimError."""
    place, datasets = 0, []
    while place + 5 <= len(data) and data[place] == 0x1C:
        length, head = int.from_bytes(data[place + 3 : place + 5], "big"), 5
        if length & _LONG:
            more = length & ~_LONG
            length, head = int.from_bytes(data[place + 5 : place + 5 + more], "big"), 5 + more
        end = place + head + length
        if end > len(data):
            raise IimError("the IPTC block is cut off")
        key = (data[place + 1], data[place + 2])
        datasets.append(_Dataset(key, data[place + head : end], data[place:end]))
        place = end
    if data[place:].strip(b"\0"):
        raise IimError("the IPTC block holds what is no data set")
    return Iim(datasets, data[place:])


def keywords(data: bytes | None) -> tuple[str, ...]:
    """Of a block that may be damaged."""
    try:
        return () if data is None else tuple(parse(data).items("IIM:Keywords"))
    except IimError:
        return ()


def _name(prop: str) -> str:
    return prop.partition(":")[2]


def _made(key: tuple[int, int], data: bytes) -> _Dataset:
    return _Dataset(key, data, bytes([0x1C, *key]) + len(data).to_bytes(2, "big") + data)
