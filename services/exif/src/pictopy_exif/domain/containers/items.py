"""The items of a meta box (ISO/IEC 14496-12, 8.11): which there are, where their bytes lie, what they belong to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pictopy_exif.domain.containers.pieces import Unsafe

IN_FILE, IN_IDAT = 0, 1
_DESCRIBES = b"cdsc"
_MAX_ITEMS = 100_000


@dataclass(frozen=True)
class Box:
    """`start` is at its length, `body` behind its name; `is_open`: it reaches to the end of the file."""

    name: bytes
    start: int
    body: int
    end: int
    is_open: bool = False


@dataclass(frozen=True)
class Extent:
    at: int
    size: int
    index: int = 0


@dataclass(frozen=True)
class Item:
    """`entry`: its box in iinf as it stands, empty for a new one."""

    number: int
    kind: bytes
    content_type: bytes = b""
    entry: bytes = b""
    method: int = IN_FILE
    reference: int = 0
    extents: tuple[Extent, ...] = ()
    is_described: bool = True
    """False for a new one: what it describes has to be said."""

    @classmethod
    def new(cls, number: int, kind: bytes, content_type: bytes) -> "Item":
        if number > 0xFFFF:
            raise Unsafe("the file has no room for another item")
        named = number.to_bytes(2, "big") + b"\0\0" + kind + b"\0" + (content_type + b"\0" if content_type else b"")
        return cls(number, kind, content_type, box(b"infe", b"\x02\0\0\0" + named), is_described=False)


@dataclass(frozen=True)
class Reference:
    source: int
    raw: bytes


@dataclass
class Meta:
    """`flags`: version and flags of the box; `top`: the boxes of the file."""

    box: Box
    flags: bytes
    top: list[Box]
    boxes: list[Box]
    primary: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    descriptions: set[tuple[int, int]] = field(default_factory=set)
    versions: dict[bytes, int] = field(default_factory=dict)
    sizes: tuple[int, int, int] = (4, 4, 0)
    """Bytes of an offset, of a length, of an extent's index."""
    idat: Box | None = None

    def bytes_of(self, data: bytes, item: Item) -> bytes:
        """Raises: Unsafe where they are not all in this file."""
        if item.reference or item.method not in (IN_FILE, IN_IDAT):
            raise Unsafe("the file refers to bytes in a way that is not understood")
        base, limit = (0, len(data)) if item.method == IN_FILE else self._idat()
        parts = []
        for each in item.extents:
            size = each.size or limit - base - each.at
            if size < 0 or base + each.at + size > limit:
                raise Unsafe("the file is cut off")
            parts.append(data[base + each.at : base + each.at + size])
        return b"".join(parts)

    def _idat(self) -> tuple[int, int]:
        if self.idat is None:
            raise Unsafe("the file refers to bytes that are not there")
        return self.idat.body, self.idat.end


class _Reader:
    """Numbers one after another."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data, self._at, self._end = data, at, end

    def take(self, size: int) -> int:
        return int.from_bytes(self.raw(size), "big")

    def raw(self, size: int) -> bytes:
        if self._at + size > self._end:
            raise Unsafe("the file's list of items is cut off")
        self._at += size
        return self._data[self._at - size : self._at]

    def text(self) -> bytes:
        end = self._data.find(b"\0", self._at, self._end)
        end = self._end if end < 0 else end
        self._at, found = min(end + 1, self._end), self._data[self._at : end]
        return found


def box(name: bytes, body: bytes) -> bytes:
    size = 8 + len(body)
    if size >= 1 << 32:
        raise Unsafe("the metadata would be larger than 4 GiB")
    return size.to_bytes(4, "big") + name + body


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Raises: Unsafe where they do not fill the range."""
    at = start
    while at < end:
        if at + 8 > end:
            raise Unsafe("the file's boxes are damaged")
        size, name, body = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        is_open = size == 0
        if size == 1:
            size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        size = size or end - at
        if at + size < body or at + size > end:
            raise Unsafe("the file's boxes are damaged")
        yield Box(name, at, body, at + size, is_open)
        at += size


def parsed(data: bytes) -> Meta:
    """Raises: Unsafe."""
    top = list(boxes(data, 0, len(data)))
    metas = [each for each in top if each.name == b"meta"]
    if len(metas) != 1 or not any(each.name == b"mdat" for each in top):
        raise Unsafe("the file has not one list of items")
    found = metas[0]
    inside = list(boxes(data, found.body + 4, found.end))
    by_name = {each.name: each for each in inside}
    if len(by_name) != len(inside) or not {b"pitm", b"iinf", b"iloc"} <= by_name.keys():
        raise Unsafe("the file's list of items is not understood")
    meta = Meta(found, data[found.body : found.body + 4], top, inside, idat=by_name.get(b"idat"))
    meta.versions = {each.name: data[each.body] for each in inside if each.body < each.end}
    pitm = by_name[b"pitm"]
    meta.primary = _Reader(data, pitm.body + 4, pitm.end).take(4 if data[pitm.body] else 2)
    _read_entries(data, by_name[b"iinf"], meta)
    _read_places(data, by_name[b"iloc"], meta)
    if b"iref" in by_name:
        _read_references(data, by_name[b"iref"], meta)
    return meta


