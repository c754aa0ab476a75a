"""Tensors of the sizes that a model meets at work, for measuring it."""

import numpy as np

from pictopy_vision.domain.arrays import Array
from pictopy_vision.domain.entry import Entry, Input

LINE_PX = 320  # width of a usual line of text at 48 px of height


def sample_of(entry: Entry, shape: tuple[int | None, ...]) -> dict[str, Array]:
    """One picture of grey noise (3:2), or one text. `shape`: of the model's first input, for its channels."""
    spec = entry.input
    if spec.fit == "tokens":
        tokens = np.ones((1, spec.length or 1), dtype=np.int64)
        return {spec.name: tokens} | ({spec.mask: tokens} if spec.mask else {})
    channels = shape[1] if len(shape) == 4 and shape[1] is not None else 3
    height, width = _size(spec)
    noise = np.random.default_rng(0).integers(0, 256, (1, channels, height, width))
    mean, std = (np.array(three[:channels], dtype=np.float32)[:, None, None] for three in (spec.mean, spec.std))
    return {spec.name: ((noise - mean) / std).astype(np.float32)}


def _size(spec: Input) -> tuple[int, int]:
    if spec.fit == "pad" and spec.long_side_px:
        width = _up(spec.long_side_px, spec.multiple_px)
        return _up(spec.long_side_px * 2 // 3, spec.multiple_px), width
    if spec.fit == "line":
        return spec.height_px or 1, min(spec.width_px or 1, LINE_PX)
    return spec.height_px or 1, spec.width_px or 1


def _up(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple
