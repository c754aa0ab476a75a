"""Faces to people: what holds for any library."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictopy_cluster.domain.constraints import Constraints
from pictopy_cluster.domain.evidence import Calibration, Groups, log_ratio
from pictopy_cluster.domain.faces import Faces, unique_edges
from pictopy_cluster.domain.models import UNKNOWN, founding_quality
from pictopy_cluster.domain.partition import Partition, learn, partition
from pictopy_cluster.made_up import DIMS, faces, people

KNOWN = Calibration(stranger=0.0, dims=DIMS, same=0.6, log_odds=math.log(50))
NAMES = ["anna"] * 6 + ["ben"] * 5 + ["cleo"] * 4 + ["dan", "eve"]


def run(given_faces: Faces, said: Constraints | None = None) -> Partition:
    return partition(given_faces, said or Constraints.none(len(given_faces)), KNOWN, UNKNOWN)


def groups(labels: Sequence[object]) -> set[frozenset[int]]:
    return {frozenset(n for n, other in enumerate(labels) if other == label) for label in set(labels)}


def pinned(places: dict[int, int], total: int, rejects: Sequence[tuple[int, int]] = ()) -> Constraints:
    group = np.array([places.get(n, -1) for n in range(total)], np.int64)
    pairs = np.array(rejects, np.int64).reshape(-1, 2)
    return Constraints(group, pairs[:, 0], pairs[:, 1])


def test_people_are_found_apart() -> None:
    """Clear faces of five people become those five people, lone ones alone."""
    assert groups(run(faces(people(NAMES))).label.tolist()) == groups(NAMES)


@given(st.permutations(range(len(NAMES))))
@settings(max_examples=20, deadline=None)
def test_order_of_faces_plays_no_part(order: list[int]) -> None:
    """Any order of the same faces gives the same people."""
    embedding = people(NAMES, spread=0.5)
    label = run(faces(embedding[order])).label
    back = np.empty_like(label)
    back[order] = label
    assert groups(back.tolist()) == groups(run(faces(embedding)).label.tolist())


def test_two_faces_of_a_photo_are_two_people() -> None:
    """The faces of one photo stay apart even where they look alike, as twins do."""
    embedding = people(["anna"] * 2, spread=0.3)
    assert len(set(run(faces(embedding, ["p", "q"])).label)) == 1
    assert len(set(run(faces(embedding, ["p", "p"])).label)) == 2


def test_one_shared_photo_does_not_split_a_large_person() -> None:
    """A mirror in one photo does not cut a person of many faces in two."""
    embedding = people(["anna"] * 20, spread=0.25)
    photos = [f"p{n}" for n in range(19)] + ["p0"]
    assert len(set(run(faces(embedding, photos)).label)) == 1


def test_a_human_may_put_two_faces_of_a_photo_together() -> None:
    """What a person said outweighs the rule of one photo."""
    embedding = people(["anna"] * 2, spread=0.3)
    assert len(set(run(faces(embedding, ["p", "p"]), pinned({0: 0, 1: 0}, 2)).label)) == 1


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_statement_is_ever_broken(data: st.DataObject) -> None:
    """Pinned faces are together, different persons apart, rejected faces elsewhere: whatever was said."""
    total = len(NAMES)
    places = data.draw(st.dictionaries(st.integers(0, total - 1), st.integers(0, 2), max_size=8))
    free = [n for n in range(total) if n not in places]
    rejects = data.draw(st.lists(st.tuples(st.sampled_from(free), st.integers(0, 2)), max_size=4))
    label = run(faces(people(NAMES)), pinned(places, total, rejects)).label
    by_group = {code: {int(label[n]) for n, group in places.items() if group == code} for code in places.values()}
    assert all(len(found) == 1 for found in by_group.values())
    assert len(set.union(set(), *by_group.values())) == len(by_group)
    assert all(int(label[face]) not in by_group.get(group, set()) for face, group in rejects)


def test_poor_faces_found_no_person() -> None:
    """A face that is too small or too unsure starts no group, and is not chained to its like."""
    made = faces(people(["anna"] * 6 + ["blur"] * 3, spread=0.3))
    quality = made.quality.copy()
    quality[6:] = founding_quality(0.9, score=0.95, size_px=12)
    label = run(Faces(made.embedding, made.photo, quality, made.edges)).label
    assert len(set(label[:6])) == 1
    assert len(set(label[6:])) == 3


def test_a_poor_face_joins_a_large_person() -> None:
    """A face that waits is put to a large person that it clearly resembles."""
    made = faces(people(["anna"] * 12 + ["ben"] * 12, spread=0.4))
    quality = made.quality.copy()
    quality[0] = 0.0
    label = run(Faces(made.embedding, made.photo, quality, made.edges)).label
    assert label[0] == label[1]


def test_confidence_is_sure_where_said_and_nothing_where_alone() -> None:
    """1 for what a person said, 0 for a lone face, between for the rest."""
    found = run(faces(people(NAMES)), pinned({0: 0}, len(NAMES)))
    assert found.confidence[0] == 1.0
    assert found.confidence[-1] == 0.0
    assert 0.5 < found.confidence[7] <= 1.0


def test_means_of_many_faces_must_agree_more_closely() -> None:
    """A cosine that makes two single faces one person speaks against it between the means of two large groups."""
    one, many = np.array([1.0]), np.array([20.0])
    single = Groups.of(one, one, KNOWN)
    large = Groups.of(many, many * (1 + 19 * 0.6), KNOWN)
    cosine = np.array([0.5])
    across = cosine * large.mean_square
    assert log_ratio(large, large, across, KNOWN)[0] < KNOWN.log_odds < log_ratio(single, single, cosine, KNOWN)[0]


def test_a_burst_is_worth_about_one_face() -> None:
    """Ten nearly equal shots carry hardly more evidence than one."""
    burst = Groups.of(np.array([10.0]), np.array([97.0]), KNOWN)
    assert burst.worth[0] < 1.5


def test_a_library_tells_how_strangers_look() -> None:
    """Mean and spread of strangers' cosines are read from faces that nobody has named."""
    rng = np.random.default_rng(3)
    embedding = rng.standard_normal((800, DIMS)).astype(np.float32)
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    known = learn(faces(embedding), UNKNOWN)
    assert known.stranger == pytest.approx(0.0, abs=0.02)
    assert known.dims == pytest.approx(DIMS, rel=0.15)


def test_empty_and_lone_libraries_are_fine() -> None:
    """No face and one face are no special cases for the caller."""
    assert len(run(faces(people([]))).label) == 0
    assert run(faces(people(["anna"]))).label.tolist() == [0]


def test_edges_are_kept_once_in_any_order() -> None:
    """A neighbour pair counts once, whoever found whom, and unknown neighbours are dropped."""
    edges = unique_edges(np.array([1, 0, 2]), np.array([0, 1, -1]), np.array([0.5, 0.5, 0.9], np.float32), 3)
    assert (edges.a.tolist(), edges.b.tolist()) == ([0], [1])
