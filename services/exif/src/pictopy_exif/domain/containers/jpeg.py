"""JPEG: metadata in APP1 and APP13 segments; every other byte stays, and stays in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.containers import extended, mpf, photoshop
from pictopy_exif.domain.containers.pieces import SIGNED, Container, Piece, Unsafe
from pictopy_exif.domain.patch import Splice

MAX_XMP_BYTES = 65_502  # XMP part 3, 1.1.3: what one APP1 segment can hold besides its own heading
_MAX_EXIF_BYTES = 65_527
_MAX_EXTENDED_BYTES = 65_400  # of one segment; the specification's own figure
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENDED_HEADING = len(_EXTENDED) + 32 + 4  # GUID, full length; then 4 bytes of offset and the data
_EXIF = b"Exif\0"
_SOI, _SOS, _EOI, _COM = 0xD8, 0xDA, 0xD9, 0xFE
_APP0, _APP1, _APP2, _APP11, _APP13, _APP15 = 0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xEF
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # TEM, RSTn: markers without a length


@dataclass(frozen=True)
class Segment:
    """`start` is at the marker, `body` after the length, `end` past the last byte."""

    marker: int
    start: int
    body: int
    end: int


@dataclass
class _Parts:
    """The header's segments by what they are."""

    scan: int = 0
    xmp: list[Segment] = field(default_factory=list)
    extended: list[Segment] = field(default_factory=list)
    exif: list[Segment] = field(default_factory=list)
    photoshop: list[Segment] = field(default_factory=list)
    mpf: list[Segment] = field(default_factory=list)
    others: list[Segment] = field(default_factory=list)
    place: int = 2
    """Behind JFIF and EXIF, which readers expect first, and before everything else."""


def is_jpeg(head: bytes) -> bool:
    return head[:3] == b"\xff\xd8\xff"


def blocks(data: bytes) -> Blocks:
    parts = _parts(data)
    exif = data[parts.exif[0].body + 6 : parts.exif[0].end] if parts.exif else None
    return Blocks(_xmp(data, parts), photoshop.iptc_of(_joined(data, parts)), exif)


def splices(data: bytes, found: Blocks, wanted: Blocks) -> list[Splice]:
    parts = _parts(data)
    if any(each.marker == _APP11 and b"c2pa" in data[each.body : each.end] for each in parts.others):
        raise Unsafe(SIGNED)
    changes: list[Splice] = []
    if wanted.exif != found.exif:
        changes += _exif_splices(parts, wanted.exif)
    if wanted.xmp != found.xmp:
        changes += _xmp_splices(data, parts, wanted.xmp)
    if wanted.iptc != found.iptc:
        made = photoshop.segments(photoshop.with_iptc(_joined(data, parts), wanted.iptc))
        changes += _instead(parts.photoshop, parts.place, made)
    for index in parts.mpf:
        before = sum(each.growth for each in changes if each.start <= index.start)
        after = sum(each.growth for each in changes if each.start > index.start)
        changes += mpf.splices(data, index.body, index.end, before, after)
    return changes


def picture(data: bytes) -> Iterator[Piece]:
    """Tables and frame headers, then all from the first scan to the end of the file."""
    view, parts = memoryview(data), _parts(data)
    yield from (view[each.start : each.end] for each in parts.others if not _is_said(each.marker))
    yield view[parts.scan :]


def rest(data: bytes) -> Iterator[Piece]:
    view, parts = memoryview(data), _parts(data)
    used = _extension(data, parts)
    for each in (*parts.others, *(each for each in parts.extended if each not in used), *parts.exif[1:]):
        yield view[each.start : each.end]
    for index in parts.mpf:
        yield from mpf.rest(data, index.body, index.end, parts.scan)
    yield from photoshop.without_iptc(_joined(data, parts))


def front(data: bytes) -> int:
    """All up to the first scan, and the four bytes by which that is known."""
    end = 2
    for each in segments(data):
        end = each.end
    while data[end + 1] == 0xFF:  # fill bytes
        end += 1
    return end + 4


def _parts(data: bytes) -> _Parts:
    parts, is_front = _Parts(), True
    for each in segments(data):
        parts.scan = each.end
        is_exif = _begins(data, each, _APP1, _EXIF)
        is_front = is_front and (each.marker == _APP0 or is_exif)
        parts.place = each.end if is_front else parts.place
        kinds = (
            (is_exif, parts.exif),
            (_begins(data, each, _APP1, _XMP), parts.xmp),
            (_begins(data, each, _APP1, _EXTENDED), parts.extended),
            (_begins(data, each, _APP13, photoshop.HEADING), parts.photoshop),
            (_begins(data, each, _APP2, mpf.HEADING), parts.mpf),
        )
        next((found for fits, found in kinds if fits), parts.others).append(each)
    if len(parts.xmp) > 1:
        raise Unsafe("the JPEG holds more than one XMP packet")
    return parts


