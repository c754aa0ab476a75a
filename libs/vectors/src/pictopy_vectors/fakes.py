"""The in-memory twin: exact search over a dict."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pictopy_vectors.ports import Conditions, VectorHit, VectorPoint


class FakeCollection:
    """Exact search over a dict."""

    def __init__(self) -> None:
        self.points: dict[str, VectorPoint] = {}

    async def upsert(self, points: Sequence[VectorPoint]) -> None:
        self.points.update({point.id: point for point in points})

    async def delete(self, ids: Sequence[str]) -> None:
        for point_id in ids:
            self.points.pop(point_id, None)

    async def get(self, ids: Sequence[str]) -> list[VectorPoint]:
        return [self.points[point_id] for point_id in ids if point_id in self.points]

    async def search(
        self,
        vector: NDArray[np.float32],
        limit: int,
        *,
        must: Conditions | None = None,
        must_not: Conditions | None = None,
        min_score: float | None = None,
    ) -> list[VectorHit]:
        hits = [
            VectorHit(point.id, float(vector @ point.vector), point.payload)
            for point in self.points.values()
            if all(_holds(point, key, wanted) for key, wanted in (must or {}).items())
            and not any(_holds(point, key, wanted) for key, wanted in (must_not or {}).items())
        ]
        kept = [hit for hit in hits if min_score is None or hit.score >= min_score]
        return sorted(kept, key=lambda hit: (-hit.score, hit.id))[:limit]

    async def count(self) -> int:
        return len(self.points)


def _holds(point: VectorPoint, key: str, wanted: Any) -> bool:
    value = point.payload.get(key)
    values = value if isinstance(value, list) else [value]
    options = wanted if isinstance(wanted, list | tuple) else [wanted]
    return any(one in options for one in values)


class FakeVectors:
    def __init__(self) -> None:
        self.collections: dict[str, FakeCollection] = {}

    async def collection(self, name: str, size: int) -> FakeCollection:
        return self.collections.setdefault(name, FakeCollection())

    async def names(self) -> list[str]:
        return sorted(self.collections)

    async def drop(self, name: str) -> None:
        self.collections.pop(name, None)

    async def ping(self) -> None: ...

    async def close(self) -> None: ...
