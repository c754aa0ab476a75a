"""Moved to pictopy_vectors."""

from pictopy_vectors.open import open_vectors as open_vectors
from pictopy_vectors.ports import *  # noqa: F403
from pictopy_vectors.ports import (
    Conditions as Conditions,
    Payload as Payload,
    Value as Value,
    VectorCollection as VectorCollection,
    VectorHit as VectorHit,
    VectorPoint as VectorPoint,
    Vectors as Vectors,
)