def segments(data: bytes) -> Iterator[Segment]:
    """Header segments up to the first scan. Raises: Unsafe."""
    if not is_jpeg(data):
        raise Unsafe("this is no JPEG")
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            raise Unsafe("the JPEG's header is damaged")
        marker = data[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        if marker == _SOS:
            return
        if marker in _ALONE or marker in (_SOI, _EOI, 0x00):
            raise Unsafe("the JPEG's header is damaged")
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if end > len(data) or end < place + 4:
            raise Unsafe("the JPEG's header is cut off")
        yield Segment(marker, place, place + 4, end)
        place = end
    raise Unsafe("the JPEG ends before its picture begins")


def _begins(data: bytes, segment: Segment, marker: int, heading: bytes) -> bool:
    return segment.marker == marker and data.startswith(heading, segment.body, segment.end)


def _is_said(marker: int) -> bool:
    return _APP0 <= marker <= _APP15 or marker == _COM


def _joined(data: bytes, parts: _Parts) -> bytes:
    return b"".join(data[each.body + len(photoshop.HEADING) : each.end] for each in parts.photoshop)


def _instead(old: list[Segment], place: int, made: bytes) -> list[Splice]:
    """`made` where the first of `old` stands, or at `place`; the others go."""
    if not old:
        return [Splice(place, place, made)]
    return [Splice(each.start, each.end, b"" if index else made) for index, each in enumerate(old)]


def _exif_splices(parts: _Parts, exif: bytes | None) -> list[Splice]:
    if len(parts.exif) > 1:
        raise Unsafe("the JPEG holds more than one EXIF block")
    if exif is not None and len(exif) > _MAX_EXIF_BYTES:
        raise Unsafe(f"the EXIF block would be {len(exif)} bytes; a JPEG takes {_MAX_EXIF_BYTES}")
    made = b"" if exif is None else _segment(_EXIF + b"\0", exif)
    return _instead(parts.exif, parts.place, made)


def _xmp(data: bytes, parts: _Parts) -> bytes | None:
    if not parts.xmp:
        return None
    main = data[parts.xmp[0].body + len(_XMP) : parts.xmp[0].end]
    used = _extension(data, parts)
    return extended.joined(main, _put_together(data, used)) if used else main


def _xmp_splices(data: bytes, parts: _Parts, xmp: bytes | None) -> list[Splice]:
    made = b""
    if xmp is not None and len(xmp) <= MAX_XMP_BYTES:
        made = _segment(_XMP, xmp)
    elif xmp is not None:
        main, guid, extension = extended.parted(xmp, MAX_XMP_BYTES)
        made = _segment(_XMP, main) + _extended_segments(guid, extension)
    gone = [Splice(each.start, each.end, b"") for each in _extension(data, parts)]
    return [*_instead(parts.xmp, parts.place, made), *gone]


def _extension(data: bytes, parts: _Parts) -> list[Segment]:
    """The segments that the main packet points to; others are nobody's, and readers pass over them."""
    if not (parts.xmp and parts.extended):
        return []
    guid = extended.guid_in(data[parts.xmp[0].body + len(_XMP) : parts.xmp[0].end])
    return [each for each in parts.extended if guid and _guid(data, each) == guid.encode()]


def _guid(data: bytes, segment: Segment) -> bytes:
    start = segment.body + len(_EXTENDED)
    return data[start : start + 32]


def _put_together(data: bytes, used: list[Segment]) -> bytes:
    """The extended packet by its offsets."""
    chunks: dict[int, bytes] = {}
    full = 0
    for each in used:
        start = each.body + _EXTENDED_HEADING
        full = int.from_bytes(data[start - 4 : start], "big")
        chunks[int.from_bytes(data[start : start + 4], "big")] = data[start + 4 : each.end]
    whole = b""
    for offset in sorted(chunks):
        if offset != len(whole):
            raise Unsafe("the extended XMP is incomplete")
        whole += chunks[offset]
    if len(whole) != full:
        raise Unsafe("the extended XMP is incomplete")
    return whole


def _extended_segments(guid: str, extension: bytes) -> bytes:
    heading = _EXTENDED + guid.encode() + len(extension).to_bytes(4, "big")
    starts = range(0, len(extension), _MAX_EXTENDED_BYTES)
    return b"".join(
        _segment(heading + at.to_bytes(4, "big"), extension[at : at + _MAX_EXTENDED_BYTES]) for at in starts
    )


def _segment(heading: bytes, body: bytes) -> bytes:
    return b"\xff\xe1" + (2 + len(heading) + len(body)).to_bytes(2, "big") + heading + body


JPEG = Container("JPEG", ("xmp", "iptc", "exif"), blocks, splices, picture, rest, front)
