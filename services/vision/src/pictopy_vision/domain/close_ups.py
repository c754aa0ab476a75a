"""Faces that fill the picture, from a second, coarser look.

A face larger than any the network saw in training falls apart at full size: of 120 LFW faces that fill four fifths of
the frame YuNet finds 97 at a long side of 960 px, many as several halves, and all of them at 320 px.
"""

import numpy as np
from numpy.typing import NDArray

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.boxes import overlaps, shares_inside
from pictopy_vision.domain.found import FoundFaces

CLOSE_UP = 0.3  # share of width or height from which a face of the coarse look counts
SAME_IOU = 0.45  # two boxes of one face, as in suppression
BETTER_BY = 0.05  # score; where both looks have a face, the finer one has the better landmarks, so it needs a reason
PIECE_INSIDE, PIECE_SIDE = 0.6, 0.3  # a wrong piece lies inside the close-up and is no small face of its own


def with_close_ups(fine: FoundFaces, coarse: FoundFaces) -> FoundFaces:
    """`fine`, with the large faces of `coarse` that it missed in place of the pieces of them that it saw."""
    if not len(coarse):
        return fine
    large = coarse.take(np.flatnonzero(_sides(coarse.boxes) >= CLOSE_UP))
    missed = large.take(np.array([n for n in range(len(large)) if not _has(fine, large, n)], dtype=np.intp))
    pieces = np.zeros(len(fine), dtype=np.bool_)
    for n in range(len(missed)):
        pieces |= _pieces_of(missed, n, fine)
    whole = fine.take(np.flatnonzero(~pieces))
    both = whole.joined(missed)
    return both.take(np.argsort(-both.scores, kind="stable"))


def _has(fine: FoundFaces, large: FoundFaces, n: int) -> bool:
    """Whether the fine look has this face about as surely."""
    same = overlaps(large.boxes[n], fine.boxes) > SAME_IOU
    return bool((same & (fine.scores >= large.scores[n] - BETTER_BY)).any())


def _pieces_of(missed: FoundFaces, n: int, fine: FoundFaces) -> NDArray[np.bool_]:
    box, score = missed.boxes[n], missed.scores[n]
    inside = shares_inside(fine.boxes, box) > PIECE_INSIDE
    pieces: NDArray[np.bool_] = (
        (inside | (overlaps(box, fine.boxes) > SAME_IOU))
        & (fine.scores < score)
        & (_sides(fine.boxes) > PIECE_SIDE * float(_sides(box[None])[0]))
    )
    return pieces


def _sides(boxes: Floats) -> Floats:
    """(N,) the longer side of each."""
    sides: Floats = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0.0)
    return sides
