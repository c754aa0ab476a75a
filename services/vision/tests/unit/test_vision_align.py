"""Alignment of faces, and what a face's quality is made of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pictopy_vision.domain.align import crop_face, similarity
from pictopy_vision.domain.face_quality import TEMPLATE, face_quality, pose_part, quality_without_landmarks
from pictopy_vision.domain.picture import picture_of


@given(st.floats(-3, 3), st.floats(0.1, 8), st.floats(-200, 200), st.floats(-200, 200))
def test_similarity_finds_the_turn(angle: float, scale: float, x: float, y: float) -> None:
    """A template that was turned, scaled and moved is taken back to itself."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (TEMPLATE @ (turn.T * scale) + [x, y]).astype(np.float32)
    matrix = similarity(moved, TEMPLATE)
    np.testing.assert_allclose(moved @ matrix[:, :2].T + matrix[:, 2], TEMPLATE, atol=0.05)


def test_similarity_never_mirrors() -> None:
    """A mirrored face is turned as well as can be, but not flipped."""
    mirrored = (TEMPLATE * [-1, 1]).astype(np.float32)
    assert np.linalg.det(similarity(mirrored, TEMPLATE)[:, :2]) > 0


def test_one_point_five_times_does_no_harm() -> None:
    """Landmarks that fell together give a finite matrix."""
    assert np.isfinite(similarity(np.full((5, 2), 3, dtype=np.float32), TEMPLATE)).all()


def test_crop_puts_the_eyes_on_the_template() -> None:
    """A mark at the left eye of a large face lies at the template's left eye in the crop."""
    image = np.zeros((900, 1200, 3), dtype=np.uint8)
    landmarks = TEMPLATE * 6 + [200, 100]
    x, y = landmarks[0].astype(int)
    image[y - 20 : y + 20, x - 20 : x + 20] = 255
    crop = crop_face(picture_of(image), (landmarks / [1200, 900]).astype(np.float32), TEMPLATE, (112, 112))
    rows, columns = np.nonzero(crop[..., 0] > 128)
    assert abs(columns.mean() - TEMPLATE[0, 0]) < 1
    assert abs(rows.mean() - TEMPLATE[0, 1]) < 1


def test_frontal_beats_profile() -> None:
    """The pose part is 1 for a nose between the eyes and small for a nose beside them."""
    profile = TEMPLATE.copy()
    profile[2, 0] = TEMPLATE[1, 0]
    assert pose_part(TEMPLATE) > 0.95
    assert pose_part(profile) < 0.1


def test_small_blurred_and_doubtful_faces_count_less() -> None:
    """Each of size, sharpness and detector score lowers the quality of a face, which stays in 0..1."""
    noise = np.random.default_rng(1).integers(0, 255, (600, 600, 3), dtype=np.uint8)
    sharp, flat = picture_of(noise), picture_of(np.full_like(noise, 90))
    large, small = ((TEMPLATE / side).astype(np.float32) for side in (600, 6000))
    best = face_quality(sharp, large, 0.95)
    assert 0.9 < best <= 1
    assert face_quality(sharp, small, 0.95) < best
    assert face_quality(flat, large, 0.95) < 0.1
    assert face_quality(sharp, large, 0.7) < best


def test_a_bare_box_has_a_quality_too() -> None:
    """Without landmarks size and score remain."""
    box = np.array([0, 0, 0.5, 0.5], dtype=np.float32)
    assert quality_without_landmarks(box, 0.9, (1000, 1000)) > quality_without_landmarks(box, 0.9, (60, 60))
