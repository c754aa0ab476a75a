"""A Qdrant server through qdrant-client's HTTP API."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qdrant_client import AsyncQdrantClient
from qdrant_client import models as q
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from pictopy_runtime.errors import Transient
from pictopy_vectors.ports import Conditions, VectorHit, VectorPoint


class ServerVectors:
    def __init__(self, url: str, api_key: str | None) -> None:
        self._client = AsyncQdrantClient(url=url, api_key=api_key, timeout=20, check_compatibility=False)
        self._known: set[str] = set()

    async def collection(self, name: str, size: int) -> "ServerCollection":
        if name not in self._known and not await self._client.collection_exists(name):
            await self._client.create_collection(name, q.VectorParams(size=size, distance=q.Distance.COSINE))
        self._known.add(name)
        return ServerCollection(self._client, name)

    async def names(self) -> list[str]:
        return sorted(found.name for found in (await self._client.get_collections()).collections)

    async def drop(self, name: str) -> None:
        self._known.discard(name)
        await self._client.delete_collection(name)

    async def ping(self) -> None:
        try:
            await self._client.get_collections()
        except (ResponseHandlingException, UnexpectedResponse) as error:
            raise Transient(f"Qdrant: {error}") from error

    async def close(self) -> None:
        await self._client.close()


class ServerCollection:
    def __init__(self, client: AsyncQdrantClient, name: str) -> None:
        self._client = client
        self._name = name

    async def upsert(self, points: Sequence[VectorPoint]) -> None:
        converted = [q.PointStruct(id=p.id, vector=p.vector.tolist(), payload=dict(p.payload)) for p in points]
        await self._client.upsert(self._name, converted, wait=True)

    async def delete(self, ids: Sequence[str]) -> None:
        await self._client.delete(self._name, q.PointIdsList(points=list(ids)), wait=True)

    async def get(self, ids: Sequence[str]) -> list[VectorPoint]:
        records = await self._client.retrieve(self._name, list(ids), with_vectors=True)
        return [VectorPoint(str(r.id), np.asarray(r.vector, np.float32), dict(r.payload or {})) for r in records]

    async def search(
        self,
        vector: NDArray[np.float32],
        limit: int,
        *,
        must: Conditions | None = None,
        must_not: Conditions | None = None,
        min_score: float | None = None,
    ) -> list[VectorHit]:
        answer = await self._client.query_points(
            self._name,
            query=vector.tolist(),
            limit=limit,
            query_filter=q.Filter(must=_conditions(must), must_not=_conditions(must_not)),
            score_threshold=min_score,
        )
        return [VectorHit(str(hit.id), hit.score, dict(hit.payload or {})) for hit in answer.points]

    async def count(self) -> int:
        return (await self._client.count(self._name, exact=True)).count


def _conditions(conditions: Conditions | None) -> list[q.Condition]:
    return [q.FieldCondition(key=key, match=_match(value)) for key, value in (conditions or {}).items()]


def _match(value: object) -> q.MatchAny | q.MatchValue:
    if isinstance(value, list | tuple):
        return q.MatchAny(any=list(value))
    return q.MatchValue.model_validate({"value": value})
