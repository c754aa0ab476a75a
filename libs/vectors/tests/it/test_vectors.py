"""One promise of the vector port, kept by the fake, the embedded engine and, where one runs, a server."""

import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pictopy_vectors.fakes import FakeVectors
from pictopy_vectors.open import open_vectors
from pictopy_vectors.ports import VectorPoint, Vectors

pytestmark = pytest.mark.it
SERVER = os.environ.get("TEST_QDRANT_URL")


@pytest.fixture(params=["fake", "embedded", "server"])
async def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Vectors]:
    if request.param == "server" and not SERVER:
        pytest.skip("needs a Qdrant server: set TEST_QDRANT_URL")
    opened = FakeVectors() if request.param == "fake" else _open(request.param, tmp_path)
    yield opened
    for name in await opened.names():
        await opened.drop(name)
    await opened.close()


def _open(kind: str, folder: Path) -> Vectors:
    return open_vectors(SERVER or "" if kind == "server" else "", None, folder)


def unit(seed: int, size: int = 8) -> NDArray[np.float32]:
    vector = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def point(seed: int, **payload: str | int | list[str]) -> VectorPoint:
    return VectorPoint(str(uuid.UUID(int=seed)), unit(seed), payload)


async def test_nearest_first(vectors: Vectors) -> None:
    """The best match comes first, with cosine as its score and its payload."""
    faces = await vectors.collection("faces", 8)
    await faces.upsert([point(n, photo=f"p{n}") for n in range(1, 50)])
    hits = await faces.search(unit(7), 3)
    assert hits[0].id == str(uuid.UUID(int=7))
    assert hits[0].score == pytest.approx(1.0, abs=1e-4)
    assert hits[0].payload == {"photo": "p7"}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


async def test_filters(vectors: Vectors) -> None:
    """Conditions hold for single values, for any of several, and for lists in the payload."""
    faces = await vectors.collection("faces", 8)
    await faces.upsert([point(n, kind="even" if n % 2 == 0 else "odd", tags=[f"t{n % 3}"]) for n in range(1, 20)])
    even = await faces.search(unit(3), 50, must={"kind": "even"})
    assert {int(uuid.UUID(hit.id)) % 2 for hit in even} == {0}
    tagged = await faces.search(unit(3), 50, must={"tags": ["t0", "t1"]}, must_not={"kind": "odd"})
    assert {int(uuid.UUID(hit.id)) for hit in tagged} == {4, 6, 10, 12, 16, 18}


async def test_upsert_replaces_and_delete_forgets(vectors: Vectors) -> None:
    """A second upsert of an id replaces it; a deleted one is not found again."""
    faces = await vectors.collection("faces", 8)
    await faces.upsert([point(1, v=1), point(2, v=1)])
    await faces.upsert([point(1, v=2)])
    assert await faces.count() == 2
    await faces.delete([str(uuid.UUID(int=2))])
    assert await faces.count() == 1
    [kept] = await faces.get([str(uuid.UUID(int=1)), str(uuid.UUID(int=2))])
    assert kept.payload == {"v": 2}
    np.testing.assert_allclose(kept.vector, unit(1), atol=1e-5)


async def test_min_score(vectors: Vectors) -> None:
    """Nothing below the asked similarity is returned."""
    faces = await vectors.collection("faces", 8)
    await faces.upsert([point(n) for n in range(1, 100)])
    hits = await faces.search(unit(5), 100, min_score=0.5)
    assert 0 < len(hits) < 99
    assert min(hit.score for hit in hits) >= 0.5


async def test_embedded_survives_a_restart(tmp_path: Path) -> None:
    """What was upserted is there after the process ended without a flush, as after kill -9."""
    first = open_vectors("", None, tmp_path)
    faces = await first.collection("faces", 8)
    await faces.upsert([point(n) for n in range(1, 10)])
    await first.close()
    again = open_vectors("", None, tmp_path)
    assert await (await again.collection("faces", 8)).count() == 9
    assert await again.names() == ["faces"]
    await again.close()
