"""File formats as carriers of metadata blocks: which one a file is, and what may go into it."""

from pictopy_exif.domain.containers import bmff, jpeg, png, tiff, webp
from pictopy_exif.domain.containers.pieces import Block, Container, Unsafe

__all__ = ["Block", "Container", "Unsafe", "container_of"]

_TIFF_NAMES = (".tif", ".tiff")


def container_of(head: bytes, name: str) -> Container | None:
    """By the first bytes; None where nothing may be embedded. RAW files begin as TIFF files do: there the name counts.

    `head`: at least 16 bytes.
    """
    kinds = (
        (jpeg.is_jpeg(head), jpeg.JPEG),
        (png.is_png(head), png.PNG),
        (webp.is_webp(head), webp.WEBP),
        (tiff.is_tiff(head) and name.lower().endswith(_TIFF_NAMES), tiff.TIFF),
        (bmff.is_bmff(head), bmff.BMFF),
    )
    return next((container for fits, container in kinds if fits), None)
