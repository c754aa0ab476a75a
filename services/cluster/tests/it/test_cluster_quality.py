"""People on real embeddings, with nothing chosen on them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pictopy_cluster.domain.constraints import Constraints
from pictopy_cluster.domain.faces import Faces, codes, edges_of_lists, nearest
from pictopy_cluster.domain.models import UNKNOWN
from pictopy_cluster.domain.partition import learn, partition
from pictopy_testing import shared


def bcubed_f(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Amigó et al. 2009."""
    pairs, count = np.unique(np.stack([truth, found]), axis=1, return_counts=True)
    precision = float((count**2 / np.bincount(found)[pairs[1]]).sum()) / len(truth)
    recall = float((count**2 / np.bincount(truth)[pairs[0]]).sum()) / len(truth)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.photos
@pytest.mark.parametrize(("name", "wanted"), [("lfw_reid0095", 0.975), ("lfw_mbf_y1", 0.97)])
def test_people_of_real_photos_are_right(name: str, wanted: float) -> None:
    """Thousands of people with few faces each, models that the table does not know."""
    data = np.load(shared.bench("embeddings") / f"{name}.npz")
    rows = np.arange(0, len(data["emb"]), 2)
    embedding = data["emb"][rows].astype(np.float32)
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    index, cosine = nearest(embedding, 20, 0.25)
    faces = Faces(
        embedding, codes(data["path"][rows].tolist()), np.ones(len(rows), np.float32), edges_of_lists(index, cosine)
    )
    label = partition(faces, Constraints.none(len(rows)), learn(faces, UNKNOWN), UNKNOWN).label
    assert bcubed_f(codes(data["identity"][rows].tolist()), label) >= wanted
