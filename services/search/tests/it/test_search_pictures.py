"""The vectors of pictures on the real embedded engine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pictopy_contracts.vectors import Embedding
from pictopy_search.made_up import photo_id
from pictopy_search.pictures import Pictures
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


async def test_the_last_photo_of_a_model_takes_its_collection_along(vectors: Vectors) -> None:
    """Forgetting what was never known is no error."""
    pictures = Pictures(vectors)
    for number in (1, 2):
        await pictures.put(photo_id(number), Embedding.of("m", [1.0, 0.0]))
    await pictures.forget(photo_id(1), "m")
    assert await vectors.names() == ["photos-m"]
    await pictures.forget(photo_id(2), "m")
    await pictures.forget(photo_id(2), "m")
    assert await vectors.names() == []
