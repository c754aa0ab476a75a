"""What a library itself tells of its embedding model.

Without one label: two faces of one photo are two people, so their cosines show how alike strangers look; a first
clustering shows how alike one person's faces are. With what people confirmed, once that is enough: faces of one named
person are genuine pairs, faces of two are impostors. Values are rounded, so that a few more photos do not move every
border.
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
CONFIRMED_PEOPLE, CONFIRMED_FACES = 8, 3
"""So many confirmed people, each with at least so many confirmed faces, say more than a first clustering ..."""
FACES_EACH = 12
"""... and so many faces of each are looked at, so that no one person sets the thresholds for all."""
MOST_CONFIRMED = 2_000
"""Faces of which all pairs are taken."""


def calibrate(faces: Faces, model: Model) -> Calibration:
    """Strangers as seen in this library; `same` as the model's table entry says."""
    log_odds = math.log(max(len(faces), 20))
    cosines = stranger_cosines(faces)
    if len(cosines) < ENOUGH_PAIRS:
        return Calibration(model.stranger, model.dims, model.same, log_odds)
    return Calibration(*spread_of(cosines), model.same, log_odds)


def spread_of(cosines: NDArray[np.float32]) -> tuple[float, float]:
    """Mean of strangers' cosines and their effective dimensions; the lower half says it, where no pair is of one."""
    low, middle = np.percentile(cosines, [16, 50])
    stranger = float(np.clip(round(float(middle), 2), -0.05, 0.3))
    dims = ((1 - stranger) / max(float(middle - low), 1e-3)) ** 2
    steps = round(math.log2(np.clip(dims, 16, 512)) * DIMS_STEP)
    return stranger, 2 ** (steps / DIMS_STEP)


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


def confirmed(faces: Faces, person: Ints, known: Calibration, model: Model) -> Calibration:
    """The same as the pairs show it that people confirmed. person: (N,) code of the person that someone put the face
    to, -1 for none. A decision that is undone is out of it again, because the whole log is read each time."""
    codes, count = np.unique(person[person >= 0], return_counts=True)
    enough = codes[count >= CONFIRMED_FACES]
    if len(enough) < CONFIRMED_PEOPLE:
        return known
    own = [np.flatnonzero(person == code) for code in enough]
    own = [rows[np.linspace(0, len(rows) - 1, min(len(rows), FACES_EACH)).astype(np.int64)] for rows in own]
    rows, who = np.concatenate(own), np.repeat(np.arange(len(own)), [len(part) for part in own])
    low, high = np.triu_indices(min(len(rows), MOST_CONFIRMED), 1)
    cosine = np.asarray(faces.embedding[rows] @ faces.embedding[rows].T)[low, high]
    is_genuine = who[low] == who[high]
    if len(same_photo_pairs(faces.photo)[0]) < ENOUGH_PAIRS <= int((~is_genuine).sum()):
        stranger, dims = spread_of(cosine[~is_genuine])
        known = Calibration(stranger, dims, known.same, known.log_odds)
    pairs = np.bincount(who[low][is_genuine])
    within = np.bincount(who[low][is_genuine], weights=cosine[is_genuine])[pairs > 0] / pairs[pairs > 0]
    same = float(known.centred(np.array(within.mean())))
    return known.with_same(round(float(np.clip(same, model.same - 0.1, model.same + 0.1)), 2))
