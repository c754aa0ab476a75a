"""Boxes: suppression, overlap, and the second look at faces that fill the picture."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.boxes import non_maximum_suppression, overlaps, shares_inside, suppress_by_class
from pictopy_vision.domain.close_ups import with_close_ups
from pictopy_vision.domain.found import MAX_FACES, FoundFaces

edge = st.floats(0, 100, width=32)
side = st.floats(1, 50, width=32)
scored_boxes = st.lists(st.tuples(edge, edge, side, side, st.floats(0, 1, width=32)), min_size=1, max_size=30)


def arrays(rows: list[tuple[float, float, float, float, float]]) -> tuple[Floats, Floats]:
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h, _ in rows], dtype=np.float32)
    return boxes, np.array([row[4] for row in rows], dtype=np.float32)


def faces(*rows: tuple[list[float], float]) -> FoundFaces:
    boxes = np.array([box for box, _ in rows], dtype=np.float32).reshape(-1, 4)
    scores = np.array([score for _, score in rows], dtype=np.float32)
    return FoundFaces(boxes, scores, np.zeros((len(rows), 5, 2), dtype=np.float32))


@given(scored_boxes)
def test_suppression_keeps_the_best_and_no_doubles(rows: list[tuple[float, float, float, float, float]]) -> None:
    """What is kept is sorted, begins with the best, overlaps little, and covers all that was dropped."""
    boxes, scores = arrays(rows)
    kept = non_maximum_suppression(boxes, scores, 0.45)
    assert scores[kept[0]] == scores.max()
    assert (np.diff(scores[kept]) <= 0).all()
    for place, n in enumerate(kept):
        assert (overlaps(boxes[n], boxes[kept[place + 1 :]]) <= 0.45).all()
    for n in set(range(len(rows))) - set(kept.tolist()):
        assert overlaps(boxes[n], boxes[kept]).max() > 0.45


def test_other_classes_do_not_compete() -> None:
    """A person on a horse keeps both boxes, two persons at one place one."""
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [1, 0, 10, 10]], dtype=np.float32)
    scores = np.array([0.9, 0.8, 0.7], dtype=np.float32)
    kept = suppress_by_class(boxes, scores, np.array([0, 1, 0]), 0.45)
    assert kept.tolist() == [0, 1]


def test_no_boxes_are_no_boxes() -> None:
    """Nothing found is nothing kept."""
    empty = np.zeros((0, 4), dtype=np.float32)
    assert suppress_by_class(empty, empty[:, 0], np.zeros(0, dtype=np.intp), 0.45).size == 0


def test_share_inside_is_of_the_small_box() -> None:
    """A small box inside a large one is wholly inside, though their overlap is small."""
    small, large = np.array([[2, 2, 4, 4]], dtype=np.float32), np.array([0, 0, 10, 10], dtype=np.float32)
    assert shares_inside(small, large)[0] == 1.0
    assert abs(overlaps(large, small)[0] - 0.04) < 1e-6


def test_close_up_replaces_its_pieces() -> None:
    """A face that fills the picture comes from the coarse look; the pieces of it go, a neighbour stays."""
    fine = faces(([0.0, 0.1, 0.15, 0.4], 0.9), ([0.3, 0.3, 0.8, 0.8], 0.8))
    coarse = faces(([0.2, 0.05, 0.9, 0.95], 0.95), ([0.0, 0.1, 0.15, 0.41], 0.9))
    both = with_close_ups(fine, coarse)
    assert both.boxes.tolist() == np.array([[0.2, 0.05, 0.9, 0.95], [0.0, 0.1, 0.15, 0.4]], np.float32).tolist()


def test_a_face_both_looks_have_stays_the_fine_one() -> None:
    """Where the fine look is about as sure, its landmarks are the better ones."""
    fine, coarse = faces(([0.30, 0.30, 0.70, 0.70], 0.92)), faces(([0.29, 0.30, 0.71, 0.70], 0.95))
    assert with_close_ups(fine, coarse).boxes.tolist() == fine.boxes.tolist()


def test_a_small_face_before_a_large_one_stays() -> None:
    """A face on a badge inside a close-up is a face of its own."""
    fine = faces(([0.45, 0.8, 0.55, 0.9], 0.8))
    both = with_close_ups(fine, faces(([0.2, 0.05, 0.9, 0.95], 0.95)))
    assert len(both) == 2


def test_a_crowd_is_capped_by_score() -> None:
    """More than MAX_FACES faces become the best MAX_FACES."""
    boxes = np.tile(np.array([0.1, 0.1, 0.2, 0.2], dtype=np.float32), (MAX_FACES + 50, 1))
    scores = np.linspace(1, 0.7, len(boxes), dtype=np.float32)
    sound = FoundFaces(boxes, scores, None).sound()
    assert len(sound) == MAX_FACES
    assert sound.scores.min() == scores[MAX_FACES - 1]
