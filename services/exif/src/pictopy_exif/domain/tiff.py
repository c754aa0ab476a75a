"""Tags of a TIFF stream, a TIFF file's or an EXIF block's, changed without moving a byte of what stands there.

MakerNotes hold offsets that count from the start of the stream and that nobody but the maker knows: a stream that is
written anew breaks them. So a directory that grows is written once more behind the end, its values too, and only the
pointer to it changes; strips, previews, MakerNotes and unknown tags stay where they are.
"""

import struct
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pictopy_exif.domain.patch import Splice, spliced

Directory: TypeAlias = Literal["image", "exif", "gps"]

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 1, 2, 3, 4, 5, 7
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
WRITTEN: Mapping[str, frozenset[int]] = {
    "image": frozenset({270, 306, 315, 700, 18246, 18249, 33432, 33723, 34665, 34853, *range(40091, 40096)}),
    "exif": frozenset({36864, 36867, 36868, 36880, 36881, 36882, 37510, 37520, 37521, 37522}),
    "gps": frozenset(range(32)),
}
"""Tags that a write may set: description, times, authors, rating, Windows' texts, XMP, IPTC, pointers, versions, place.
A write that changes any other is refused by its proof."""
_MEANING = (256, 257, 258, 259, 262, 266, 277, 278, 284, 292, 293, 317, 320, 322, 323, 332, 338, 339, 347, 529, 530)
_PARTS = ((273, 279), (324, 325), (513, 514))  # offsets and byte counts of strips, of tiles, of a thumbnail
_SUB_IFDS = 330
_MAX_IFDS = 10_000
_POINTERS: dict[Directory, int] = {"exif": 0x8769, "gps": 0x8825}
_EMPTY = b"II*\0\x08\0\0\0" + bytes(6)
_MAX_ENTRIES = 4096  # of one directory; cameras write under 100


class Damaged(ValueError):
    """The stream is not what it says it is; the reason is for people."""


@dataclass(frozen=True)
class Value:
    """`data`: the values as they stand, in the byte order of the stream."""

    kind: int
    data: bytes

    @property
    def count(self) -> int:
        return len(self.data) // _SIZES[self.kind]


@dataclass(frozen=True)
class _Entry:
    """`place`: of the 12 bytes; `at`: where the value starts, which is inside them if it is short."""

    tag: int
    kind: int
    count: int
    place: int
    at: int

    @property
    def size(self) -> int:
        return self.count * _SIZES.get(self.kind, 1)

    @property
    def is_inline(self) -> bool:
        return self.at == self.place + 8


@dataclass(frozen=True)
class _Ifd:
    """`is_linked`: another may follow; EXIF and GPS directories have no successor, and some writers leave out the place
    for it."""

    at: int
    entries: dict[int, _Entry] = field(default_factory=dict)
    is_linked: bool = False

    @property
    def end(self) -> int:
        return self.at + 2 + 12 * len(self.entries) + 4 * self.is_linked


def empty() -> bytes:
    """A stream that says nothing yet."""
    return _EMPTY


def order_of(data: bytes) -> Literal["<", ">"]:
    """For struct. Raises: Damaged where this is no TIFF stream."""
    if data[:4] == b"II*\0":
        return "<"
    if data[:4] == b"MM\0*":
        return ">"
    raise Damaged("this is no TIFF stream")


def text(value: str) -> Value:
    """Raises: UnicodeEncodeError for what UTF-8 cannot hold (EXIF 3.0 takes UTF-8)."""
    return Value(ASCII, value.encode() + b"\0")


def numbers(data: bytes, kind: int, *values: int) -> Value:
    """Integers in the byte order of `data`; a rational takes two."""
    letter = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "I"}[kind]
    return Value(kind, struct.pack(f"{order_of(data)}{len(values)}{letter}", *values))


def integers(data: bytes, value: Value) -> tuple[int, ...]:
    """Bytes, shorts, longs, or rationals as pairs."""
    letter = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "I", UNDEFINED: "B", 8: "h", 9: "i", 10: "i", 13: "I"}
    step = struct.calcsize(letter[value.kind])
    return struct.unpack(f"{order_of(data)}{len(value.data) // step}{letter[value.kind]}", value.data)


def find(data: bytes, directory: Directory, tag: int) -> Value | None:
    """Raises: Damaged."""
    entry = _tables(data).get(directory, _Ifd(0)).entries.get(tag)
    return None if entry is None or entry.kind not in _SIZES else Value(entry.kind, _slice(data, entry))


