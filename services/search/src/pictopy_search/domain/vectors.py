"""Where the embedding of a photo stands."""

import re
import uuid

import numpy as np
from numpy.typing import NDArray

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.vectors import Embedding

POINTS = uuid.UUID("8a1d4a1e-6a56-5b0e-9d5c-5a2b7d1f0c11")
"""Namespace of point ids; another one would orphan every stored vector."""


def collection_of(model: str) -> str:
    """Embeddings of different models cannot be compared, so each model has a collection of its own."""
    return "photos-" + re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")


def point_of(photo_id: PhotoId) -> str:
    """The same photo, the same point: a replay overwrites itself."""
    return str(uuid.uuid5(POINTS, photo_id))


def vector_of(embedding: Embedding) -> NDArray[np.float32]:
    """(D,) float32, L2 norm 1 (float16 on the way left it up to 1e-3 off). Raises ValueError for a zero vector."""
    raw = np.asarray(embedding.values(), dtype=np.float32)
    norm = float(np.linalg.norm(raw))
    if not np.isfinite(norm) or norm == 0.0:
        raise ValueError("an embedding of length zero, or with numbers that are none")
    return raw / np.float32(norm)
