"""ISO base media files (ISO/IEC 14496-12): HEIF and AVIF stills (23008-12), MP4 and MOV movies."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictopy_ingest.domain.identity.pieces import Malformed, Piece, number, span

_CONFIGURATIONS = frozenset({b"hvcC", b"av1C"})
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_IN_FILE, _IN_IDAT = 0, 1


@dataclass(frozen=True)
class Box:
    name: bytes
    start: int
    """Of the payload."""
    end: int


def boxes(data: memoryview, start: int, end: int) -> Iterator[Box]:
    """The boxes side by side in a range. A size of 0 reaches to the end, as does one that promises too much."""
    at = start
    while at + 8 <= end:
        size, name, header = number(data, at, 4), bytes(data[at + 4 : at + 8]), 8
        if size == 1:
            size, header = number(data, at + 8, 8), 16
        size = size or end - at
        if size < header:
            raise Malformed(f"a box of {size} bytes at {at}")
        yield Box(name, at + header, min(at + size, end))
        at += size


def movie_pieces(data: memoryview) -> Iterator[Piece]:
    """What the samples are made of; the tables in moov change with each metadata edit."""
    for box in boxes(data, 0, len(data)):
        if box.name == b"mdat":
            yield slice(box.start, box.end)


def still_pieces(data: memoryview) -> Iterator[Piece]:
    """The primary item; of a grid or an overlay also the items that it is made of."""
    meta = next((box for box in boxes(data, 0, len(data)) if box.name == b"meta"), None)
    if meta is None:
        yield from movie_pieces(data)
        return
    inside = {box.name: box for box in boxes(data, meta.start + 4, meta.end)}
    if not {b"pitm", b"iloc"} <= inside.keys():
        raise Malformed("no primary item")
    primary = number(data, inside[b"pitm"].start + 4, 4 if data[inside[b"pitm"].start] else 2)
    places = _locations(data, inside[b"iloc"])
    yield from _configurations(data, inside.get(b"iprp"))
    for item in (primary, *_derived_from(data, inside.get(b"iref"), primary)):
        for method, offset, size in places.get(item, []):
            yield _extent(data, inside.get(b"idat"), method, offset, size)


def _configurations(data: memoryview, iprp: Box | None) -> Iterator[Piece]:
    if iprp is None:
        return
    for ipco in boxes(data, iprp.start, iprp.end):
        if ipco.name == b"ipco":
            yield from (slice(b.start, b.end) for b in boxes(data, ipco.start, ipco.end) if b.name in _CONFIGURATIONS)


def _extent(data: memoryview, idat: Box | None, method: int, offset: int, size: int) -> Piece:
    if method == _IN_FILE:
        return span(data, offset, size or len(data) - offset)
    if method == _IN_IDAT and idat is not None:
        return span(data, idat.start + offset, size or idat.end - idat.start - offset)
    raise Malformed(f"construction method {method}")


def _derived_from(data: memoryview, iref: Box | None, primary: int) -> Iterator[int]:
    """Items that the primary one is derived from (`dimg`: tiles of a grid)."""
    if iref is None:
        return
    width = 4 if data[iref.start] else 2
    for box in boxes(data, iref.start + 4, iref.end):
        if box.name == b"dimg" and number(data, box.start, width) == primary:
            count = number(data, box.start + width, 2)
            yield from (number(data, box.start + width + 2 + index * width, width) for index in range(count))


@dataclass
class _Reader:
    """Numbers one after another."""

    data: memoryview
    at: int

    def take(self, size: int) -> int:
        value = number(self.data, self.at, size) if size else 0
        self.at += size
        return value


def _locations(data: memoryview, iloc: Box) -> dict[int, list[tuple[int, int, int]]]:
    """Item to (construction method, offset, size) of each extent."""
    version, read = data[iloc.start], _Reader(data, iloc.start + 4)
    sizes, more = read.take(1), read.take(1)
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    id_size = 4 if version == 2 else 2
    found: dict[int, list[tuple[int, int, int]]] = {}
    for _ in range(read.take(id_size)):
        item = read.take(id_size)
        method = read.take(2) & 15 if version else 0
        read.take(2)  # data_reference_index
        base, count = read.take(base_size), read.take(2)
        for _ in range(count):
            read.take(index_size)
            found.setdefault(item, []).append((method, base + read.take(offset_size), read.take(length_size)))
    return found


def xmp_packet(data: memoryview) -> bytes | None:
    """The XMP of a movie: a top-level uuid box of Adobe's (XMP specification, part 3)."""
    for box in boxes(data, 0, len(data)):
        if box.name == b"uuid" and bytes(data[box.start : box.start + 16]) == _XMP_UUID:
            return bytes(data[box.start + 16 : box.end])
    return None
