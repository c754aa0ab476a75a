"""The vectors of whole pictures: one collection for each model, one point for each photo."""

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.vectors import Embedding
from pictopy_search.domain.vectors import collection_of, point_of, vector_of
from pictopy_vectors.ports import VectorCollection, VectorPoint, Vectors


class Pictures:
    """The only writer of the collections `photos-*`."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    async def put(self, photo_id: PhotoId, embedding: Embedding) -> None:
        """Idempotent. Raises ValueError where the embedding is no direction."""
        vector = vector_of(embedding)
        collection = await self._vectors.collection(collection_of(embedding.model), len(vector))
        await collection.upsert([VectorPoint(point_of(photo_id), vector, {"photo_id": photo_id})])

    async def forget(self, photo_id: PhotoId, model: str) -> None:
        """A model that no photo uses any more takes its collection along."""
        collection = await self._known(model)
        if collection is None:
            return
        await collection.delete([point_of(photo_id)])
        if await collection.count() == 0:
            await self._vectors.drop(collection_of(model))

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
