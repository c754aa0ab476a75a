"""Embeddings by meaning: one port, kept by a Qdrant server or by the embedded Qdrant engine.

A collection has one writer service; collections of another model stand beside the old ones until dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Value: TypeAlias = str | int | float | bool
Payload: TypeAlias = Mapping[str, Value | list[str]]
Conditions: TypeAlias = Mapping[str, Value | Sequence[Value]]
"""Field to the value, or to any of several values, that it must have."""


@dataclass(frozen=True)
class VectorPoint:
    """`id`: a UUID; `vector`: (D,) float32, L2 norm 1."""

    id: str
    vector: NDArray[np.float32]
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True)
class VectorHit:
    id: str
    score: float
    """Cosine similarity, -1..1."""
    payload: Payload


class VectorCollection(Protocol):
    async def upsert(self, points: Sequence[VectorPoint]) -> None:
        """Idempotent: a point with a known id is replaced."""
        ...

    async def delete(self, ids: Sequence[str]) -> None: ...

    async def get(self, ids: Sequence[str]) -> list[VectorPoint]:
        """Those that exist, in any order."""
        ...

    async def search(
        self,
        vector: NDArray[np.float32],
        limit: int,
        *,
        must: Conditions | None = None,
        must_not: Conditions | None = None,
        min_score: float | None = None,
    ) -> list[VectorHit]:
        """The nearest by cosine, best first."""
        ...

    async def count(self) -> int: ...


class Vectors(Protocol):
    async def collection(self, name: str, size: int) -> VectorCollection:
        """The collection for vectors of `size` numbers, made at first use."""
        ...

    async def names(self) -> list[str]: ...

    async def drop(self, name: str) -> None: ...

    async def ping(self) -> None: ...

    async def close(self) -> None: ...
