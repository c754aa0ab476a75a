"""PNG: XMP in an iTXt chunk, EXIF in an eXIf chunk (PNG 3rd edition, 11.3.3.4 and 11.3.5.2; XMP part 3, 1.1.5)."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.containers.pieces import SIGNED, Container, Piece, Unsafe
from pictopy_exif.domain.patch import Splice

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"XML:com.adobe.xmp\0"
_PLAIN = _KEYWORD + bytes(4)  # not compressed, no language, no translated keyword
_RAW_PROFILES = (b"Raw profile type ", b"raw profile type ")  # ImageMagick's own form, before eXIf was standard
_PICTURE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT", b"sBIT"})
_MAX_XMP_BYTES = 64 * 1024 * 1024  # of a packet that stands compressed


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    start: int
    end: int

    def body(self, data: bytes) -> bytes:
        return data[self.start + 8 : self.end - 4]


def is_png(head: bytes) -> bool:
    return head.startswith(SIGNATURE)


def blocks(data: bytes) -> Blocks:
    found = list(_chunks(data))
    xmp, exif = _xmp_chunks(data, found), _named(found, b"eXIf")
    if len(xmp) > 1 or len(exif) > 1:
        raise Unsafe("the PNG holds its metadata twice")
    return Blocks(_text(xmp[0].body(data)) if xmp else None, None, exif[0].body(data) if exif else None)


def splices(data: bytes, found: Blocks, wanted: Blocks) -> Iterator[Splice]:
    chunks = list(_chunks(data))
    if _named(chunks, b"caBX"):
        raise Unsafe(SIGNED)
    if any(_is_raw_profile(data, each) for each in chunks):
        raise Unsafe("the PNG holds metadata in ImageMagick's form, which new ones would contradict")
    after_header = chunks[0].end
    if wanted.exif != found.exif:
        made = b"" if wanted.exif is None else _chunk(b"eXIf", wanted.exif)
        yield _instead(_named(chunks, b"eXIf"), after_header, made)
    if wanted.xmp != found.xmp:
        made = b"" if wanted.xmp is None else _chunk(b"iTXt", _PLAIN + wanted.xmp)
        yield _instead(_xmp_chunks(data, chunks), after_header, made)


def picture(data: bytes) -> Iterator[Piece]:
    view = memoryview(data)
    yield from (view[each.start : each.end] for each in _chunks(data) if each.name in _PICTURE)


def rest(data: bytes) -> Iterator[Piece]:
    view, chunks = memoryview(data), list(_chunks(data))
    ours = {*_xmp_chunks(data, chunks), *_named(chunks, b"eXIf")}
    yield from (view[each.start : each.end] for each in chunks if each not in ours and each.name not in _PICTURE)
    yield view[chunks[-1].end :]


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Up to the end of the picture; behind it a phone may have put a video."""
    if not is_png(data):
        raise Unsafe("this is no PNG")
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if at + 12 > len(data) or end > len(data):
            raise Unsafe("the PNG is cut off")
        if not name and data[at + 4 : at + 8] != b"IHDR":
            raise Unsafe("the PNG does not begin with its header")
        name = data[at + 4 : at + 8]
        yield _Chunk(name, at, end)
        at = end


def _named(chunks: list[_Chunk], name: bytes) -> list[_Chunk]:
    return [each for each in chunks if each.name == name]


def _xmp_chunks(data: bytes, chunks: list[_Chunk]) -> list[_Chunk]:
    return [each for each in _named(chunks, b"iTXt") if data.startswith(_KEYWORD, each.start + 8)]


def _is_raw_profile(data: bytes, chunk: _Chunk) -> bool:
    is_text = chunk.name in (b"zTXt", b"tEXt", b"iTXt")
    kinds = (b"exif\0", b"APP1\0", b"xmp\0")
    return is_text and any(data.startswith(each + kind, chunk.start + 8) for each in _RAW_PROFILES for kind in kinds)


def _text(body: bytes) -> bytes:
    """Of an iTXt chunk: keyword, compression, language, translated keyword, text."""
    rest_of = body[len(_KEYWORD) + 2 :].split(b"\0", 2)
    if len(rest_of) != 3:
        raise Unsafe("the XMP of the PNG is damaged")
    if not body[len(_KEYWORD)]:
        return rest_of[2]
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(rest_of[2], _MAX_XMP_BYTES)
    except zlib.error as error:
        raise Unsafe("the XMP of the PNG is damaged") from error
    if unpacker.unconsumed_tail:
        raise Unsafe("the XMP of the PNG is too large")
    return text


def _instead(old: list[_Chunk], place: int, made: bytes) -> Splice:
    return Splice(old[0].start, old[0].end, made) if old else Splice(place, place, made)


def _chunk(name: bytes, body: bytes) -> bytes:
    named = name + body
    return len(body).to_bytes(4, "big") + named + zlib.crc32(named).to_bytes(4, "big")


PNG = Container("PNG", ("xmp", "exif"), blocks, splices, picture, rest)
