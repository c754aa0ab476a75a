"""The embedded Qdrant engine: real HNSW and filters in this process, one folder a collection.

The engine locks its folder, which fits the rule of one owner a collection.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import qdrant_edge as edge
from numpy.typing import NDArray

from pictopy_vectors.ports import Conditions, Payload, VectorHit, VectorPoint

T = TypeVar("T")


class EdgeVectors:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, EdgeCollection] = {}

    async def collection(self, name: str, size: int) -> "EdgeCollection":
        if name not in self._open:
            self._open[name] = EdgeCollection(_open_shard(self._folder / name, size))
        return self._open[name]

    async def names(self) -> list[str]:
        return sorted(child.name for child in self._folder.iterdir()) if self._folder.exists() else []

    async def drop(self, name: str) -> None:
        opened = self._open.pop(name, None)
        if opened:
            await opened.close()
        shutil.rmtree(self._folder / name, ignore_errors=False)

    async def ping(self) -> None:
        """The engine is in this process: it is as well as we are."""

    async def close(self) -> None:
        for opened in self._open.values():
            await opened.close()
        self._open.clear()


def _open_shard(folder: Path, size: int) -> Any:
    if folder.exists() and any(folder.iterdir()):
        return edge.EdgeShard.load(str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    params = edge.EdgeVectorParams(size=size, distance=edge.Distance.Cosine)
    return edge.EdgeShard.create(str(folder), edge.EdgeConfig(vectors=params))


class EdgeCollection:
    def __init__(self, shard: Any) -> None:
        self._shard = shard
        self._lock = asyncio.Lock()

    async def upsert(self, points: Sequence[VectorPoint]) -> None:
        converted = [edge.Point(point.id, point.vector.tolist(), dict(point.payload)) for point in points]
        await self._call(self._shard.update, edge.UpdateOperation.upsert_points(converted))

    async def delete(self, ids: Sequence[str]) -> None:
        await self._call(self._shard.update, edge.UpdateOperation.delete_points(list(ids)))

    async def get(self, ids: Sequence[str]) -> list[VectorPoint]:
        records = await self._call(self._shard.retrieve, list(ids), True, True)
        return [VectorPoint(str(r.id), np.asarray(r.vector, np.float32), _payload(r.payload)) for r in records]

    async def search(
        self,
        vector: NDArray[np.float32],
        limit: int,
        *,
        must: Conditions | None = None,
        must_not: Conditions | None = None,
        min_score: float | None = None,
    ) -> list[VectorHit]:
        request = edge.QueryRequest(
            limit=limit,
            query=edge.Query.Nearest(vector.tolist()),
            filter=_filter(must, must_not),
            with_payload=True,
            score_threshold=min_score,
        )
        found = await self._call(self._shard.query, request)
        return [VectorHit(str(hit.id), hit.score, _payload(hit.payload)) for hit in found]

    async def count(self) -> int:
        return await self._call(self._shard.count, edge.CountRequest(exact=True))

    async def close(self) -> None:
        await self._call(self._shard.flush)
        await self._call(self._shard.close)

    async def _call(self, work: Callable[..., T], *args: object) -> T:
        async with self._lock:
            return await asyncio.to_thread(work, *args)


def _payload(payload: Any) -> Payload:
    return dict(payload or {})


def _filter(must: Conditions | None, must_not: Conditions | None) -> Any:
    if not must and not must_not:
        return None
    return edge.Filter(must=_conditions(must), must_not=_conditions(must_not))


def _conditions(conditions: Conditions | None) -> list[Any]:
    return [edge.FieldCondition(key, match=_match(value)) for key, value in (conditions or {}).items()]


def _match(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return edge.MatchAny(list(value))
    return edge.MatchValue(value)
