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
    variance = float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1][0, 0]) ** 2
    return float(variance / (variance + HALF_SHARPNESS))


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
    small = image[::COLOUR_STEP, ::COLOUR_STEP].astype(np.float32)
    blue, green, red = small[..., 0], small[..., 1], small[..., 2]
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = float(np.hypot(red_green.std(), yellow_blue.std()))
    strength = float(np.hypot(red_green.mean(), yellow_blue.mean()))
    return min(1.0, (spread + 0.3 * strength) / FULL_COLOUR)
