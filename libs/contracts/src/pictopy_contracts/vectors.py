"""Embeddings in messages: little-endian float16 in base64, about a tenth of the size of a JSON list."""

import base64
import struct
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict


class Embedding(BaseModel):
    """An embedding of L2 norm 1 and the model that made it; two are comparable only when `model` is equal.

    float16 keeps a cosine within 1e-3, less than any threshold in use resolves.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    data: str

    @classmethod
    def of(cls, model: str, values: Sequence[float]) -> "Embedding":
        packed = struct.pack(f"<{len(values)}e", *values)
        return cls(model=model, data=base64.b64encode(packed).decode("ascii"))

    def values(self) -> tuple[float, ...]:
        """(D,) floats, as near to L2 norm 1 as float16 allows."""
        raw = base64.b64decode(self.data)
        return struct.unpack(f"<{len(raw) // 2}e", raw)
