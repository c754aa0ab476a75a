"""Stills that are not plain JPEG, by Pillow and libheif: the first frame, on white where it is transparent."""

import io

import numpy as np
import PIL.Image
import PIL.ImageFile
import PIL.TiffImagePlugin
import pillow_heif
from PIL import UnidentifiedImageError

from pictopy_ingest.adapters.pixels import Decoded, Image, Undecodable, shrunk
from pictopy_ingest.domain import formats
from pictopy_ingest.domain.sizes import Limits, fitted, refusal
from pictopy_ingest.domain.turning import container_orientation

pillow_heif.register_heif_opener()
PIL.Image.MAX_IMAGE_PIXELS = None  # our own limit is checked on the header, before anything is decoded

_DECODE_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    RuntimeError,
    IndexError,
    TypeError,
    KeyError,
)
"""What Pillow and its plug-ins raise on damaged files."""
_TURNED_HERE = frozenset({formats.TIFF, formats.HEIF})
"""Formats that Pillow and libheif turn themselves; Pillow leaves an AVIF as it is stored."""
_DEEP_MODES = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})


def decode(data: memoryview, form: str, limits: Limits) -> Decoded:
    """Raises Undecodable. A truncated picture is decoded as far as it goes, with a warning."""
    try:
        return _decode(data, form, limits, is_lenient=False)
    except UnidentifiedImageError as error:
        raise Undecodable(f"this {form} cannot be decoded here") from error
    except _DECODE_ERRORS as error:
        first = error
    try:
        found = _decode(data, form, limits, is_lenient=True)
    except _DECODE_ERRORS as error:
        raise Undecodable(f"the {form} is damaged: {error!r}") from first
    warning = f"the {form} is damaged, a part of the picture may be missing: {first}"
    return Decoded(found.image, found.width_px, found.height_px, found.is_turned, (warning,), found.icc)


def _decode(data: memoryview, form: str, limits: Limits, *, is_lenient: bool) -> Decoded:
    PIL.ImageFile.LOAD_TRUNCATED_IMAGES = is_lenient
    with PIL.Image.open(io.BytesIO(data)) as opened:
        width, height = _stored_size(opened, data)
        if reason := refusal(width, height, limits):
            raise Undecodable(reason)
        opened.draft("RGB", fitted(width, height, limits.preview_side_px))
        opened.load()
        icc = opened.info.get("icc_profile") if opened.mode in {"RGB", "RGBA", "P"} else None
        image = _rgb(opened)
    small = fitted(image.shape[1], image.shape[0], limits.preview_side_px)
    return Decoded(shrunk(image, *small), width, height, is_turned=form in _TURNED_HERE, icc=icc)


def xmp_packet(data: memoryview) -> bytes | None:
    """The XMP that libheif or libavif finds; nothing is decoded."""
    try:
        with PIL.Image.open(io.BytesIO(data)) as opened:
            found = opened.info.get("xmp")
    except _DECODE_ERRORS:
        return None
    return found if isinstance(found, bytes) else None


def _stored_size(opened: PIL.Image.Image, data: memoryview) -> tuple[int, int]:
    """Of a TIFF Pillow tells the size after orientation, and so does libheif of a HEIF."""
    if isinstance(opened, PIL.TiffImagePlugin.TiffImageFile):
        return int(opened.tag_v2[256]), int(opened.tag_v2[257])
    if opened.format == "HEIF" and container_orientation(data) >= 5:
        return opened.height, opened.width
    return opened.size


def _rgb(opened: PIL.Image.Image) -> Image:
    if opened.mode in _DEEP_MODES:
        return _from_deep(np.asarray(opened))
    if opened.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in opened.info:
        layer = opened.convert("RGBA")
        paper = PIL.Image.new("RGBA", layer.size, "white")
        return np.asarray(PIL.Image.alpha_composite(paper, layer).convert("RGB"))
    return np.asarray(opened.convert("RGB"))


def _from_deep(values: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> Image:
    """Grey of more than 8 bits: integers of up to 16 bits keep their scale, others are stretched."""
    grey = np.nan_to_num(values.astype(np.float32))
    is_integer = np.issubdtype(values.dtype, np.integer)
    low, high = (0.0, 65535.0) if is_integer and grey.max(initial=0) > 255 else (0.0, 255.0)
    if not is_integer:
        low, high = float(grey.min(initial=0)), float(grey.max(initial=1))
    scaled = np.clip((grey - low) * (255 / max(high - low, 1e-9)), 0, 255).astype(np.uint8)
    return np.repeat(scaled[:, :, None], 3, axis=2)
