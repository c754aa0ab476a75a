"""JPEG: the segments that a decoder needs, and the entropy-coded data between them (ITU-T T.81, annex B)."""

import re
from collections.abc import Iterator

from pictopy_ingest.domain.identity.pieces import Malformed, Piece, number

_SOI, _EOI, _SOS, _COM, _TEM = 0xD8, 0xD9, 0xDA, 0xFE, 0x01
_END_OF_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""In entropy-coded data 0xFF is followed by 0 (stuffing), by RSTn, or by fill bytes; anything else is a marker."""


def pieces(data: memoryview) -> Iterator[Piece]:
    """From SOI to the first EOI (or the end of a truncated file), without APPn and COM."""
    for marker, start, end in segments(data):
        if not is_metadata(marker):
            yield slice(start, end)


def header(data: memoryview) -> bytes:
    """All that stands before the first scan, closed as a JPEG of no pixels: enough for a reader of metadata.

    Raises Malformed where no scan is found."""
    for marker, start, _ in segments(data):
        if marker == _SOS:
            return bytes(data[:start]) + b"\xff\xd9"
    raise Malformed("no scan")


def is_metadata(marker: int) -> bool:
    return 0xE0 <= marker <= 0xEF or marker == _COM


def segments(data: memoryview) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment, 0xFF included; a scan reaches to the marker that ends it."""
    if len(data) < 2 or data[0] != 0xFF or data[1] != _SOI:
        raise Malformed("no SOI")
    at = 2
    while at + 4 <= len(data):
        marker, at = _marker(data, at)
        if marker == _EOI:
            return
        end = _end_of(data, marker, at)
        yield marker, at, end
        at = end


def _marker(data: memoryview, at: int) -> tuple[int, int]:
    """The marker at `at` and where it starts, after fill bytes."""
    if data[at] != 0xFF:
        raise Malformed(f"no marker at {at}")
    while at + 1 < len(data) and data[at + 1] == 0xFF:
        at += 1
    return number(data, at + 1, 1), at


def _end_of(data: memoryview, marker: int, at: int) -> int:
    if marker == _TEM or 0xD0 <= marker <= 0xD7:
        return at + 2
    end = min(at + 2 + number(data, at + 2, 2), len(data))
    if marker != _SOS:
        return end
    found = _END_OF_SCAN.search(data, end)
    return found.start() if found else len(data)
