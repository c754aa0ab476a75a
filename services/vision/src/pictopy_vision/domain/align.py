"""Turn and scale a face so that its five landmarks lie where the embedding model was trained to have them."""

import cv2
import numpy as np

from pictopy_vision.domain.arrays import Floats, Image
from pictopy_vision.domain.picture import Picture


def similarity(source: Floats, target: Floats) -> Floats:
    """(2, 3) rotation, uniform scale and shift that takes (N, 2) `source` to `target` with the least square error.

    Umeyama, «Least-squares estimation of transformation parameters between two point patterns», 1991.
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    centred, wanted = source - source_mean, target - target_mean
    left, spread, right = np.linalg.svd(wanted.T @ centred / len(source))
    signs = np.ones(2)
    if np.linalg.det(left) * np.linalg.det(right) < 0:  # a mirror image is no rotation
        signs[-1] = -1
    variance = max(float((centred**2).sum() / len(source)), 1e-9)
    scaled_rotation = (left * signs) @ right * float(spread @ signs) / variance
    shift = target_mean - scaled_rotation @ source_mean
    return np.column_stack([scaled_rotation, shift]).astype(np.float32)


def crop_face(picture: Picture, landmarks: Floats, template: Floats, size: tuple[int, int]) -> Image:
    """A face crop of `size` (width, height); `landmarks`: (5, 2) fractions; `template`: (5, 2) pixels of the crop.

    Cut from the smallest level that is not enlarged, so that a large face is averaged and not sampled.
    """
    level = _level_for(picture, landmarks, template)
    height, width = level.shape[:2]
    matrix = similarity(landmarks * np.array([width, height], dtype=np.float32), template)
    return cv2.warpAffine(level, matrix, size, flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _level_for(picture: Picture, landmarks: Floats, template: Floats) -> Image:
    full = np.array([picture.width_px, picture.height_px], dtype=np.float32)
    reach_px = float(np.ptp(landmarks * full, axis=0).max())
    wanted_px = float(np.ptp(template, axis=0).max())
    long_side = max(picture.width_px, picture.height_px)
    return picture.level_for(long_side * wanted_px / max(reach_px, 1e-3))
