"""The table of word meanings that comes with this package: 4 MB, read once, nothing is fetched."""

from functools import cache
from pathlib import Path

import numpy as np

from pictopy_search.domain.word_vectors import WordVectors

FOLDER = Path(__file__).parent / "words"


class BrokenTableError(Exception):
    """The files of the table do not belong together."""


@cache
def word_vectors() -> WordVectors:
    return read_table(FOLDER)


def read_table(folder: Path) -> WordVectors:
    """Raises BrokenTableError."""
    try:
        tokens = (folder / "tokens.txt").read_text(encoding="utf-8").split("\n")[:-1]
        values, scales = np.load(folder / "vectors.npy"), np.load(folder / "scales.npy")
    except (OSError, ValueError, EOFError) as error:
        raise BrokenTableError(f"{folder} holds no table of words: {error}") from error
    is_whole = values.dtype == np.int8 and values.ndim == 2 and values.shape[0] == len(tokens) == len(scales)
    if not is_whole or not np.isfinite(scales).all():
        raise BrokenTableError(f"{folder}: {len(tokens)} tokens, but vectors {values.shape} and scales {scales.shape}")
    return WordVectors({token: number for number, token in enumerate(tokens)}, values, scales)
