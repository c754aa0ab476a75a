"""Moved to pictopy_vectors."""

from pictopy_vectors.open import open_vectors as open_vectors
from pictopy_vectors.ports import *  # noqa: F403
from pictopy_vectors.ports import (
    Conditions as Conditions,
)
from pictopy_vectors.ports import (
    Payload as Payload,
)
from pictopy_vectors.ports import (
    Value as Value,
)
from pictopy_vectors.ports import (
    VectorCollection as VectorCollection,
)
from pictopy_vectors.ports import (
    VectorHit as VectorHit,
)
from pictopy_vectors.ports import (
    VectorPoint as VectorPoint,
)
from pictopy_vectors.ports import (
    Vectors as Vectors,
)
