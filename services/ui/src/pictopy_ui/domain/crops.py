"""Where to lay a whole picture under a square window so that one face fills the window."""

from dataclasses import dataclass

from pictopy_contracts.geometry import Box

MARGIN = 1.7  # side of the window over the longer side of the face box: hair and chin belong to a portrait
FACE_RATIO = 0.8  # width over height of a typical face box in pixels, where the picture's own ratio is unknown
EXTREMES = (0.3, 3.4)  # of width over height: beyond is a panorama, or a wrong guess


@dataclass(frozen=True)
class Crop:
    """In percent of the window's side: the picture's width, and how far it is pushed left and up."""

    width: float
    left: float
    top: float

    @property
    def css(self) -> str:
        return f"width:{self.width:.2f}%;left:{-self.left:.2f}%;top:{-self.top:.2f}%"

    @property
    def share(self) -> float:
        """Of the picture's width that is seen, 0..1."""
        return 100 / self.width


def guessed_ratio(box: Box) -> float:
    """Width over height of the picture, from the shape that faces usually have."""
    low, high = EXTREMES
    return min(high, max(low, FACE_RATIO * (box.y2 - box.y1) / (box.x2 - box.x1)))


def face_crop(box: Box, ratio: float | None = None) -> Crop:
    """`box`: fractions of the picture; `ratio`: its width over height in pixels. The window stays inside it."""
    ratio = ratio or guessed_ratio(box)
    # In units of the picture's height, in which a square is a square.
    side = min(MARGIN * max((box.x2 - box.x1) * ratio, box.y2 - box.y1), ratio, 1.0)
    left = _inside((box.x1 + box.x2) / 2 * ratio - side / 2, ratio - side)
    top = _inside((box.y1 + box.y2) / 2 - side / 2, 1.0 - side)
    return Crop(width=100 * ratio / side, left=100 * left / side, top=100 * top / side)


def _inside(start: float, limit: float) -> float:
    return max(0.0, min(start, limit))
