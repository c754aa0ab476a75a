"""A change between two real face models on real faces, with the real vector engine: nobody is lost on the way."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pictopy_cluster.changing_models import take_back
from pictopy_cluster.consumers import on_models_changed, on_photo_added, on_photo_analysed
from pictopy_cluster.deciding import Wish, decide
from pictopy_cluster.domain.faces import codes
from pictopy_cluster.fake_deps import fake_deps
from pictopy_cluster.fakes import FakeStore
from pictopy_cluster.gallery import Galleries
from pictopy_cluster.made_up import NOON, analysed, photo
from pictopy_cluster.ports import Deps
from pictopy_cluster.settling import settle_people
from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import ModelsChanged, PhotoAdded
from pictopy_contracts.vectors import Embedding
from pictopy_testing import shared
from pictopy_vectors.edge import EdgeVectors

FACES, NAMED = 1_200, 50
Vectors = NDArray[np.float32]


@pytest.fixture
async def deps(tmp_path: Path) -> AsyncIterator[Deps]:
    vectors = EdgeVectors(tmp_path)
    made = fake_deps(FakeStore())
    yield replace(made, galleries=Galleries(vectors, 20, 0.25))
    made.workers.close()
    await vectors.close()


def faces_of(name: str) -> tuple[Vectors, list[str]]:
    """The people with most photos, and some with one."""
    data = np.load(shared.bench("embeddings") / f"{name}.npz")
    identity = data["identity"].tolist()
    count = Counter(identity)
    rows = sorted(range(len(identity)), key=lambda n: (-count[identity[n]], identity[n], n))[:FACES]
    embedding = data["emb"][rows].astype(np.float32)
    return np.asarray(embedding / np.linalg.norm(embedding, axis=1, keepdims=True), np.float32), [
        identity[n] for n in rows
    ]


def rotated(embedding: Vectors) -> Vectors:
    turn = np.linalg.qr(np.random.default_rng(7).standard_normal((embedding.shape[1],) * 2))[0]
    return np.asarray(embedding @ turn, np.float32)


def bcubed_f(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Amigó et al. 2009."""
    pairs, count = np.unique(np.stack([truth, found]), axis=1, return_counts=True)
    precision = float((count**2 / np.bincount(found)[pairs[1]]).sum()) / len(truth)
    recall = float((count**2 / np.bincount(truth)[pairs[0]]).sum()) / len(truth)
    return 2 * precision * recall / (precision + recall)


async def look(deps: Deps, embeddings: dict[str, Vectors], row: int, hours: float) -> None:
    """embeddings: model to its vectors, the one in use first."""
    (model, first), *beside = [(name, vectors[row]) for name, vectors in embeddings.items()]
    message = analysed(f"p{row}", [first], NOON + timedelta(hours=hours), model)
    others = tuple(Embedding.of(name, vector.tolist()) for name, vector in beside)
    seen = message.faces[0].model_copy(update={"other_embeddings": others})
    await on_photo_analysed(message.model_copy(update={"faces": (seen,)}), deps)


async def people(deps: Deps) -> dict[str, Any]:
    return {face.photo_id: face.person_id for face in await deps.store.faces()}


async def score(deps: Deps, truth: list[str]) -> float:
    found = await people(deps)
    labels = [found[f"p{n}"] or f"alone{n}" for n in range(len(truth))]
    return bcubed_f(codes(truth), codes(labels))


def said(revision: int, in_use: str, *beside: str) -> ModelsChanged:
    others = tuple(ModelId(one) for one in beside)
    return ModelsChanged(
        revision=revision,
        model_version=str(revision),
        models={"face_embedding": ModelId(in_use)},
        beside={"face_embedding": others},
    )


@pytest.mark.photos
@pytest.mark.parametrize("other", ["rotation", "lfw_mbf_y1"])
async def test_named_people_come_through_a_change_of_models(deps: Deps, other: str) -> None:
    """50 people named on face-reid-0095; then a rotation of it, and a wholly different model: at every moment all names
    are there with all their faces, after the swap as many people are right, and the way back gives the old people."""
    old, truth = faces_of("lfw_reid0095")
    new = rotated(old) if other == "rotation" else faces_of(other)[0]
    await on_models_changed(said(1, "a"), deps)
    for n in range(len(old)):
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}", n)), deps)
        await look(deps, {"a": old}, n, 0)
    await settle_people(deps)
    for number, name in enumerate(list(dict.fromkeys(truth))[:NAMED]):
        row = truth.index(name)
        person = (await people(deps))[f"p{row}"]
        await decide(Wish("name", person, name=f"{name} {number}", merge=True), deps)
    await settle_people(deps)
    before, was = await people(deps), await score(deps, truth)
    named = {one.person_id: (one.name, one.face_count, one.cover_face_id) for one in await deps.store.list_people()}
    named = {person: one for person, one in named.items() if one[0]}
    await on_models_changed(said(2, "b", "a"), deps)
    for n in range(len(old)):
        await look(deps, {"b": new, "a": old}, n, 1)
        if n % 400 == 0:
            await settle_people(deps)
            assert await people(deps) == before
    await settle_people(deps)
    change = await deps.store.change()
    assert (change.active, change.previous) == ("b", "a")
    after = await people(deps)
    shown = {one.person_id: one for one in await deps.store.list_people()}
    assert {person: shown[person].name for person in named} == {person: one[0] for person, one in named.items()}
    assert {person: shown[person].cover_face_id for person in named} == {p: one[2] for p, one in named.items()}
    assert all(after[photo_id] == person for photo_id, person in before.items() if person in named)
    assert await score(deps, truth) >= was - 0.01
    await take_back(deps)
    assert await people(deps) == before
