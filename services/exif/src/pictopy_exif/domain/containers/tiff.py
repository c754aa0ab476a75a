"""TIFF files: XMP and IPTC are tags of the first directory, EXIF the tags beside them; nothing in the file moves.

The EXIF block of a TIFF is the file itself: whoever changes it must leave every byte in its place, as domain.tiff does.
"""

from collections import deque
from collections.abc import Iterator

from pictopy_exif.domain import tiff
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.containers.pieces import SIGNED, Container, Piece, Unsafe
from pictopy_exif.domain.patch import Splice
from pictopy_exif.domain.tiff import Damaged, Value

_XMP, _IPTC, _C2PA = 700, 33723, 52545
_LONG = 4
_RAW = {50706: "DNG", 33421: "camera RAW", 50740: "camera RAW"}  # DNGVersion, CFARepeatPatternDim, DNGPrivateData
_STEP = 1 << 16


def is_tiff(head: bytes) -> bool:
    """CR2 and other RAW files begin as TIFF files do, and most say so in the bytes behind."""
    return head[:4] in (b"II*\0", b"MM\0*") and head[8:10] != b"CR"


def blocks(data: bytes) -> Blocks:
    try:
        xmp, iptc = (tiff.find(data, "image", tag) for tag in (_XMP, _IPTC))
    except Damaged as error:
        raise Unsafe(str(error)) from error
    return Blocks(None if xmp is None else xmp.data.rstrip(b"\0"), None if iptc is None else _datasets(iptc), data)


def splices(data: bytes, found: Blocks, wanted: Blocks) -> list[Splice]:
    exif = data if wanted.exif is None else wanted.exif
    deque(picture(data), maxlen=0)  # what is cut off must not be filled up with what is appended
    try:
        if raw := _RAW.keys() & tiff.tags(data, "image"):
            raise Unsafe(f"this is a {_RAW[min(raw)]} file, which gets a sidecar")
        if _C2PA in tiff.tags(data, "image"):
            raise Unsafe(SIGNED)
        changes: dict[int, Value | None] = {}
        if wanted.xmp != found.xmp:
            changes[_XMP] = None if wanted.xmp is None else Value(tiff.BYTE, wanted.xmp)
        if wanted.iptc != found.iptc:
            changes[_IPTC] = None if wanted.iptc is None else Value(tiff.UNDEFINED, wanted.iptc)
        new = tiff.with_values(exif, {"image": changes})
    except Damaged as error:
        raise Unsafe(str(error)) from error
    return list(_differences(data, new))


def picture(data: bytes) -> Iterator[Piece]:
    try:
        yield from tiff.pictures(data)
    except Damaged as error:
        raise Unsafe(str(error)) from error


def rest(data: bytes) -> Iterator[Piece]:
    """Nothing but the picture: all else is tags, which are proven for every container."""
    yield data[:4]


def _datasets(value: Value) -> bytes:
    """As longs, which some writers take for them, they are filled up to four bytes."""
    return value.data.rstrip(b"\0") if value.kind == _LONG else value.data


def _differences(old: bytes, new: bytes) -> Iterator[Splice]:
    """Where two streams of which the second was changed in place and appended to differ."""
    if len(new) < len(old):
        raise Unsafe("the TIFF would lose bytes")
    for at in range(0, len(old), _STEP):
        one, other = old[at : at + _STEP], new[at : min(at + _STEP, len(old))]
        if one != other:
            first = next(index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
            last = next(index for index in range(len(one) - 1, -1, -1) if one[index] != other[index])
            yield Splice(at + first, at + last + 1, other[first : last + 1])
    if len(new) > len(old):
        yield Splice(len(old), len(old), new[len(old) :])


TIFF = Container("TIFF", ("xmp", "iptc", "exif"), blocks, splices, picture, rest)