def tags(data: bytes, directory: Directory) -> frozenset[int]:
    """Raises: Damaged."""
    return frozenset(_tables(data).get(directory, _Ifd(0)).entries)


def with_values(data: bytes, changes: Mapping[Directory, Mapping[int, Value | None]]) -> bytes:
    """The stream with these tags set, or taken away where None is given. Raises: Damaged."""
    return spliced(data, splices_for(data, changes))[0]


def splices_for(data: bytes, changes: Mapping[Directory, Mapping[int, Value | None]]) -> list[Splice]:
    """What `with_values` does, for streams too long to copy often. Raises: Damaged."""
    editor = _Editor(data)
    pointers: dict[int, Value | None] = {}
    for directory, wanted in changes.items():
        if directory != "image" and (at := editor.change(directory, wanted)) is not None:
            pointers[_POINTERS[directory]] = numbers(data, LONG, at)
    at = editor.change("image", {**changes.get("image", {}), **pointers})
    if at is not None:
        editor.overwrite(4, struct.pack(f"{editor.order}I", at))
    return editor.splices


def check(data: bytes) -> None:
    """What cannot be read to its end cannot be proven to stay, and is not changed. Raises: Damaged."""
    deque(said(data), maxlen=0)


def said(data: bytes) -> Iterator[bytes | memoryview]:
    """All that a write must leave as it is, but for the pictures. Raises: Damaged."""
    named = {table.at: name for name, table in _tables(data).items()}
    for table in _all_tables(data):
        written = WRITTEN.get(named.get(table.at, ""), frozenset())
        for tag, entry in sorted(table.entries.items()):
            if tag not in written:
                yield f"{tag} {entry.kind} {entry.count} {0 if entry.is_inline else entry.at} ".encode()
                yield _slice(data, entry)


def pictures(data: bytes) -> Iterator[bytes | memoryview]:
    """The coded pictures of all pages and previews, each with the tags that give it meaning. Raises: Damaged."""
    view = memoryview(data)
    for table in _all_tables(data):
        yield from (_slice(data, table.entries[tag]) for tag in _MEANING if tag in table.entries)
        for offsets, sizes in _PARTS:
            if offsets in table.entries and sizes in table.entries:
                starts, lengths = (_integers(data, table.entries[tag]) for tag in (offsets, sizes))
                for at, size in zip(starts, lengths, strict=False):
                    if at + size > len(data):
                        raise Damaged("a picture of the TIFF file is cut off")
                    yield view[at : at + size]


class _Editor:
    """Collects what changes: bytes in place, and what is appended."""

    def __init__(self, data: bytes) -> None:
        self.order = order_of(data)
        self._data = data
        self._tables = _tables(data)
        check(data)
        self._spans = sorted(_spans(self._tables.values()))
        self._in_place: list[Splice] = []
        self._tail = b"\0" * (len(data) % 2)

    @property
    def splices(self) -> list[Splice]:
        end = len(self._data)
        if end + len(self._tail) >= 1 << 32:
            raise Damaged("the file would grow over 4 GiB, which TIFF cannot address")
        has_appended = len(self._tail) > end % 2
        return [*self._in_place, *([Splice(end, end, self._tail)] if has_appended else [])]

    def overwrite(self, at: int, new: bytes) -> None:
        if self._data[at : at + len(new)] != new:
            self._in_place.append(Splice(at, at + len(new), new))

    def change(self, directory: Directory, wanted: Mapping[int, Value | None]) -> int | None:
        """Where the directory stands now, if it had to be written anew."""
        table = self._tables.get(directory, _Ifd(0))
        wanted = {tag: value for tag, value in wanted.items() if self._differs(table, tag, value)}
        if not wanted:
            return None
        if any(value is None for value in wanted.values()) or wanted.keys() - table.entries.keys():
            return self._written_anew(table, wanted)
        for tag, value in wanted.items():
            if value is not None:
                self.overwrite(table.entries[tag].place, self._entry(tag, value, table.entries[tag]))
        return None

    def _differs(self, table: _Ifd, tag: int, value: Value | None) -> bool:
        entry = table.entries.get(tag)
        if entry is None or value is None:
            return entry is not None or value is not None
        return (entry.kind, _slice(self._data, entry)) != (value.kind, value.data)

    def _written_anew(self, table: _Ifd, wanted: Mapping[int, Value | None]) -> int | None:
        kept = {tag: self._data[each.place : each.place + 12] for tag, each in table.entries.items()}
        new = {
            tag: self._entry(tag, value, table.entries.get(tag)) for tag, value in wanted.items() if value is not None
        }
        entries = {tag: entry for tag, entry in {**kept, **new}.items() if tag not in wanted or tag in new}
        after = self._data[table.end - 4 : table.end] if table.is_linked else b""
        count = struct.pack(f"{self.order}H", len(entries))
        written = count + b"".join(entries[tag] for tag in sorted(entries)) + after
        if table.at and len(entries) <= len(table.entries):
            self.overwrite(table.at, written.ljust(table.end - table.at, b"\0"))
            return None
        return self._append(written + bytes(0 if after else 4))

    def _entry(self, tag: int, value: Value, old: _Entry | None) -> bytes:
        head = struct.pack(f"{self.order}HHI", tag, value.kind, value.count)
        if len(value.data) <= 4:
            return head + value.data.ljust(4, b"\0")
        if old is not None and not old.is_inline and len(value.data) <= old.size and self._is_alone(old):
            self.overwrite(old.at, value.data.ljust(old.size, b"\0"))
            return head + struct.pack(f"{self.order}I", old.at)
        return head + struct.pack(f"{self.order}I", self._append(value.data))

    def _is_alone(self, old: _Entry) -> bool:
        """True if no other value lies in the same bytes, as some writers save room."""
        return sum(start < old.at + old.size and old.at < end for start, end in self._spans) == 1

    def _append(self, new: bytes) -> int:
        at = len(self._data) + len(self._tail)
        self._tail += new + b"\0" * (len(new) % 2)
        return at


