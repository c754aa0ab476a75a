"""The few bytes that turn a written file back into what it was: kept in the ledger, exact to the byte."""

import struct
import zlib
from dataclasses import dataclass

_EDIT = struct.Struct(">QQQ")


@dataclass(frozen=True)
class Edit:
    """In the new bytes, `new_length` of them from `at` stand where `old` stood."""

    at: int
    new_length: int
    old: bytes


@dataclass(frozen=True)
class Patch:
    """Edits from the last to the first place, so that each leaves the others' places as they are."""

    edits: tuple[Edit, ...]

    def undo(self, new: bytes) -> bytes:
        for edit in self.edits:
            new = new[: edit.at] + edit.old + new[edit.at + edit.new_length :]
        return new

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


def whole(old: bytes, new: bytes) -> Patch:
    return Patch((Edit(0, len(new), old),))
