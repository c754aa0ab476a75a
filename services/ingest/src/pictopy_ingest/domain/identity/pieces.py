"""The currency of the identity parsers: ranges of the file, or bytes made from it."""

from typing import TypeAlias

Piece: TypeAlias = "slice[int, int, None] | bytes"


class Malformed(Exception):
    """The structure of the file cannot be followed."""


def number(data: memoryview, start: int, size: int, order: str = "big") -> int:
    """Unsigned integer of `size` bytes. Raises Malformed beyond the end."""
    if start < 0 or start + size > len(data):
        raise Malformed(f"wanted {size} bytes at {start} of {len(data)}")
    return int.from_bytes(data[start : start + size], "little" if order == "little" else "big")


def span(data: memoryview, start: int, size: int) -> "slice[int, int, None]":
    """A range cut at the end of the file: what is missing of a truncated file does not count."""
    if start < 0 or size < 0 or start > len(data):
        raise Malformed(f"a piece lies outside of the file: {start} + {size} of {len(data)}")
    return slice(start, min(start + size, len(data)))
