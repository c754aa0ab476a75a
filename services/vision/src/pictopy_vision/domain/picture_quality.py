"""Quality of a picture without a network: four cues 0..1, larger is better, and one score to rank a burst."""

from dataclasses import dataclass

import cv2
import numpy as np

from pictopy_vision.domain.arrays import Floats, Grey, Image
from pictopy_vision.domain.picture import shrink_to

SIDE_PX = 640  # long side: cues are comparable only at one size
HALF_SHARPNESS = 1200.0  # variance of the Laplacian that counts one half: the median of coco128 at SIDE_PX
FULL_CONTRAST = 64.0  # standard deviation of luma, grey levels; a uniform histogram has 74
FULL_COLOUR = 82.0  # Hasler and Suesstrunk's «highly colourful»
COLOUR_STEP = 4  # every 4th pixel of every 4th row: the cue is one of the whole picture
OPPONENTS = np.array([[0, -1, 1], [-1, 0.5, 0.5]], dtype=np.float32)  # red less green, yellow less blue; of B, G, R
LEVELS = np.arange(256, dtype=np.float32)

WEIGHTS = {"sharpness": 0.5, "exposure": 0.25, "contrast": 0.15, "colourfulness": 0.10}


@dataclass(frozen=True)
class Cues:
    sharpness: float
    exposure: float
    contrast: float
    colourfulness: float

    @property
    def score(self) -> float:
        """Weighted mean, 0..1: sharpness first, because it is what differs inside a burst."""
        return sum(weight * float(getattr(self, name)) for name, weight in WEIGHTS.items())


def cues_of(image: Image) -> Cues:
    """`image`: (H, W, 3) uint8 BGR of any size."""
    small = shrink_to(image, SIDE_PX)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    shades = histogram(grey)
    return Cues(sharpness(grey), exposure(shades), contrast(shades), colourfulness(small))


def histogram(grey: Grey) -> Floats:
    """(256,) share of the pixels of each grey level."""
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256])
    return counts.ravel().astype(np.float32) / np.float32(grey.size)


def sharpness(grey: Grey) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) in grey levels squared, as v / (v + HALF_SHARPNESS).

    Texture moves it, so compare shots of one scene, not scenes.
    """
    variance = laplacian_variance(grey)
    return variance / (variance + HALF_SHARPNESS)


def laplacian_variance(grey: Grey) -> float:
    """Mean square less squared mean, in whole numbers: ten times as quick as cv2.meanStdDev."""
    edges = cv2.Laplacian(grey, cv2.CV_16S)
    return float(cv2.norm(edges, cv2.NORM_L2SQR) / edges.size - cv2.mean(edges)[0] ** 2)


def exposure(shades: Floats) -> float:
    """1 minus the share of clipped pixels (<= 4 or >= 251 of 255, four times weighted) and the median's way off grey.

    No unit. As cameras and raw converters warn by histogram (no publication; the limits are ours): a quarter of the
    pixels clipped gives 0 whatever the median; a median of 40 to 215 costs nothing. `shades`: of `histogram`.
    """
    clipped = float(shades[:5].sum() + shades[251:].sum())
    median = int(np.searchsorted(np.cumsum(shades), 0.5))
    off = max(0, 40 - median, median - 215) / 40
    return max(0.0, 1.0 - 4 * clipped) * (1.0 - min(1.0, off))


def contrast(shades: Floats) -> float:
    """RMS contrast (Peli 1990): standard deviation of luma over FULL_CONTRAST. `shades`: of `histogram`."""
    mean = float(shades @ LEVELS)
    spread = float(np.sqrt(shades @ (LEVELS - mean) ** 2))
    return min(1.0, spread / FULL_CONTRAST)


def colourfulness(image: Image) -> float:
    """Hasler and Suesstrunk 2003: spread and mean of the opponent colours, over FULL_COLOUR."""
    height, width = image.shape[:2]
    size = (-(-width // COLOUR_STEP), -(-height // COLOUR_STEP))
    few = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST)
    opponents = cv2.transform(few.astype(np.float32), OPPONENTS)
    mean, spread = (np.hypot(*both.ravel()) for both in cv2.meanStdDev(opponents))
    return min(1.0, float(spread + 0.3 * mean) / FULL_COLOUR)
