"""Pictures in memory: shrink, turn, and what a decoder gives."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8, RGB, 0..255."""

_NEAR = 1.3
"""Up to this ratio a bilinear shrink shows no aliasing, and takes a third of the time of an area mean."""


class Undecodable(Exception):
    """No picture can be had from this file; the text says why, for people."""


@dataclass(frozen=True)
class Decoded:
    """`width_px` and `height_px`: of the whole picture as stored; `image` may be smaller."""

    image: Image
    width_px: int
    height_px: int
    is_turned: bool = False
    """The decoder has turned `image` as EXIF wants it."""
    warnings: tuple[str, ...] = ()
    icc: bytes | None = None
    """Colour profile of `image`."""


def shrunk(image: Image, width_px: int, height_px: int) -> Image:
    """Area mean by the whole factor first (fast), then what is left of the way."""
    factor = min(image.shape[1] // width_px, image.shape[0] // height_px)
    if factor > 1:
        near = (image.shape[1] // factor, image.shape[0] // factor)
        image = _resized(image, max(near[0], width_px), max(near[1], height_px), cv2.INTER_AREA)
    if (image.shape[1], image.shape[0]) == (width_px, height_px):
        return image
    ratio = image.shape[1] / width_px
    return _resized(image, width_px, height_px, cv2.INTER_LINEAR if ratio < _NEAR else cv2.INTER_AREA)


def _resized(image: Image, width_px: int, height_px: int, how: int) -> Image:
    return cv2.resize(image, (width_px, height_px), interpolation=how).astype(np.uint8, copy=False)


def turned(image: Image, orientation: int) -> Image:
    """Upright, by EXIF orientation 1..8."""
    if orientation in {5, 6, 7, 8}:
        image = image.transpose(1, 0, 2)
    if orientation in {2, 3, 6, 7}:
        image = image[:, ::-1]
    if orientation in {3, 4, 7, 8}:
        image = image[::-1]
    return np.ascontiguousarray(image)
