"""64-bit perceptual hash: sign of the low DCT frequencies against their median (Zauner 2010, «pHash»)."""

import cv2
import numpy as np

from pictopy_vision.domain.arrays import Image

SIDE_PX = 32
LOW = 8


def phash(image: Image) -> str:
    """16 hex digits; equal pictures in other sizes and codings differ in few bits (4 or less of 64).

    `image`: (H, W, 3) uint8 BGR.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:LOW, :LOW].ravel()
    bits = low > np.median(low)
    return np.packbits(bits).tobytes().hex()
