"""TIFF and BigTIFF: the strips or tiles of IFD0 and the tags that give them meaning."""

from collections.abc import Iterator
from dataclasses import dataclass

from pictopy_ingest.domain.identity.pieces import Malformed, Piece, number, span

_MEANING = frozenset(
    {256, 257, 258, 259, 262, 266, 277, 278, 284, 292, 293, 317, 320, 322, 323, 332, 338, 339, 347, 529, 530, 531, 532}
)
"""Size, depth, compression, colour: in the order of the TIFF 6.0 tag numbers."""
_PARTS = ((273, 279), (324, 325))
"""(offsets, byte counts) of strips, and of tiles."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_MAX_VALUES = 1 << 22
"""Values of one tag; more offsets than any picture has strips."""


@dataclass(frozen=True)
class _Layout:
    order: str
    word: int
    """Bytes of an offset: 4, in BigTIFF 8."""

    @property
    def entry(self) -> int:
        return 12 if self.word == 4 else 20


def pieces(data: memoryview) -> Iterator[Piece]:
    layout = _layout(data)
    entries = _entries(data, layout)
    for tag in sorted(_MEANING & entries.keys()):
        kind, count, where = entries[tag]
        yield tag.to_bytes(2, "big") + kind.to_bytes(2, "big")
        yield span(data, where, count * _SIZES[kind])
    for offsets_tag, counts_tag in _PARTS:
        if offsets_tag in entries and counts_tag in entries:
            offsets = _numbers(data, layout, entries[offsets_tag])
            yield from map(lambda at, size: span(data, at, size), offsets, _numbers(data, layout, entries[counts_tag]))


def _layout(data: memoryview) -> _Layout:
    order = "little" if bytes(data[:2]) == b"II" else "big"
    return _Layout(order, 8 if number(data, 2, 2, order) == 43 else 4)


def _entries(data: memoryview, layout: _Layout) -> dict[int, tuple[int, int, int]]:
    """Tag to (type, count, where its values start), of IFD0."""
    word, order = layout.word, layout.order
    at = number(data, 4 if word == 4 else 8, word, order)
    count_bytes = 2 if word == 4 else 8
    found = {}
    for index in range(number(data, at, count_bytes, order)):
        entry = at + count_bytes + index * layout.entry
        tag, kind = number(data, entry, 2, order), number(data, entry + 2, 2, order)
        count = number(data, entry + 4, word, order)
        if kind not in _SIZES or count > _MAX_VALUES:
            continue
        inline = entry + 4 + word
        found[tag] = (kind, count, inline if count * _SIZES[kind] <= word else number(data, inline, word, order))
    if not any(offsets in found for offsets, _ in _PARTS):
        raise Malformed("IFD0 has no picture")
    return found


def _numbers(data: memoryview, layout: _Layout, entry: tuple[int, int, int]) -> list[int]:
    kind, count, where = entry
    size = _SIZES[kind]
    return [number(data, where + index * size, size, layout.order) for index in range(count)]
