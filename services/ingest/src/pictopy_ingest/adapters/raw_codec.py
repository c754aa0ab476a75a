"""Raw files by LibRaw: the preview that the camera put in, or a half-size development where there is none."""

import io

import numpy as np
import rawpy

from pictopy_ingest.adapters import jpeg_codec
from pictopy_ingest.adapters.pixels import Decoded, Undecodable, shrunk
from pictopy_ingest.domain.sizes import Limits, fitted, refusal


def decode(data: memoryview, limits: Limits) -> Decoded:
    """Raises Undecodable."""
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            width, height = raw.sizes.width, raw.sizes.height
            if reason := refusal(width, height, limits):
                raise Undecodable(reason)
            return _embedded(raw, width, height, limits) or _developed(raw, limits)
    except rawpy.LibRawError as error:
        raise Undecodable(f"the raw file cannot be read: {error}") from error


def _embedded(raw: "rawpy.RawPy", width: int, height: int, limits: Limits) -> Decoded | None:
    try:
        found = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if found.format == rawpy.ThumbFormat.JPEG:
        preview = jpeg_codec.decode(memoryview(bytes(found.data)), limits)
        return Decoded(preview.image, width, height, warnings=preview.warnings, icc=preview.icc)
    image = np.ascontiguousarray(found.data)
    return Decoded(shrunk(image, *fitted(image.shape[1], image.shape[0], limits.preview_side_px)), width, height)


def _developed(raw: "rawpy.RawPy", limits: Limits) -> Decoded:
    """LibRaw turns what it develops."""
    image = raw.postprocess(half_size=True, use_camera_wb=True)
    small = shrunk(image, *fitted(image.shape[1], image.shape[0], limits.preview_side_px))
    return Decoded(small, raw.sizes.width, raw.sizes.height, is_turned=True)
