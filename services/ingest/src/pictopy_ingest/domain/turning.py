"""How the container of a HEIF or AVIF turns its picture: `irot` and `imir` of the primary item (ISO/IEC 23008-12, 6.5).

Its readers go by these alone, whatever the EXIF orientation says. Regions count in the picture before it is turned, as
in a JPEG: immich turns them by irot and imir too, and on iPhones both say the same.
"""

from collections.abc import Iterator

from pictopy_ingest.domain.identity.bmff import Box, boxes
from pictopy_ingest.domain.identity.pieces import Malformed, number
from pictopy_ingest.domain.metadata.regions import oriented_point

_ROTATIONS = (1, 8, 3, 6)  # EXIF's word for so many quarter turns to the left
_MIRRORS = (4, 2)  # upside down, left to right
_PROBE = (0.1, 0.3)  # a point that each of the eight ways puts somewhere else


def container_orientation(data: memoryview) -> int:
    """As EXIF counts, 1..8; 1 where the container says nothing or is damaged."""
    try:
        point = _PROBE
        for each in _turns(data):
            point = oriented_point(*point, each)
    except Malformed:
        return 1
    ways = {_rounded(oriented_point(*_PROBE, each)): each for each in range(1, 9)}
    return ways[_rounded(point)]


def _turns(data: memoryview) -> Iterator[int]:
    """One after another, each in EXIF's word."""
    meta = _inside(data, Box(b"", 0, len(data))).get(b"meta")
    if meta is None:
        return
    within = _inside(data, Box(b"meta", meta.start + 4, meta.end))
    if not {b"pitm", b"iprp"} <= within.keys():
        return
    pitm = within[b"pitm"]
    primary = number(data, pitm.start + 4, 4 if number(data, pitm.start, 1) else 2)
    listed = list(boxes(data, within[b"iprp"].start, within[b"iprp"].end))
    properties = [each for ipco in listed if ipco.name == b"ipco" for each in boxes(data, ipco.start, ipco.end)]
    for index in [index for each in listed if each.name == b"ipma" for index in _properties_of(data, each, primary)]:
        if not 0 < index <= len(properties):
            continue
        found = properties[index - 1]
        if found.name == b"irot":
            yield _ROTATIONS[number(data, found.start, 1) & 3]
        elif found.name == b"imir":
            yield _MIRRORS[number(data, found.start, 1) & 1]


def _properties_of(data: memoryview, ipma: Box, item: int) -> Iterator[int]:
    """Places in the list of properties, counted from 1."""
    id_size = 4 if number(data, ipma.start, 1) else 2
    size = 2 if number(data, ipma.start + 3, 1) & 1 else 1
    at = ipma.start + 8
    for _ in range(number(data, ipma.start + 4, 4)):
        count = number(data, at + id_size, 1)
        if number(data, at, id_size) == item:
            places = (number(data, at + id_size + 1 + each * size, size) for each in range(count))
            yield from (place & (0x7FFF if size == 2 else 0x7F) for place in places)
        at += id_size + 1 + count * size


def _inside(data: memoryview, box: Box) -> dict[bytes, Box]:
    return {each.name: each for each in boxes(data, box.start, box.end)}


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 6), round(point[1], 6)
