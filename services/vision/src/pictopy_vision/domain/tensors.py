"""From a picture to a model's input tensor, as its catalogue entry says, and back from model to picture pixels."""

from dataclasses import dataclass

import cv2
import numpy as np

from pictopy_vision.domain.arrays import Array, Floats, Image
from pictopy_vision.domain.entry import Input


@dataclass(frozen=True)
class Prepared:
    """`tensor`: (1, 3, H, W) float32. A model's pixel times `to_picture` (x, y) is a fraction 0..1 of the picture."""

    tensor: Floats
    to_picture: tuple[float, float]

    @property
    def width_px(self) -> int:
        return int(self.tensor.shape[3])

    @property
    def height_px(self) -> int:
        return int(self.tensor.shape[2])

    def boxes(self, boxes: Floats) -> Floats:
        """(N, 4) boxes in model pixels as fractions of the picture, cut at its borders."""
        x, y = self.to_picture
        return np.clip(boxes * np.array([x, y, x, y], dtype=np.float32), 0.0, 1.0)

    def points(self, points: Floats) -> Floats:
        """(N, P, 2) points in model pixels as fractions of the picture; a hidden one may lie outside 0..1."""
        return points * np.array(self.to_picture, dtype=np.float32)


def reading_size_px(spec: Input) -> int:
    """The long side that the model will see."""
    return spec.long_side_px or max(spec.width_px or 0, spec.height_px or 0)


def coarse(spec: Input) -> Input | None:
    """The second look at a smaller size, where the entry asks for one."""
    return spec.model_copy(update={"long_side_px": spec.close_up_px}) if spec.close_up_px else None


def prepare(image: Image, spec: Input) -> Prepared:
    """`image`: (H, W, 3) uint8 BGR; see Input.fit for the ways to fit it."""
    height, width = image.shape[:2]
    target_width, target_height = _content_size(width, height, spec)
    content = _resize(image, target_width, target_height)
    canvas_width, canvas_height = _canvas_size(target_width, target_height, spec)
    right, below = canvas_width - target_width, canvas_height - target_height
    if right or below:
        pad = (spec.pad_value,) * 3
        content = cv2.copyMakeBorder(content, 0, below, 0, right, cv2.BORDER_CONSTANT, value=pad).astype(
            np.uint8, copy=False
        )
    return Prepared(to_tensor(content[None], spec), (1 / target_width, 1 / target_height))


def to_tensor(images: Image, spec: Input) -> Floats:
    """(N, H, W, 3) uint8 BGR of the model's own size to its (N, 3, H, W) float32."""
    count, height, width, _ = images.shape
    tensor: Floats = np.empty((count, 3, height, width), dtype=np.float32)
    for planes, image in zip(tensor, images, strict=True):
        channels = cv2.split(image)  # a plane at a time is twice as fast as a transposed copy
        planes[:] = channels[::-1] if spec.colour == "rgb" else channels
    if any(spec.mean):
        tensor -= np.array(spec.mean, dtype=np.float32)[None, :, None, None]
    if spec.std != (1.0, 1.0, 1.0):
        tensor /= np.array(spec.std, dtype=np.float32)[None, :, None, None]
    return tensor


def _content_size(width: int, height: int, spec: Input) -> tuple[int, int]:
    if spec.fit == "stretch" and spec.width_px and spec.height_px:
        return spec.width_px, spec.height_px
    if spec.fit == "pad" and spec.long_side_px:
        scale = min(1.0, spec.long_side_px / max(width, height))
    else:
        scale = min((spec.width_px or width) / width, (spec.height_px or height) / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _canvas_size(width: int, height: int, spec: Input) -> tuple[int, int]:
    if spec.fit == "pad":
        return _up_to_multiple(width, spec.multiple_px), _up_to_multiple(height, spec.multiple_px)
    return spec.width_px or width, spec.height_px or height


def _up_to_multiple(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple


def _resize(image: Image, width: int, height: int) -> Image:
    if image.shape[1] == width and image.shape[0] == height:
        return image
    shrinks = width * 2 < image.shape[1] or height * 2 < image.shape[0]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(image, (width, height), interpolation=method).astype(np.uint8, copy=False)


def misfit(answer: Array, shape: tuple[int | None, ...], rows: int) -> str | None:
    """What is wrong with an output of a model that tells `shape` (None: any size) and was given `rows`, else None."""
    fits = answer.ndim == len(shape) and all(
        wanted in (None, size) for size, wanted in zip(answer.shape, shape, strict=True)
    )
    if not fits or (shape and shape[0] is None and len(answer) != rows):
        return f"has the shape {answer.shape}, its model says {shape} for {rows} in the batch"
    if answer.dtype.kind not in "fiub":
        return f"holds {answer.dtype}, no numbers"
    if not np.isfinite(answer).all():
        return "holds numbers that are not finite"
    return None