def iinf(meta: Meta, items: dict[int, Item]) -> bytes:
    version = meta.versions[b"iinf"]
    count = len(items).to_bytes(4 if version else 2, "big")
    return box(b"iinf", bytes([version, 0, 0, 0]) + count + b"".join(each.entry for each in items.values()))


def iloc(meta: Meta, items: dict[int, Item]) -> bytes:
    """Places counted from the start of the file: a base that items share would not survive its move.

    Raises: Unsafe where a place needs more bytes than the list has for it.
    """
    version, (offset, length, index) = meta.versions[b"iloc"], meta.sizes
    wide = 4 if version == 2 else 2
    listed = [each for each in items.values() if each.extents]
    try:
        parts = [bytes([version, 0, 0, 0, offset << 4 | length, index if version else 0])]
        parts.append(len(listed).to_bytes(wide, "big"))
        for item in listed:
            method = item.method.to_bytes(2, "big") if version else b""
            head = item.number.to_bytes(wide, "big") + method + item.reference.to_bytes(2, "big")
            parts += [head, len(item.extents).to_bytes(2, "big")]
            for each in item.extents:
                parts.append(each.index.to_bytes(index, "big") if version and index else b"")
                parts += [each.at.to_bytes(offset, "big"), each.size.to_bytes(length, "big")]
    except OverflowError as error:
        raise Unsafe("the file's list of places has no room for a larger number") from error
    return box(b"iloc", b"".join(parts))


def iref(meta: Meta, items: dict[int, Item]) -> bytes:
    """Without the references of items that are gone; new ones describe the main picture."""
    gone = meta.items.keys() - items.keys()
    version = meta.versions.get(b"iref", 0)
    wide = 4 if version else 2
    kept = [each.raw for each in meta.references if each.source not in gone]
    made = [
        box(_DESCRIBES, each.number.to_bytes(wide, "big") + b"\0\x01" + meta.primary.to_bytes(wide, "big"))
        for each in items.values()
        if not each.is_described
    ]
    if not kept and not made and b"iref" not in meta.versions:
        return b""
    return box(b"iref", bytes([version, 0, 0, 0]) + b"".join([*kept, *made]))


def _read_entries(data: bytes, found: Box, meta: Meta) -> None:
    start = found.body + (8 if data[found.body] else 6)
    for each in boxes(data, start, found.end):
        version = data[each.body]
        if each.name != b"infe" or version not in (2, 3):
            raise Unsafe("the file's list of items is of an old kind")
        read = _Reader(data, each.body + 4, each.end)
        number = read.take(4 if version == 3 else 2)
        read.take(2)
        kind, _ = read.raw(4), read.text()
        content_type = read.text() if kind == b"mime" else b""
        if number in meta.items or len(meta.items) > _MAX_ITEMS:
            raise Unsafe("the file's list of items is damaged")
        meta.items[number] = Item(number, kind, content_type, data[each.start : each.end])


def _read_places(data: bytes, found: Box, meta: Meta) -> None:
    version, read = data[found.body], _Reader(data, found.body + 4, found.end)
    sizes, more = read.take(1), read.take(1)
    offset, length, base_size, index = sizes >> 4, sizes & 15, more >> 4, (more & 15 if version else 0)
    if version > 2:
        raise Unsafe("the file's list of places is of a newer kind")
    wide, is_based = (4 if version == 2 else 2), False
    for _ in range(read.take(wide)):
        number = read.take(wide)
        method = read.take(2) & 15 if version else IN_FILE
        reference, base, count = read.take(2), read.take(base_size), read.take(2)
        is_based = is_based or bool(base)
        extents = []
        for _ in range(count):
            at_index = read.take(index)
            extents.append(Extent(base + read.take(offset), read.take(length), at_index))
        if number not in meta.items:
            raise Unsafe("the file's list of places names an item that is not there")
        old = meta.items[number]
        meta.items[number] = Item(number, old.kind, old.content_type, old.entry, method, reference, tuple(extents))
    meta.sizes = (max(offset, base_size, 4), max(length, 4), index)


def _read_references(data: bytes, found: Box, meta: Meta) -> None:
    wide = 4 if data[found.body] else 2
    for each in boxes(data, found.body + 4, found.end):
        read = _Reader(data, each.body, each.end)
        source = read.take(wide)
        targets = [read.take(wide) for _ in range(read.take(2))]
        meta.references.append(Reference(source, data[each.start : each.end]))
        if each.name == _DESCRIBES:
            meta.descriptions |= {(source, target) for target in targets}
