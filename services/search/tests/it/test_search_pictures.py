"""The vectors of pictures on the real embedded engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from pictopy_contracts.vectors import Embedding
from pictopy_search.pictures import Pictures
from pictopy_testing.photo_messages import photo_id
from pictopy_vectors.edge import EdgeVectors
from pictopy_vectors.fakes import FakeVectors
from pictopy_vectors.ports import Vectors


@pytest.fixture(params=["fake", pytest.param("edge", marks=pytest.mark.it)])
async def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Vectors]:
    opened: Vectors = FakeVectors() if request.param == "fake" else EdgeVectors(tmp_path)
    yield opened
    await opened.close()


async def test_the_nearest_come_first_without_the_photo_itself(vectors: Vectors) -> None:
    """A photo put twice is there once."""
    pictures = Pictures(vectors)
    for number in (1, 2, 3, 3):
        await pictures.put(photo_id(number), Embedding.of("m", [1.0, number / 10, 0.0]))
    nearest = await pictures.nearest(photo_id(1), "m", 9)
    assert [other for other, _ in nearest] == [photo_id(2), photo_id(3)]
    assert nearest[0][1] == pytest.approx(0.9952, abs=1e-3)


async def test_a_photo_without_a_vector_has_no_neighbours(vectors: Vectors) -> None:
    """Neither under an unknown model nor under a known one."""
    pictures = Pictures(vectors)
    await pictures.put(photo_id(1), Embedding.of("m", [1.0, 0.0]))
    assert await pictures.nearest(photo_id(1), "other", 9) == []
    assert await pictures.nearest(photo_id(2), "m", 9) == []


async def test_a_model_goes_with_all_its_vectors(vectors: Vectors) -> None:
    """Forgetting what was never known is no error."""
    pictures = Pictures(vectors)
    await pictures.put(photo_id(1), Embedding.of("m", [1.0, 0.0]))
    await pictures.put(photo_id(1), Embedding.of("n", [1.0, 0.0]))
    await pictures.forget_model("m")
    await pictures.forget_model("m")
    assert await vectors.names() == ["photos-n"]


async def test_pictures_are_found_by_a_vector_from_outside(vectors: Vectors) -> None:
    """The nearest that are near enough; or of chosen photos, each with its cosine."""
    pictures, query = Pictures(vectors), np.array([1.0, 0.0], dtype=np.float32)
    for number, angle in enumerate(([1.0, 0.0], [1.0, 1.0], [0.0, 1.0]), 1):
        await pictures.put(photo_id(number), Embedding.of("m", angle))
    assert [one for one, _ in await pictures.near(query, "m", 9, 0.5)] == [photo_id(1), photo_id(2)]
    scores = await pictures.scores([photo_id(2), photo_id(3), photo_id(9)], "m", query)
    assert scores == {photo_id(2): pytest.approx(0.7071, abs=1e-3), photo_id(3): pytest.approx(0.0, abs=1e-3)}
    assert await pictures.near(query, "none", 9, 0.0) == []


async def test_vectors_of_another_size_have_no_cosine(vectors: Vectors) -> None:
    """A query of another model is not compared."""
    pictures = Pictures(vectors)
    await pictures.put(photo_id(1), Embedding.of("m", [1.0, 0.0]))
    assert await pictures.scores([photo_id(1)], "m", np.ones(3, dtype=np.float32)) == {}
    assert len(await pictures.cosines([photo_id(1)], "m", np.ones(3, dtype=np.float32))) == 0


async def test_a_sample_is_compared_as_one(vectors: Vectors) -> None:
    """Another sample, another model and an unknown model each give their own cosines."""
    pictures, query = Pictures(vectors), np.array([1.0, 0.0], dtype=np.float32)
    for number, angle in enumerate(([1.0, 0.0], [3.0, 4.0]), 1):
        await pictures.put(photo_id(number), Embedding.of("m", angle))
        await pictures.put(photo_id(number), Embedding.of("n", angle[::-1]))
    both = [photo_id(1), photo_id(2)]
    for _ in range(2):
        assert sorted(await pictures.cosines(both, "m", query)) == pytest.approx([0.6, 1.0], abs=1e-3)
    assert list(await pictures.cosines(both[:1], "m", query)) == pytest.approx([1.0], abs=1e-3)
    assert sorted(await pictures.cosines(both, "n", query)) == pytest.approx([0.0, 0.8], abs=1e-3)
    assert len(await pictures.cosines(both, "none", query)) == 0
    assert len(await pictures.cosines([], "m", query)) == 0
