"""How fit a face is to tell a person by, 0..1, from what is at hand without another network."""

import cv2
import numpy as np

from pictopy_vision.domain.align import crop_face
from pictopy_vision.domain.arrays import Floats, Image
from pictopy_vision.domain.picture import Picture
from pictopy_vision.domain.picture_quality import laplacian_variance

CROP_PX = 112
TEMPLATE = np.array(  # ArcFace's five points for a 112 x 112 crop (InsightFace, MIT): one crop for all models
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]],
    dtype=np.float32,
)
ENOUGH_EYES_PX = 24.0  # distance of the eyes in the preview from which size no longer matters
ENOUGH_FACE_PX = 60.0  # shorter side of a box, about 2.5 times the distance of the eyes
ENOUGH_SHARPNESS = 60.0  # variance of the Laplacian of the aligned grey crop


def face_quality(picture: Picture, landmarks: Floats, score: float) -> float:
    """Geometric mean of size, sharpness, pose and detector score, each 0..1: one bad part is enough to doubt a face.

    `landmarks`: (5, 2) fractions of the picture.
    """
    pixels = landmarks * np.array([picture.width_px, picture.height_px], dtype=np.float32)
    crop = crop_face(picture, landmarks, TEMPLATE, (CROP_PX, CROP_PX))
    parts = (eye_distance_part(pixels), sharpness_part(crop), pose_part(pixels), score)
    return float(np.clip(np.prod(parts), 0.0, 1.0) ** (1 / len(parts)))


def together(ours: float, judged: float) -> float:
    """Geometric mean of our cues and a model's judgement, both 0..1: each sees what the other does not."""
    return float(np.sqrt(np.clip(ours, 0.0, 1.0) * np.clip(judged, 0.0, 1.0)))


def quality_without_landmarks(box: Floats, score: float, size: tuple[int, int]) -> float:
    """Of a bare box: its shorter side against ENOUGH_FACE_PX, and the score. `size`: of the picture."""
    sides = (box[2:] - box[:2]) * np.array(size, dtype=np.float32)
    return float(np.sqrt(min(1.0, float(sides.min()) / ENOUGH_FACE_PX) * np.clip(score, 0.0, 1.0)))


def eye_distance_part(landmarks_px: Floats) -> float:
    """1 from ENOUGH_EYES_PX on, falling linearly to 0."""
    return min(1.0, float(np.linalg.norm(landmarks_px[1] - landmarks_px[0])) / ENOUGH_EYES_PX)


def sharpness_part(crop: Image) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000) of the crop's middle, over ENOUGH_SHARPNESS, at most 1."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    height, width = grey.shape
    middle = grey[height // 8 : -height // 8, width // 8 : -width // 8]
    return min(1.0, laplacian_variance(middle) / ENOUGH_SHARPNESS)


def pose_part(landmarks_px: Floats) -> float:
    """1 for a frontal face, 0.05 in profile: where the nose lies between the eyes, along the line of the eyes.

    A profile also shortens the eye line against the height of the face, so the smaller of the two counts.
    """
    left, right, nose = landmarks_px[0], landmarks_px[1], landmarks_px[2]
    mouth = (landmarks_px[3] + landmarks_px[4]) / 2
    eyes = right - left
    width = float(np.linalg.norm(eyes))
    tall = float(np.linalg.norm(mouth - (left + right) / 2))
    if width < 1e-3 or tall < 1e-3:
        return 0.05
    along = float((nose - left) @ eyes) / width**2
    symmetry = 1.0 - min(1.0, abs(along - 0.5) * 2)
    openness = np.clip(width / tall / 0.6, 0.05, 1.0)  # about 0.95 for a frontal face
    return float(np.clip(symmetry * 1.6, 0.05, openness))
