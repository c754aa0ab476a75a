"""Who a picture is: BLAKE3-128 of its coded pixels, so that metadata, name and place in the tree do not count.

| format | what counts |
|---|---|
| JPEG | the segments from SOI to the first EOI with their entropy-coded data, but APPn and COM |
| PNG | IHDR, PLTE, tRNS, acTL, fcTL, and the payload of IDAT and fdAT |
| WebP | VP8, VP8L, ALPH, ANIM, ANMF |
| HEIF, AVIF | decoder configurations (hvcC, av1C); the extents of the primary item and of its tiles |
| TIFF | the strips or tiles of IFD0 and the tags that give them meaning |
| GIF | everything but comments and application extensions |
| MP4, MOV | the payload of every mdat |
| others, and raw | the whole file |

So the trailers of MPO and motion photos do not count. Raw formats keep pixels, previews and maker data in ways that
no one parser knows safely: there a metadata edit makes a new picture, which is why sidecars are written for them.

A file whose structure cannot be followed is hashed whole: a wrong guess could make two pictures one, a whole hash
can only make one picture two.
"""

from collections.abc import Callable, Iterator

from blake3 import blake3

from pictopy_contracts.ids import PhotoId
from pictopy_ingest.domain import formats
from pictopy_ingest.domain.identity import bmff, gif, jpeg, png, tiff, webp
from pictopy_ingest.domain.identity.pieces import Malformed, Piece

ID_BYTES = 16
CHUNK_BYTES = 8 << 20

_PARTS: dict[str, Callable[[memoryview], Iterator[Piece]]] = {
    formats.JPEG: jpeg.pieces,
    formats.PNG: png.pieces,
    formats.WEBP: webp.pieces,
    formats.TIFF: tiff.pieces,
    formats.GIF: gif.pieces,
    formats.HEIF: bmff.still_pieces,
    formats.AVIF: bmff.still_pieces,
    formats.MP4: bmff.movie_pieces,
    formats.MOV: bmff.movie_pieces,
}


def picture_id(form: str, data: memoryview) -> PhotoId:
    """The id of the picture in `data`, a file of format `form`. Never fails: see the module's last sentence."""
    try:
        found = list(_PARTS[form](data)) if form in _PARTS else []
    except Malformed:
        found = []
    return PhotoId(_digest(form, data, found or [slice(0, len(data))]))


def _digest(form: str, data: memoryview, pieces: list[Piece]) -> str:
    hasher = blake3(form.encode() + b"\0")
    for piece in pieces:
        if isinstance(piece, bytes):
            hasher.update(piece)
            continue
        for start in range(piece.start, piece.stop, CHUNK_BYTES):
            hasher.update(data[start : min(start + CHUNK_BYTES, piece.stop)])
    return hasher.hexdigest(length=ID_BYTES)
