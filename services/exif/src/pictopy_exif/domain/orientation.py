"""Where a box of the picture as people see it lies in the picture as it is stored.

MWG 5.9 counts regions in the stored picture, before the EXIF orientation is applied; Lightroom, digiKam, Apple and
immich (checked for all eight values) read them so. PictoPy's boxes are those of the oriented picture.
"""

from collections.abc import Callable
from typing import TypeAlias

from pictopy_contracts.geometry import Box

_Turn: TypeAlias = Callable[[float, float], tuple[float, float]]

_TO_STORED: dict[int, _Turn] = {
    1: lambda x, y: (x, y),
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (y, 1 - x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (1 - y, x),
}
_INVERSE = {6: 8, 8: 6}


def known(orientation: int) -> int:
    """EXIF orientation 1..8; anything else is what every reader takes it for: 1."""
    return orientation if orientation in _TO_STORED else 1


def to_stored(box: Box, orientation: int) -> Box:
    """The same area in fractions of the stored picture."""
    return _turned(box, _TO_STORED[known(orientation)])


def to_oriented(box: Box, orientation: int) -> Box:
    """The same area in fractions of the oriented picture."""
    orientation = known(orientation)
    return _turned(box, _TO_STORED[_INVERSE.get(orientation, orientation)])


def stored_size(width_px: int, height_px: int, orientation: int) -> tuple[int, int]:
    """Width and height of the stored picture, from those of the oriented one."""
    return (height_px, width_px) if known(orientation) >= 5 else (width_px, height_px)


def _turned(box: Box, turn: _Turn) -> Box:
    (xa, ya), (xb, yb) = turn(box.x1, box.y1), turn(box.x2, box.y2)
    return Box(x1=min(xa, xb), y1=min(ya, yb), x2=max(xa, xb), y2=max(ya, yb))