def _tables(data: bytes) -> dict[str, _Ifd]:
    """The directories that can be changed, and the thumbnail's."""
    order = order_of(data)
    image = _table(data, order, _number(data, order, 4), is_linked=True)
    found: dict[str, _Ifd] = {"image": image}
    for name, tag in _POINTERS.items():
        entry = image.entries.get(tag)
        if entry is not None and (at := _number(data, order, entry.at)):
            found[name] = _table(data, order, at)
    if len({table.at for table in found.values()}) < len(found):
        raise Damaged("two directories of the TIFF stream are one")
    return found


def _all_tables(data: bytes) -> Iterator[_Ifd]:
    """Pages, previews, EXIF and GPS, each once."""
    order, seen = order_of(data), set[int]()
    waiting = [(_number(data, order, 4), True)]
    while waiting:
        at, is_linked = waiting.pop()
        if at in seen or not at:
            continue
        seen.add(at)
        table = _table(data, order, at, is_linked=is_linked)
        yield table
        if len(seen) > _MAX_IFDS:
            raise Damaged("the TIFF stream has too many directories")
        if is_linked:
            waiting.append((_number(data, order, table.end - 4), True))
        for tag in (_SUB_IFDS, *_POINTERS.values()):
            if tag in table.entries:
                waiting += [(to, tag == _SUB_IFDS) for to in _integers(data, table.entries[tag])]


def _integers(data: bytes, entry: _Entry) -> tuple[int, ...]:
    return integers(data, Value(entry.kind, _slice(data, entry))) if entry.kind in (SHORT, LONG, 13) else ()


def _table(data: bytes, order: str, at: int, *, is_linked: bool = False) -> _Ifd:
    count = _number(data, order, at, "H")
    if count > _MAX_ENTRIES or at + 2 + count * 12 + 4 * is_linked > len(data) or at < 8:
        raise Damaged("a directory of the TIFF stream is cut off")
    entries: dict[int, _Entry] = {}
    for place in range(at + 2, at + 2 + count * 12, 12):
        tag, kind, values, at_value = struct.unpack_from(f"{order}HHII", data, place)
        is_inline = values * _SIZES.get(kind, 1) <= 4
        if tag in entries:
            raise Damaged(f"the TIFF stream holds the tag {tag} twice")
        entries[tag] = _Entry(tag, kind, values, place, place + 8 if is_inline else at_value)
    return _Ifd(at, entries, is_linked)


def _spans(tables: Iterable[_Ifd]) -> Iterator[tuple[int, int]]:
    for table in tables:
        yield table.at, table.end
        yield from ((each.at, each.at + each.size) for each in table.entries.values() if not each.is_inline)


def _slice(data: bytes, entry: _Entry) -> bytes:
    if entry.at + entry.size > len(data):
        raise Damaged(f"the value of the tag {entry.tag} is cut off")
    return data[entry.at : entry.at + entry.size]


def _number(data: bytes, order: str, at: int, letter: str = "I") -> int:
    try:
        return int(struct.unpack_from(f"{order}{letter}", data, at)[0])
    except struct.error as error:
        raise Damaged("the TIFF stream is cut off") from error
