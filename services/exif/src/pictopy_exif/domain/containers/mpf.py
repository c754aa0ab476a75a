"""The index of a multi-picture JPEG (CIPA DC-007), which counts bytes that a longer metadata block moves."""

import struct

from pictopy_exif.domain import tiff
from pictopy_exif.domain.containers.pieces import Piece, Unsafe
from pictopy_exif.domain.patch import Splice

HEADING = b"MPF\0"
_ENTRIES, _ENTRY_BYTES = 0xB002, 16


def splices(data: bytes, body: int, end: int, before: int, after: int) -> list[Splice]:
    """The index as it has to be if the bytes before it grow by `before` and those behind it by `after`.

    `body`, `end`: of the segment. The first entry is the main picture: its size counts, its offset is 0; the offsets of
    the others count from the index. Raises: Unsafe.
    """
    start, stream = body + len(HEADING), data[body + len(HEADING) : end]
    entries, order = _entries(stream)
    changed = []
    for index, (flags, size, offset, dependent) in enumerate(entries):
        grown = size + before + after if index == 0 else size
        moved = offset + after if offset else 0
        if not (0 <= grown < 1 << 32 and 0 <= moved < 1 << 32):
            raise Unsafe("the index of the multi-picture file is damaged")
        changed.append(struct.pack(f"{order}IIII", flags, grown, moved, dependent))
    at = start + stream.index(_raw(entries, order))
    return [Splice(at, at + len(entries) * _ENTRY_BYTES, b"".join(changed))] if entries and (before or after) else []


def rest(data: bytes, body: int, end: int, scan: int) -> list[Piece]:
    """The index with its numbers counted from the first scan, from where no metadata moves them."""
    stream = data[body + len(HEADING) : end]
    try:
        entries, order = _entries(stream)
    except Unsafe:
        return [stream]
    to_scan = scan - body - len(HEADING)
    said = [
        (flags, size - scan if index == 0 else size, offset - to_scan if offset else 0, dependent)
        for index, (flags, size, offset, dependent) in enumerate(entries)
    ]
    return [stream.replace(_raw(entries, order), b""), repr(said).encode()]


def _raw(entries: list[tuple[int, ...]], order: str) -> bytes:
    return b"".join(struct.pack(f"{order}IIII", *each) for each in entries)


def _entries(stream: bytes) -> tuple[list[tuple[int, ...]], str]:
    try:
        order, value = tiff.order_of(stream), tiff.find(stream, "image", _ENTRIES)
    except tiff.Damaged as error:
        raise Unsafe(f"the index of the multi-picture file: {error}") from error
    if value is None or len(value.data) % _ENTRY_BYTES:
        raise Unsafe("the index of the multi-picture file is damaged")
    return [struct.unpack(f"{order}IIII", value.data[at : at + 16]) for at in range(0, len(value.data), 16)], order
