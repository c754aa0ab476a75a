"""Previews and thumbnails on the disk. Each preview carries a receipt of how it was made, in a JPEG comment, so
that a moved, copied or newly tagged file is not decoded again."""

import os
import tempfile
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pictopy_contracts.ids import PhotoId
from pictopy_ingest.adapters import jpeg_codec
from pictopy_ingest.adapters.pixels import Decoded, shrunk, turned
from pictopy_ingest.domain.metadata.resolve import Pixels
from pictopy_ingest.domain.sizes import Limits, fitted
from pictopy_ingest.ports import PictureFiles

_COMMENT = b"\xff\xfe"
_HEAD_BYTES = 8192
_MAX_RECEIPT_BYTES = 4096


class Receipt(BaseModel):
    """What `resolve.Pixels` holds."""

    maker: int = 1
    """Version of how previews are made; another one makes them again."""
    width_px: int
    height_px: int
    orientation: int
    warnings: tuple[str, ...] = ()

    def pixels(self) -> Pixels:
        return Pixels(self.width_px, self.height_px, self.orientation, self.warnings)


def made_before(photo_id: PhotoId, pictures: PictureFiles) -> Pixels | None:
    """How the preview of this picture was made, if it and the thumbnail are there."""
    if not pictures.thumbnail(photo_id).exists():
        return None
    try:
        with pictures.preview(photo_id).open("rb") as file:
            head = file.read(_HEAD_BYTES)
        size = int.from_bytes(head[4:6], "big")
        receipt = Receipt.model_validate_json(head[6 : 4 + size]) if head[2:4] == _COMMENT else None
    except (OSError, ValidationError):
        return None
    return receipt.pixels() if receipt and receipt.maker == Receipt.model_fields["maker"].default else None


def write_pictures(photo_id: PhotoId, decoded: Decoded, pixels: Pixels, pictures: PictureFiles, limits: Limits) -> None:
    """Upright preview and thumbnail, the preview last: it vouches for both."""
    height, width = decoded.image.shape[:2]
    preview = shrunk(decoded.image, *fitted(width, height, limits.preview_side_px))
    preview = preview if decoded.is_turned else turned(preview, pixels.orientation)
    height, width = preview.shape[:2]
    thumbnail = shrunk(preview, *fitted(width, height, limits.thumbnail_side_px))
    _write(pictures.thumbnail(photo_id), jpeg_codec.encode(thumbnail, limits.thumbnail_quality, decoded.icc))
    coded = jpeg_codec.encode(preview, limits.preview_quality, decoded.icc)
    _write(pictures.preview(photo_id), _with_receipt(coded, pixels))


def _with_receipt(coded: bytes, pixels: Pixels) -> bytes:
    receipt = Receipt(
        width_px=pixels.width_px,
        height_px=pixels.height_px,
        orientation=pixels.orientation,
        warnings=tuple(line[:200] for line in pixels.warnings[:5]),
    )
    text = receipt.model_dump_json().encode()[:_MAX_RECEIPT_BYTES]
    return coded[:2] + _COMMENT + (len(text) + 2).to_bytes(2, "big") + text + coded[2:]


def _write(path: Path, coded: bytes) -> None:
    """Whole or not at all: a reader never sees a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(coded)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
