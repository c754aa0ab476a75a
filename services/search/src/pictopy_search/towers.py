"""A query as a vector that can be compared with those of pictures."""

from dataclasses import dataclass
from typing import Protocol

from pictopy_contracts.ids import ModelId
from pictopy_contracts.vectors import Embedding


@dataclass(frozen=True)
class QueryVector:
    """`embedding.model`: the image model with whose vectors it may be compared."""

    text_model: ModelId
    embedding: Embedding
    threshold: float
    """Cosine from which on a picture fits, chosen by whoever made the catalogue's entry."""


@dataclass(frozen=True)
class NoVector:
    why: str
    """A sentence."""


class TextTower(Protocol):
    async def embed(self, text: str, image_model: ModelId) -> QueryVector | NoVector:
        """Never raises: without an answer the search goes on by words."""
        ...
