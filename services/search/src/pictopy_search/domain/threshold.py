"""From which cosine on a picture fits a query.

A model's own threshold was chosen on other pictures. What random pictures of this library score with this very query
says more: «a photo» is near to all, «a chessboard» to none. So a picture fits where it stands out from them, and never
below the model's own threshold.
"""

import numpy as np
from numpy.typing import NDArray

STANDS_OUT = 3.0  # robust standard deviations above the median: 1 of 740 where scores are normally distributed
LEAST_SAMPLE = 50  # with fewer pictures the spread is not known well enough
TO_SIGMA = 1.4826  # median absolute deviation to standard deviation of a normal distribution


def threshold_of(own: float, background: NDArray[np.float32]) -> float:
    """`own`: the model's; `background`: (N,) cosines of the query with pictures drawn at random."""
    if len(background) < LEAST_SAMPLE:
        return own
    median = float(np.median(background))
    spread = TO_SIGMA * float(np.median(np.abs(background - median)))
    return max(own, median + STANDS_OUT * spread)
