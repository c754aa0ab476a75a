"""The vectors of whole pictures: one collection for each model, one point for each photo."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.vectors import Embedding
from pictopy_search.domain.vectors import collection_of, point_of, vector_of
from pictopy_vectors.ports import VectorCollection, VectorPoint, Vectors

Vector: TypeAlias = NDArray[np.float32]


class Pictures:
    """The only writer of the collections `photos-*`."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._sample: tuple[str, tuple[PhotoId, ...], Vector] = ("", (), np.zeros((0, 0), np.float32))

    async def put(self, photo_id: PhotoId, embedding: Embedding) -> None:
        """Idempotent. Raises ValueError where the embedding is no direction."""
        vector = vector_of(embedding)
        collection = await self._vectors.collection(collection_of(embedding.model), len(vector))
        await collection.upsert([VectorPoint(point_of(photo_id), vector, {"photo_id": photo_id})])

    async def forget_model(self, model: str) -> None:
        if collection_of(model) in await self._vectors.names():
            await self._vectors.drop(collection_of(model))

    async def near(self, vector: Vector, model: str, limit: int, least: float) -> list[tuple[PhotoId, float]]:
        """Photos by cosine with `vector`, best first, none below `least`."""
        collection = await self._known(model)
        if collection is None:
            return []
        hits = await collection.search(vector, limit, min_score=least)
        return [(PhotoId(str(hit.payload["photo_id"])), hit.score) for hit in hits]

    async def scores(self, photo_ids: Sequence[PhotoId], model: str, vector: Vector) -> dict[PhotoId, float]:
        """Cosine with each of these photos that has a vector of this size."""
        collection = await self._known(model)
        points = await collection.get([point_of(one) for one in photo_ids]) if collection and photo_ids else []
        return {
            PhotoId(str(point.payload["photo_id"])): float(point.vector @ vector)
            for point in points
            if point.vector.shape == vector.shape
        }

    async def cosines(self, sample: Sequence[PhotoId], model: str, vector: Vector) -> Vector:
        """With these photos, in any order. Their vectors are kept: each query asks for the same sample."""
        if self._sample[:2] != (model, tuple(sample)):
            collection = await self._known(model)
            points = await collection.get([point_of(one) for one in sample]) if collection and sample else []
            rows = np.stack([point.vector for point in points]) if points else np.zeros((0, 0), np.float32)
            self._sample = model, tuple(sample), rows
        rows = self._sample[2]
        return rows @ vector if rows.shape[1:] == vector.shape else np.zeros(0, np.float32)

    async def nearest(self, photo_id: PhotoId, model: str, limit: int) -> list[tuple[PhotoId, float]]:
        """Other photos by cosine, best first; empty where the photo has no vector of this model."""
        collection = await self._known(model)
        own = [] if collection is None else await collection.get([point_of(photo_id)])
        if collection is None or not own:
            return []
        hits = await collection.search(own[0].vector, limit + 1)
        found = [(PhotoId(str(hit.payload["photo_id"])), hit.score) for hit in hits]
        return [(other, score) for other, score in found if other != photo_id][:limit]

    async def _known(self, model: str) -> VectorCollection | None:
        name = collection_of(model)
        if name not in await self._vectors.names():
            return None
        return await self._vectors.collection(name, 0)  # it exists, so it has its size
