"""WebP: the RIFF chunks that hold pixels, alpha and frames."""

from collections.abc import Iterator

from pictopy_ingest.domain.identity.pieces import Piece, number, span

_COUNTED = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})


def pieces(data: memoryview) -> Iterator[Piece]:
    at = 12
    while at + 8 <= len(data):
        name, size = bytes(data[at : at + 4]), number(data, at + 4, 4, "little")
        if name in _COUNTED:
            yield name
            yield span(data, at + 8, size)
        at += 8 + size + size % 2
