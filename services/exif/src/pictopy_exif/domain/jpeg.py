"""XMP in and out of a JPEG by its segments; every other byte stays, and stays in order."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictopy_exif.domain.digest import digest_of
from pictopy_exif.domain.patch import Edit, Patch

MAX_XMP_BYTES = 65_502  # XMP part 3, 1.1.3: what one APP1 segment can hold besides its own heading
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_EXTENDED_HEADING = len(_EXTENDED) + 32 + 4  # GUID, full length; then 4 bytes of offset and the data
_EXIF = b"Exif\0"
_MPF = b"MPF\0"
_SOI, _SOS, _EOI, _APP0, _APP1, _APP2 = 0xD8, 0xDA, 0xD9, 0xE0, 0xE1, 0xE2
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # TEM, RSTn: markers without a length


class Unsafe(ValueError):
    """Embedding here could harm what others put into the file; the reason is for people."""


@dataclass(frozen=True)
class Segment:
    """`start` is at the marker, `body` after the length, `end` past the last byte."""

    marker: int
    start: int
    body: int
    end: int


@dataclass(frozen=True)
class Parts:
    """Where the XMP of a JPEG stands, or where a new one would go (`start` == `end`)."""

    start: int
    end: int
    xmp: bytes | None
    extended: bytes | None
    mpf_start: int | None


def is_jpeg(head: bytes) -> bool:
    return head[:3] == b"\xff\xd8\xff"


def take_apart(data: bytes) -> Parts:
    """Raises: Unsafe."""
    headers = list(_segments(data))
    xmp = [each for each in headers if _begins(data, each, _APP1, _XMP)]
    mpf = next((each.start for each in headers if _begins(data, each, _APP2, _MPF)), None)
    if len(xmp) > 1:
        raise Unsafe("the JPEG holds more than one XMP packet")
    extended = _extended(data, [each for each in headers if _begins(data, each, _APP1, _EXTENDED)])
    if not xmp:
        place = _place_for_xmp(data, headers)
        return Parts(place, place, None, extended, mpf)
    found = xmp[0]
    return Parts(found.start, found.end, data[found.body + len(_XMP) : found.end], extended, mpf)


def splice(data: bytes, parts: Parts, xmp: bytes | None) -> tuple[bytes, Patch]:
    """The file with this packet, or with none; and what undoes it. Raises: Unsafe."""
    segment = b"" if xmp is None else _segment(xmp)
    shifts = len(segment) != parts.end - parts.start
    if shifts and parts.mpf_start is not None and parts.mpf_start < parts.start:
        raise Unsafe("the XMP stands behind the index of a multi-picture file, which a longer one would falsify")
    new = data[: parts.start] + segment + data[parts.end :]
    return new, Patch((Edit(parts.start, len(segment), data[parts.start : parts.end]),))


def picture_digest(data: bytes) -> str | None:
    """BLAKE3 from the first scan to the end of the file; None for what is no whole JPEG."""
    try:
        *_, last = _segments(data)
    except (Unsafe, ValueError):
        return None
    return digest_of(memoryview(data)[last.end :])


def rest_digest(data: bytes) -> str:
    """BLAKE3 of all but the XMP packet: coded picture, EXIF, MakerNotes, thumbnails, trailers. Raises: Unsafe."""
    parts = take_apart(data)
    return digest_of(data[: parts.start], memoryview(data)[parts.end :])


def _segments(data: bytes) -> Iterator[Segment]:
    """Header segments up to the first scan."""
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


def _place_for_xmp(data: bytes, headers: list[Segment]) -> int:
    """Behind JFIF and EXIF, which readers expect first, and before everything else."""
    place = 2
    for each in headers:
        if not (each.marker == _APP0 or _begins(data, each, _APP1, _EXIF)):
            break
        place = each.end
    return place


def _segment(xmp: bytes) -> bytes:
    if len(xmp) > MAX_XMP_BYTES:
        raise Unsafe(f"the XMP would be {len(xmp)} bytes; a JPEG takes {MAX_XMP_BYTES} in one piece")
    return b"\xff\xe1" + (2 + len(_XMP) + len(xmp)).to_bytes(2, "big") + _XMP + xmp


def _extended(data: bytes, segments: list[Segment]) -> bytes | None:
    """The extended packet put together by its offsets. Raises: Unsafe."""
    chunks: dict[int, bytes] = {}
    for each in segments:
        start = each.body + _EXTENDED_HEADING
        chunks[int.from_bytes(data[start : start + 4], "big")] = data[start + 4 : each.end]
    joined = b""
    for offset in sorted(chunks):
        if offset != len(joined):
            raise Unsafe("the extended XMP is incomplete")
        joined += chunks[offset]
    return joined or None
