"""GIF: all blocks but comments and application extensions, where XMP lives (GIF89a, appendix A)."""

from collections.abc import Iterator

from pictopy_ingest.domain.identity.pieces import Malformed, Piece, number

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_COMMENT, _APPLICATION = 0xFE, 0xFF


def pieces(data: memoryview) -> Iterator[Piece]:
    at = 13 + _palette_bytes(number(data, 10, 1))
    yield slice(6, at)  # without the version, which goes up when XMP is added
    while at < len(data) and data[at] != _TRAILER:
        end = _end_of_block(data, at)
        if data[at] != _EXTENSION or number(data, at + 1, 1) not in {_COMMENT, _APPLICATION}:
            yield slice(at, end)
        at = end


def _end_of_block(data: memoryview, at: int) -> int:
    if data[at] == _EXTENSION:
        at += 2
    elif data[at] == _IMAGE:
        at += 11 + _palette_bytes(number(data, at + 9, 1))
    else:
        raise Malformed(f"no block at {at}")
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return min(at + 1, len(data))


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
