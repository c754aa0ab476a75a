"""What words mean, as directions: a text is the sum of the rows of its tokens. English; other words have none.

Tokens are BERT's word pieces, taken greedily from the left (Wu et al. 2016); the table is made by
`models/meaning/distil.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictopy_search.domain.text import words_of

Floats = NDArray[np.float32]
INSIDE = "##"
"""Before a token that goes on with a word."""

MAX_TOKENS = 64  # of one text; a query has fewer, and of a caption the first ones say what it is about


@dataclass(frozen=True)
class WordVectors:
    """`values`: (V, D) int8; row times its `scales` is the token's direction, long where the token is rare."""

    tokens: Mapping[str, int]
    values: NDArray[np.int8]
    scales: Floats

    def embed(self, texts: Sequence[str]) -> Floats:
        """(N, D) float32, L2 norm 1; a row of zeros where no word is known."""
        rows = np.zeros((len(texts), self.values.shape[1]), dtype=np.float32)
        for number, text in enumerate(texts):
            ids = self.ids_of(text)
            if ids:
                rows[number] = self.scales[ids] @ self.values[ids].astype(np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Floats = rows / np.maximum(norms, np.float32(1e-9))
        return unit

    def ids_of(self, text: str) -> list[int]:
        found = [token for word in words_of(text)[:MAX_TOKENS] for token in self._pieces(word)]
        return found[:MAX_TOKENS]

    def _pieces(self, word: str) -> list[int]:
        """The longest known beginning, then the longest that goes on; nothing where a rest is unknown."""
        ids: list[int] = []
        start = 0
        while start < len(word):
            end = len(word)
            mark = INSIDE if start else ""
            while end > start and mark + word[start:end] not in self.tokens:
                end -= 1
            if end == start:
                return []
            ids.append(self.tokens[mark + word[start:end]])
            start = end
        return ids
