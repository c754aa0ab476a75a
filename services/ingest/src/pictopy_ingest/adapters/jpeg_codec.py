"""JPEG by libjpeg-turbo (simplejpeg): decoded at the smallest of its scales that is large enough."""

import simplejpeg

from pictopy_ingest.adapters.pixels import Decoded, Image, Undecodable
from pictopy_ingest.domain.identity.jpeg import segments
from pictopy_ingest.domain.identity.pieces import Malformed
from pictopy_ingest.domain.sizes import Limits, fitted, refusal

_SOS, _APP2 = 0xDA, 0xE2
_ICC_NAME = b"ICC_PROFILE\0"
_MAX_ICC_BYTES = 65_000
"""Of one APP2 segment; larger profiles are for printers."""


class Unusual(Exception):
    """A colour space or sampling that this decoder does not know."""


def decode(data: memoryview, limits: Limits) -> Decoded:
    """Raises Undecodable, or Unusual (CMYK). A damaged picture is decoded as far as it goes, with a warning."""
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    except ValueError as error:
        raise Undecodable(f"the JPEG header is damaged: {error}") from error
    except KeyError as error:  # simplejpeg knows no name for this sampling
        raise Unusual("sampling") from error
    if reason := refusal(width, height, limits):
        raise Undecodable(reason)
    if space in {"CMYK", "YCCK"}:
        raise Unusual(space)
    try:
        return Decoded(_pixels(data, width, height, limits, strict=True), width, height, icc=_icc(data))
    except ValueError as error:
        warning = f"the JPEG is damaged, a part of the picture may be missing: {error}"
    try:
        image = _pixels(data, width, height, limits, strict=False)
    except ValueError as error:
        raise Undecodable(f"the JPEG is damaged: {error}") from error
    return Decoded(image, width, height, warnings=(warning,), icc=_icc(data))


def _pixels(data: memoryview, width: int, height: int, limits: Limits, *, strict: bool) -> Image:
    wanted_width, wanted_height = fitted(width, height, limits.preview_side_px)
    image: Image = simplejpeg.decode_jpeg(
        data,
        "RGB",
        fastdct=True,
        fastupsample=True,
        min_height=wanted_height,
        min_width=wanted_width,
        strict=strict,
    )
    return image


def _icc(data: memoryview) -> bytes | None:
    parts = []
    try:
        for marker, start, end in segments(data):
            if marker == _SOS:
                break
            if marker == _APP2 and bytes(data[start + 4 : start + 16]) == _ICC_NAME:
                parts.append(bytes(data[start + 18 : end]))
    except Malformed:
        return None
    return b"".join(parts) or None


def encode(image: Image, quality: int, icc: bytes | None) -> bytes:
    """4:2:0, with the colour profile of the original, so that wide-gamut pictures keep their colours."""
    coded: bytes = simplejpeg.encode_jpeg(image, quality, colorspace="RGB", colorsubsampling="420", fastdct=True)
    if icc is None or len(icc) > _MAX_ICC_BYTES or icc[16:20] != b"RGB ":
        return coded
    payload = _ICC_NAME + b"\x01\x01" + icc
    return coded[:2] + b"\xff\xe2" + (len(payload) + 2).to_bytes(2, "big") + payload + coded[2:]
