"""The two array types of this service; each function states shape, range and order beside them."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8, BGR as OpenCV has it, 0..255, EXIF-oriented."""

Grey: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8, 0..255."""

Floats: TypeAlias = NDArray[np.float32]
"""float32 of any shape."""

Array: TypeAlias = NDArray[Any]
"""What goes into a model: float32 for pictures, int64 for words."""
