"""HEIF and AVIF (ISO/IEC 14496-12, 23008-12): metadata are items of the meta box, their bytes before the picture's.

There all decoders find them: OpenCV's refuses an AVIF with XMP behind the picture. So the picture moves as a whole, and
the places of all items are written anew; files whose other boxes hold places too, as movies do, are refused.
"""

from collections.abc import Iterator
from dataclasses import replace

from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.containers.items import IN_FILE, Extent, Item, Meta, box, iinf, iloc, iref, parsed
from pictopy_exif.domain.containers.pieces import SIGNED, Container, Piece, Unsafe
from pictopy_exif.domain.patch import Splice

_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"avif", b"avio", b"miaf"})
_KNOWN = frozenset({b"ftyp", b"meta", b"mdat", b"free", b"skip", b"mpvd", b"sefd"})
_XMP_TYPE, _EXIF_TYPE = b"application/rdf+xml", b"Exif"
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_HEADER = 4  # bytes before the TIFF stream of an Exif item: how many more come before it
_REPLACED = frozenset({b"iinf", b"iloc", b"iref"})


def is_bmff(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _BRANDS


def blocks(data: bytes) -> Blocks:
    meta = parsed(data)
    xmp, exif = _item(meta, "xmp"), _item(meta, "exif")
    return Blocks(
        None if xmp is None else meta.bytes_of(data, xmp), None, None if exif is None else _stream(data, meta, exif)
    )


def splices(data: bytes, found: Blocks, wanted: Blocks) -> list[Splice]:
    meta = parsed(data)
    if any(each.name == b"uuid" and data.startswith(_C2PA, each.body) for each in meta.top):
        raise Unsafe(SIGNED)
    items, made = dict(meta.items), dict[int, bytes]()
    for name, old, now in (("exif", found.exif, wanted.exif), ("xmp", found.xmp, wanted.xmp)):
        if old == now:
            continue
        item = _item(meta, name) or _new(items, name)
        items[item.number] = item
        if now is None:
            del items[item.number]
        else:
            made[item.number] = _exif_header(data, meta, item) + now if name == "exif" else now
    gone = _spent(meta, {*made, *(meta.items.keys() - items.keys())})
    return _moved(data, meta, items, made, gone)


def picture(data: bytes) -> Iterator[Piece]:
    """The items that are pictures, and the properties that say how to decode and show them."""
    meta = parsed(data)
    yield from _coded(data, meta)
    yield from (memoryview(data)[each.start : each.end] for each in meta.boxes if each.name in (b"iprp", b"pitm"))


def rest(data: bytes) -> Iterator[Piece]:
    """All but our items and the places of all: boxes as they are, lists entry by entry, items by their bytes."""
    view, meta = memoryview(data), parsed(data)
    ours = {each.number for name in ("xmp", "exif") if (each := _item(meta, name)) is not None}
    yield from (view[each.start : each.end] for each in meta.top if each.name not in (b"meta", b"mdat", b"free"))
    yield from (view[each.start : each.end] for each in meta.boxes if each.name not in _REPLACED)
    yield from (each.entry for each in meta.items.values() if each.number not in ours)
    yield from (each.raw for each in meta.references if each.source not in ours)


def _coded(data: bytes, meta: Meta) -> Iterator[Piece]:
    ours = {each.number for name in ("xmp", "exif") if (each := _item(meta, name)) is not None}
    for item in meta.items.values():
        if item.number not in ours:
            yield b"%d " % item.number
            yield meta.bytes_of(data, item)


def _item(meta: Meta, name: str) -> Item | None:
    """Of the main picture, if several have one."""
    fits = [
        each
        for each in meta.items.values()
        if (each.kind == _EXIF_TYPE if name == "exif" else each.kind == b"mime" and each.content_type == _XMP_TYPE)
    ]
    described = [each for each in fits if (each.number, meta.primary) in meta.descriptions]
    if len(described or fits) > 1:
        raise Unsafe("the file holds its metadata twice")
    return next(iter(described or fits), None)


def _stream(data: bytes, meta: Meta, item: Item) -> bytes:
    raw = meta.bytes_of(data, item)
    start = _HEADER + int.from_bytes(raw[:_HEADER], "big")
    if start > len(raw):
        raise Unsafe("the EXIF block is damaged")
    return raw[start:]


def _exif_header(data: bytes, meta: Meta, item: Item) -> bytes:
    """What stood before the stream: some writers put `Exif` there, as in a JPEG."""
    raw = meta.bytes_of(data, item)
    return raw[: _HEADER + int.from_bytes(raw[:_HEADER], "big")] or bytes(_HEADER)


def _new(items: dict[int, Item], name: str) -> Item:
    kind, content_type = (_EXIF_TYPE, b"") if name == "exif" else (b"mime", _XMP_TYPE)
    return Item.new(max(items, default=0) + 1, kind, content_type)


def _spent(meta: Meta, numbers: set[int]) -> list[Splice]:
    """Boxes that hold nothing but what is written anew: those that we made before."""
    places = {
        (extent.at, extent.at + extent.size): number
        for number, item in meta.items.items()
        for extent in item.extents
        if item.method == IN_FILE
    }
    whole = (each for each in meta.top if each.name == b"mdat" and places.get((each.body, each.end)) in numbers)
    return [Splice(each.start, each.end, b"") for each in whole]


def _moved(data: bytes, meta: Meta, items: dict[int, Item], made: dict[int, bytes], gone: list[Splice]) -> list[Splice]:
    """The new bytes before the picture's, and the meta box with all places as they are when it has its new length."""
    place, front = min(each.start for each in meta.top if each.name == b"mdat"), b""
    for number, block in made.items():
        at = place + len(front) + 8
        items[number] = replace(items[number], method=IN_FILE, extents=(Extent(at, len(block)),))
        front += box(b"mdat", block)
    moves = [
        Splice(meta.box.start, meta.box.end, _meta(data, meta, items)),
        *gone,
        Splice(place, place, front),
    ]
    if sum(each.growth for each in moves) and any(each.name not in _KNOWN for each in meta.top):
        raise Unsafe("the file holds boxes that count its bytes, as a movie or an image sequence does")

    def moved(extent: Extent, is_new: bool) -> Extent:
        before = (each for each in moves if each.end <= (place if is_new else extent.at))
        shift = sum(each.growth for each in before) - (len(front) if is_new else 0)
        return replace(extent, at=extent.at + shift)

    placed = {
        number: replace(item, extents=tuple(moved(each, number in made) for each in item.extents))
        for number, item in items.items()
        if item.method == IN_FILE
    }
    return [Splice(meta.box.start, meta.box.end, _meta(data, meta, {**items, **placed})), *moves[1:]]


def _meta(data: bytes, meta: Meta, items: dict[int, Item]) -> bytes:
    """All boxes of meta as they stand, but the lists of items, of their places and of what they belong to."""
    made = {b"iinf": iinf(meta, items), b"iloc": iloc(meta, items), b"iref": iref(meta, items)}
    there = {each.name for each in meta.boxes}
    parts = [made.get(each.name, data[each.start : each.end]) for each in meta.boxes]
    parts += [made[name] for name in sorted(_REPLACED - there)]
    return box(b"meta", meta.flags + b"".join(parts))


BMFF = Container("HEIF", ("xmp", "exif"), blocks, splices, picture, rest)
