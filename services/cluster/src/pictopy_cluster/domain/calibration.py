"""What a library itself tells of its embedding model, without one label.

Two faces of one photo are two people, so their cosines show how alike strangers look; a first clustering shows how
alike one person's faces are. Values are rounded, so that a few more photos do not move every border.
"""

import math

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.evidence import Calibration
from pictopy_cluster.domain.faces import Faces, Ints
from pictopy_cluster.domain.merging import member_matrix, squares
from pictopy_cluster.domain.models import Model

PAIRS = 100_000
ENOUGH_PAIRS = 400
"""Fewer same-photo pairs than this say less than pairs at a distance, of which a few are of one person."""
STRIDES = (0.171, 0.237, 0.313, 0.382, 0.451)
"""Shares of the faces between the two of a pair: far apart even where the ids sort one person together."""
DIMS_STEP = 8
"""Steps an octave in which the effective dimensions are rounded."""


def calibrate(faces: Faces, model: Model) -> Calibration:
    """Strangers as seen in this library; `same` as the model's table entry says."""
    log_odds = math.log(max(len(faces), 20))
    cosines = stranger_cosines(faces)
    if len(cosines) < ENOUGH_PAIRS:
        return Calibration(model.stranger, model.dims, model.same, log_odds)
    low, middle = np.percentile(cosines, [16, 50])
    stranger = float(np.clip(round(float(middle), 2), -0.05, 0.3))
    dims = ((1 - stranger) / max(float(middle - low), 1e-3)) ** 2
    steps = round(math.log2(np.clip(dims, 16, 512)) * DIMS_STEP)
    return Calibration(stranger, 2 ** (steps / DIMS_STEP), model.same, log_odds)


def stranger_cosines(faces: Faces) -> NDArray[np.float32]:
    """Cosines of pairs that are nearly all of two people."""
    a, b = same_photo_pairs(faces.photo)
    if len(a) < ENOUGH_PAIRS:
        a, b = distant_pairs(len(faces))
    return np.asarray(np.einsum("ij,ij->i", faces.embedding[a], faces.embedding[b]), np.float32)


def same_photo_pairs(photo: Ints) -> tuple[Ints, Ints]:
    """Pairs of faces next to each other in a photo."""
    order = np.argsort(photo, kind="stable")
    same = np.flatnonzero(photo[order][1:] == photo[order][:-1])[:PAIRS]
    return order[same], order[same + 1]


def distant_pairs(total: int) -> tuple[Ints, Ints]:
    """Pairs at fixed distances in the order of the ids, which is as good as random and always the same."""
    strides = sorted({max(1, round(share * total)) for share in STRIDES} if total > 1 else set())
    each = PAIRS // max(len(strides), 1)
    a = np.concatenate([np.arange(min(each, total - stride)) for stride in strides]) if strides else np.empty(0, int)
    b = np.concatenate([np.arange(min(each, total - stride)) + stride for stride in strides]) if strides else a
    return a.astype(np.int64), b.astype(np.int64)


def refined(faces: Faces, label: Ints, known: Calibration, model: Model) -> Calibration:
    """The same with `same` as a first clustering shows it, over all pairs inside clusters of three or more."""
    count = np.bincount(label).astype(np.float64)
    square = squares(np.asarray(member_matrix(label, len(count)) @ faces.embedding, np.float32))
    several = count >= 3
    pairs = (count * (count - 1))[several].sum()
    if pairs < ENOUGH_PAIRS:
        return known
    within = float((square - count)[several].sum() / pairs)
    same = float(known.centred(np.array(within)))
    return known.with_same(round(float(np.clip(same, model.same - 0.1, model.same + 0.1)), 2))
