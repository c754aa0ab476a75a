"""The few bytes that turn a written file back into what it was: kept in the ledger, exact to the byte."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_EDIT = struct.Struct(">QQQ")


@dataclass(frozen=True)
class Splice:
    """`new` goes where `start` to `end` of the old bytes stand."""

    start: int
    end: int
    new: bytes

    @property
    def growth(self) -> int:
        return len(self.new) - (self.end - self.start)


@dataclass(frozen=True)
class Edit:
    """In the new bytes, `new_length` of them from `at` stand where `old` stood."""

    at: int
    new_length: int
    old: bytes


@dataclass(frozen=True)
class Patch:
    """Edits from the last to the first place."""

    edits: tuple[Edit, ...]

    @property
    def end(self) -> int:
        """Of the new bytes: behind it stands what stood there before."""
        return max((each.at + each.new_length for each in self.edits), default=0)

    def undo(self, new: bytes) -> bytes:
        """Of the whole, or of all up to `end` at least."""
        view, place = memoryview(new), 0
        parts: list[bytes | memoryview] = []
        for edit in reversed(self.edits):
            parts += [view[place : edit.at], edit.old]
            place = edit.at + edit.new_length
        return b"".join([*parts, view[place:]])

    def pack(self) -> bytes:
        parts = (_EDIT.pack(each.at, each.new_length, len(each.old)) + each.old for each in self.edits)
        return zlib.compress(b"".join(parts))

    @classmethod
    def unpack(cls, packed: bytes) -> "Patch":
        raw, place, edits = zlib.decompress(packed), 0, []
        while place < len(raw):
            at, new_length, length = _EDIT.unpack_from(raw, place)
            place += _EDIT.size
            edits.append(Edit(at, new_length, raw[place : place + length]))
            place += length
        return cls(tuple(edits))


def spliced(old: bytes, splices: Iterable[Splice]) -> tuple[bytes, Patch]:
    """The new bytes, and what undoes them. Splices do not overlap."""
    ordered = sorted(splices, key=lambda each: (each.start, each.end))
    edits = [
        Edit(each.start + moved, len(each.new), old[each.start : each.end])
        for each, moved in zip(ordered, _growth_before(ordered), strict=True)
    ]
    view, place = memoryview(old), 0
    parts: list[bytes | memoryview] = []
    for each in ordered:
        parts += [view[place : each.start], each.new]
        place = each.end
    return b"".join([*parts, view[place:]]), Patch(tuple(reversed(edits)))


def _growth_before(ordered: Iterable[Splice]) -> Iterator[int]:
    moved = 0
    for each in ordered:
        yield moved
        moved += each.growth


def whole(old: bytes, new: bytes) -> Patch:
    return Patch((Edit(0, len(new), old),))
