"""`layout-v1`: an embedding of the whole picture without a network, so that similar photos can always be found.

A 4x4 grid of mean Lab colours beside a 4x4 grid of gradient directions: in the spirit of MPEG-7's colour layout
and HOG (Dalal and Triggs 2005). It knows composition and colour, not meaning.
"""

import cv2
import numpy as np

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.arrays import Floats, Image

LAYOUT_MODEL = ModelId("layout-v1")
GRID = 4
DIRECTIONS = 7  # of 0..180 degrees
SIZE = GRID * GRID * (3 + DIRECTIONS)  # 160
SIDE_PX = 64
_ROWS, _COLUMNS = np.mgrid[:SIDE_PX, :SIDE_PX] * GRID // SIDE_PX
FIRST_BIN = (_ROWS * GRID + _COLUMNS) * DIRECTIONS
"""(64, 64): where the directions of each pixel's cell begin."""
COLOUR_WEIGHT, GRADIENT_WEIGHT = 1.0, 0.8


def layout_embedding(image: Image) -> Floats:
    """(160,) float32, L2 norm 1. `image`: (H, W, 3) uint8 BGR of any size."""
    small = cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    parts = [COLOUR_WEIGHT * _unit(_colours(small)), GRADIENT_WEIGHT * _unit(_directions(small))]
    return _unit(np.concatenate(parts))


def _colours(small: Image) -> Floats:
    """(48,) mean Lab of each cell, around middle grey so that opposite pictures have opposite signs."""
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    cells = cv2.resize(lab, (GRID, GRID), interpolation=cv2.INTER_AREA)
    colours: Floats = ((cells - np.array([50, 0, 0])) / np.array([50, 25, 25])).astype(np.float32).ravel()
    return colours


def _directions(small: Image) -> Floats:
    """(112,) square root of gradient magnitude by direction in each cell, around its mean: busyness is no likeness."""
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    direction = (np.floor((np.arctan2(dy, dx) % np.pi) / np.pi * DIRECTIONS) % DIRECTIONS).astype(np.intp)
    bins = FIRST_BIN + direction
    strengths = np.bincount(bins.ravel(), weights=np.hypot(dx, dy).ravel(), minlength=GRID * GRID * DIRECTIONS)
    rooted = np.sqrt(strengths)
    centred: Floats = (rooted - rooted.mean()).astype(np.float32)
    return centred


def _unit(vector: Floats) -> Floats:
    """L2 norm 1; a vector of zeros (a plain grey picture) becomes the even one."""
    norm = float(np.linalg.norm(vector))
    if norm < 1e-6:
        return np.full(vector.shape, 1 / np.sqrt(vector.size), dtype=np.float32)
    return (vector / norm).astype(np.float32)
