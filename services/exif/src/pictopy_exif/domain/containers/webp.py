"""WebP: XMP and EXIF chunks at the end of the RIFF file, announced in VP8X (RFC 9649, 2.7)."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.containers.pieces import SIGNED, Container, Piece, Unsafe
from pictopy_exif.domain.patch import Splice

_XMP, _EXIF = b"XMP ", b"EXIF"
_FLAGS = {_XMP: 0x04, _EXIF: 0x08}
_ALPHA = 0x10
_PREFIX = b"Exif\0\0"  # as in a JPEG: not standard, but written by many
_PICTURE = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})


@dataclass(frozen=True)
class _Chunk:
    """`end`: with the byte that makes the length even."""

    name: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + 8 + self.size + self.size % 2

    def body(self, data: bytes) -> bytes:
        return data[self.start + 8 : self.start + 8 + self.size]


def is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def blocks(data: bytes) -> Blocks:
    chunks = list(_chunks(data))
    xmp, exif = _one(chunks, _XMP), _one(chunks, _EXIF)
    return Blocks(xmp.body(data) if xmp else None, None, exif.body(data).removeprefix(_PREFIX) if exif else None)


def splices(data: bytes, found: Blocks, wanted: Blocks) -> Iterator[Splice]:
    chunks = list(_chunks(data))
    if _one(chunks, b"C2PA"):
        raise Unsafe(SIGNED)
    changes: list[Splice] = []
    if wanted.exif != found.exif:
        changes.append(_changed(data, chunks, _EXIF, wanted.exif))
    if wanted.xmp != found.xmp:
        changes.append(_changed(data, chunks, _XMP, wanted.xmp))
    changes += _announced(data, chunks, wanted)
    yield from changes
    size = int.from_bytes(data[4:8], "little") + sum(each.growth for each in changes)
    if size >= 1 << 32:
        raise Unsafe("the WebP would grow over 4 GiB")
    yield Splice(4, 8, size.to_bytes(4, "little"))


def picture(data: bytes) -> Iterator[Piece]:
    view = memoryview(data)
    yield from (view[each.start : each.end] for each in _chunks(data) if each.name in _PICTURE)


def rest(data: bytes) -> Iterator[Piece]:
    """VP8X without the two flags: of a file that had none it says what its picture says, and is ours."""
    view, chunks = memoryview(data), list(_chunks(data))
    yield _extension(data, chunks)
    yield from (view[each.start : each.end] for each in chunks if each.name not in {b"VP8X", _XMP, _EXIF, *_PICTURE})
    yield view[chunks[-1].end :]


def _chunks(data: bytes) -> Iterator[_Chunk]:
    if not is_webp(data[:12]):
        raise Unsafe("this is no WebP")
    at, end = 12, 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) or end < 20:
        raise Unsafe("the WebP is cut off")
    while at < end:
        chunk = _Chunk(data[at : at + 4], at, int.from_bytes(data[at + 4 : at + 8], "little"))
        if chunk.end > end:
            raise Unsafe("the WebP is cut off")
        yield chunk
        at = chunk.end


def _one(chunks: list[_Chunk], name: bytes) -> _Chunk | None:
    named = [each for each in chunks if each.name == name]
    if len(named) > 1:
        raise Unsafe("the WebP holds its metadata twice")
    return named[0] if named else None


def _changed(data: bytes, chunks: list[_Chunk], name: bytes, block: bytes | None) -> Splice:
    """Where the chunk stands; a new one at the end, EXIF before XMP as the RFC has them."""
    old, made = _one(chunks, name), b""
    if block is not None:
        has_prefix = old is not None and name == _EXIF and old.body(data).startswith(_PREFIX)
        body = _PREFIX + block if has_prefix else block
        made = name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
    if old is not None:
        return Splice(old.start, old.end, made)
    after = _one(chunks, _XMP) if name == _EXIF else None
    place = after.start if after else chunks[-1].end
    return Splice(place, place, made)


def _announced(data: bytes, chunks: list[_Chunk], wanted: Blocks) -> list[Splice]:
    """VP8X with the flags of what will be there; a simple file gets one if it has to say anything."""
    flags = (_FLAGS[_XMP] if wanted.xmp is not None else 0) | (_FLAGS[_EXIF] if wanted.exif is not None else 0)
    bare, old = _extension(data, chunks), _one(chunks, b"VP8X")
    body = bytes([bare[0] | flags]) + bare[1:]
    if old is not None:
        return [Splice(old.start + 8, old.start + 18, body)] if old.body(data) != body else []
    return [Splice(12, 12, b"VP8X" + (10).to_bytes(4, "little") + body)] if flags else []


def _extension(data: bytes, chunks: list[_Chunk]) -> bytes:
    """The body of VP8X without the flags for XMP and EXIF, made from the picture where there is none."""
    old = _one(chunks, b"VP8X")
    if old is not None:
        body = old.body(data)
        if len(body) != 10:
            raise Unsafe("the WebP's header is damaged")
        return bytes([body[0] & ~(_FLAGS[_XMP] | _FLAGS[_EXIF])]) + body[1:]
    first = chunks[0].body(data)
    if chunks[0].name == b"VP8 " and first[3:6] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(first[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        return _canvas(width, height, 0)
    if chunks[0].name == b"VP8L" and first[:1] == b"\x2f":
        bits = int.from_bytes(first[1:5], "little")
        return _canvas((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, _ALPHA if bits >> 28 & 1 else 0)
    raise Unsafe("the WebP's picture is not understood")


def _canvas(width: int, height: int, flags: int) -> bytes:
    if not (width and height):
        raise Unsafe("the WebP's picture has no size")
    return bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


WEBP = Container("WebP", ("xmp", "exif"), blocks, splices, picture, rest)
