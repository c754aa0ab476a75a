"""Lines of text in a map of probabilities: differentiable binarisation (DB, Liao et al. 2020), as PP-OCR uses it.

The network marks the core of each line. A region's smallest rectangle is grown by area x `grow` / circumference on all
sides, which is what the publisher's polygon clipping comes to for a rectangle.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pictopy_vision.domain.arrays import Floats, Image
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.tensors import Prepared

MAX_LINES = 120  # of one picture; a page of a book has about 50
LEAST_EXTENT = 1e-3  # of the picture's width or height; what lies in the padding has none
MIN_SIDE_PX = 3.0  # of a core in the map, as published
UPRIGHT = 1.5  # height over width from which on a crop is taken for text that runs downwards, as published


@dataclass(frozen=True)
class FoundLines:
    """`corners`: (N, 4, 2) fractions of the picture, from the top left of the line clockwise; `scores`: (N,) 0..1.

    In reading order: from above to below, and from left to right.
    """

    corners: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)


def read(outputs: Mapping[str, Floats], prepared: Prepared, entry: Entry) -> FoundLines:
    given = outputs[entry.output.names[0]]
    height, width = given.shape[-2], given.shape[-1]
    likely = given.reshape(height, width)
    regions = _regions(likely, entry.threshold("pixel"))
    cores = [(rect, _mean_inside(likely, rect)) for rect in regions if min(rect[1]) >= MIN_SIDE_PX]
    kept = sorted((core for core in cores if core[1] >= entry.threshold("show")), key=lambda core: -core[1])[:MAX_LINES]
    if not kept:
        return FoundLines(np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32))
    corners = np.stack([_corners(_grown(rect, entry.threshold("grow"))) for rect, _ in kept])
    scores = np.array([score for _, score in kept], dtype=np.float32)
    scale = np.array([prepared.width_px / width, prepared.height_px / height], dtype=np.float32)
    placed = np.clip(prepared.points(corners * scale), 0.0, 1.0)
    is_inside = np.ptp(placed, axis=1).min(axis=1) > LEAST_EXTENT
    placed, scores = placed[is_inside], scores[is_inside]
    order = _reading_order(placed)
    return FoundLines(placed[order], scores[order])


Rect = tuple[tuple[float, float], tuple[float, float], float]
"""Centre, size and angle, as OpenCV has it."""


def _regions(likely: Floats, least: float) -> list[Rect]:
    mask = cv2.dilate((likely > least).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    largest = sorted(contours, key=lambda contour: -cv2.contourArea(contour))[: MAX_LINES * 4]
    return [_rect(contour) for contour in largest]


def _rect(contour: cv2.typing.MatLike) -> Rect:
    (x, y), (width, height), angle = cv2.minAreaRect(contour)
    return (float(x), float(y)), (float(width), float(height)), float(angle)


def _mean_inside(likely: Floats, rect: Rect) -> float:
    points = np.rint(cv2.boxPoints(rect)).astype(np.int32)
    left, top = np.maximum(points.min(axis=0), 0)
    right, bottom = np.minimum(points.max(axis=0) + 1, (likely.shape[1], likely.shape[0]))
    if right <= left or bottom <= top:
        return 0.0
    inside = np.zeros((bottom - top, right - left), dtype=np.uint8)
    cv2.fillPoly(inside, [points - np.array([left, top], dtype=np.int32)], (1,))
    values = likely[top:bottom, left:right][inside > 0]
    return float(values.mean()) if len(values) else 0.0


def _grown(rect: Rect, grow: float) -> Rect:
    centre, (width, height), angle = rect
    by = 2 * width * height * grow / (2 * (width + height))
    return centre, (width + by, height + by), angle


def _corners(rect: Rect) -> Floats:
    """(4, 2) from the top left of the line clockwise: the two leftmost corners are its beginning."""
    points = cv2.boxPoints(rect).astype(np.float32)
    left, right = np.split(points[np.argsort(points[:, 0], kind="stable")], 2)
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.stack([left[0], right[0], right[1], left[1]])


def _reading_order(corners: Floats) -> list[int]:
    """Lines whose middle lies within the first one's height stand side by side."""
    middles, heights = corners[:, :, 1].mean(axis=1), np.ptp(corners[:, :, 1], axis=1)
    waiting = sorted(range(len(corners)), key=lambda one: middles[one])
    ordered: list[int] = []
    while waiting:
        first = waiting[0]
        row = [one for one in waiting if abs(middles[one] - middles[first]) <= heights[first] / 2]
        ordered += sorted(row, key=lambda one: corners[one, :, 0].min())
        waiting = [one for one in waiting if one not in row]
    return ordered


def cut_out(image: Image, corners: Floats) -> Image:
    """The line as an upright strip. `corners`: (4, 2) fractions of the picture."""
    points = (corners * np.array([image.shape[1], image.shape[0]], dtype=np.float32)).astype(np.float32)
    width = max(1, round(float(max(np.linalg.norm(points[0] - points[1]), np.linalg.norm(points[3] - points[2])))))
    height = max(1, round(float(max(np.linalg.norm(points[0] - points[3]), np.linalg.norm(points[1] - points[2])))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(points, target)
    strip = cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if height >= UPRIGHT * width:
        strip = cv2.rotate(strip, cv2.ROTATE_90_COUNTERCLOCKWISE)
    return strip.astype(np.uint8, copy=False)
