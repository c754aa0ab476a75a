"""A decoded picture with its halves, so that each model starts from the smallest level that is large enough."""

from dataclasses import dataclass

import cv2
import numpy as np

from pictopy_vision.domain.arrays import Image

MAX_SIDE_PX = 2048  # a preview has 1440 at most; anything larger came from elsewhere and is reduced first
SMALLEST_LEVEL_PX = 256  # long side below which no further half is made: no model reads less than 224


class UnreadablePictureError(Exception):
    """The bytes are no picture that can be decoded."""


@dataclass(frozen=True)
class Picture:
    """`levels[0]` is the picture; each next one has half its sides (area average, so without aliasing)."""

    levels: tuple[Image, ...]

    @property
    def full(self) -> Image:
        return self.levels[0]

    @property
    def width_px(self) -> int:
        return int(self.full.shape[1])

    @property
    def height_px(self) -> int:
        return int(self.full.shape[0])

    def level_for(self, long_side_px: float) -> Image:
        """The smallest level whose long side is at least `long_side_px`, else the picture itself."""
        fitting = [level for level in self.levels if max(level.shape[:2]) >= long_side_px]
        return fitting[-1] if fitting else self.full


def decode(data: bytes) -> Picture:
    """Decode an oriented preview of any format OpenCV reads; grey, alpha and 16 bits become 8-bit BGR.

    Raises UnreadablePictureError.
    """
    if not data:
        raise UnreadablePictureError("the preview is empty")
    try:
        image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise UnreadablePictureError(f"the preview cannot be decoded: {error.err}") from error
    if image is None or image.size == 0:
        raise UnreadablePictureError("the preview cannot be decoded")
    return picture_of(image.astype(np.uint8, copy=False))


def picture_of(image: Image) -> Picture:
    levels = [shrink_to(image, MAX_SIDE_PX)]
    while max(levels[-1].shape[:2]) >= 2 * SMALLEST_LEVEL_PX and min(levels[-1].shape[:2]) >= 2:
        height, width = levels[-1].shape[:2]
        levels.append(_resize(levels[-1], width // 2, height // 2))
    return Picture(tuple(levels))


def shrink_to(image: Image, long_side_px: int) -> Image:
    """The picture with its long side at most `long_side_px`, aspect kept, never enlarged."""
    height, width = image.shape[:2]
    scale = long_side_px / max(height, width)
    if scale >= 1:
        return image
    return _resize(image, max(1, round(width * scale)), max(1, round(height * scale)))


def _resize(image: Image, width: int, height: int) -> Image:
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
