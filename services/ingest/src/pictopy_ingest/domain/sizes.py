"""How large a picture may be, and how large its preview becomes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Against decompression bombs, and for a preview that fits a screen."""

    max_megapixels: int = 200
    max_image_bytes: int = 2 << 30
    max_metadata_bytes: int = 256 << 20
    """A still larger than this is not given to the metadata reader as a whole."""
    preview_side_px: int = 1440
    thumbnail_side_px: int = 400
    preview_quality: int = 85
    thumbnail_quality: int = 82
    max_photo_s: int = 120
    """A decoder that takes longer is ended."""
    max_video_s: int = 300


def fitted(width_px: int, height_px: int, side_px: int) -> tuple[int, int]:
    """(width, height) with the long side at most `side_px`; never larger than it was, never 0."""
    long_side = max(width_px, height_px)
    if long_side <= side_px:
        return width_px, height_px
    return max(1, round(width_px * side_px / long_side)), max(1, round(height_px * side_px / long_side))


def refusal(width_px: int, height_px: int, limits: Limits) -> str | None:
    """Why a picture of this size is not decoded."""
    if width_px <= 0 or height_px <= 0:
        return "the picture has no pixels"
    megapixels = width_px * height_px / 1e6
    if megapixels > limits.max_megapixels:
        return f"the picture has {megapixels:.0f} megapixels, more than the limit of {limits.max_megapixels}"
    return None
