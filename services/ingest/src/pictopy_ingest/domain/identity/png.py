"""PNG: the critical chunks with tRNS, and the frames of an animation."""

from collections.abc import Iterator

from pictopy_ingest.domain.identity.pieces import Malformed, Piece, number, span

_COUNTED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL"})
_STREAMS = frozenset({b"IDAT", b"fdAT"})


def pieces(data: memoryview) -> Iterator[Piece]:
    """How the data stream is cut into IDAT chunks does not count."""
    at, in_stream = 8, b""
    while at + 8 <= len(data):
        size, name = number(data, at, 4), bytes(data[at + 4 : at + 8])
        if not name.isalpha():
            raise Malformed(f"no chunk at {at}")
        if name in _COUNTED or (name in _STREAMS and name != in_stream):
            yield name
        if name in _COUNTED or name in _STREAMS:
            yield span(data, at + 8, size)
        in_stream = name
        at += size + 12
        if name == b"IEND":
            return
