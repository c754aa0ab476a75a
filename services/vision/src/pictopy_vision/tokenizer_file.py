"""Text to the numbers that a text tower takes, by the model's own tokenizer.json: the only file that knows the
`tokenizers` package."""

import threading
import weakref
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.arrays import Array
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.ports import Session

REFUSALS: tuple[type[Exception], ...] = (Exception,)
"""The package raises bare `Exception` for whatever is no tokenizer. Nothing is swallowed: each becomes a ModelError."""

MOST_BYTES = 128 << 20  # the largest vocabulary in use has 34 MB


class Tokens:
    def __init__(self, entry: Entry, path: Path) -> None:
        """Raises ModelError for a file that is no tokenizer."""
        self._entry = entry
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            raise ModelError(entry.id, f"{path.name} is missing or too large for a tokenizer")
        self._inner = _opened(entry, path)
        self._length = entry.input.length or 1
        self._inner.no_padding()
        self._inner.enable_truncation(self._length)

    def feed(self, text: str) -> dict[str, Array]:
        """(1, length) int64 by the names of the model's inputs. Raises ModelError where no token is left."""
        encoded = self._inner.encode(text)
        ids = encoded.ids
        if not ids:
            raise ModelError(self._entry.id, "its tokenizer makes nothing of this text")
        rest = self._length - len(ids)
        spec = self._entry.input
        numbers = np.array([[*ids, *[_padding_of(self._inner)] * rest]], dtype=np.int64)
        mask = np.array([[1] * len(ids) + [0] * rest], dtype=np.int64)
        return {spec.name: numbers} | ({spec.mask: mask} if spec.mask else {})


def _opened(entry: Entry, path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except REFUSALS as error:
        reason = str(error).splitlines()[0] if str(error) else "no reason given"
        raise ModelError(entry.id, f"{path.name} is no tokenizer that can be read: {reason}") from error


def _padding_of(tokenizer: Tokenizer) -> int:
    """The number of the model's own filler; 0 where it has none."""
    named = (tokenizer.token_to_id(name) for name in ("<pad>", "[PAD]", "<|endoftext|>"))
    return next((number for number in named if number is not None), 0)


class TokenizerKeeper:
    """Tokenizers by model. Each lives as long as the session that it feeds: both are large, and rest together."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[ModelId, tuple[weakref.ref[Session], Tokens]] = {}

    def get(self, entry: Entry, session: Session, path: Path) -> Tokens:
        """Blocks while it loads. Raises ModelError."""
        with self._lock:
            known = self._kept.get(entry.id)
            if known is not None and known[0]() is session:
                return known[1]
            tokens = Tokens(entry, path)
            self._kept[entry.id] = weakref.ref(session, lambda gone: self._forget(entry.id, gone)), tokens
            return tokens

    def _forget(self, model_id: ModelId, gone: "weakref.ref[Session]") -> None:
        known = self._kept.get(model_id)
        if known is not None and known[0] is gone:
            del self._kept[model_id]

    @property
    def loaded(self) -> list[ModelId]:
        return sorted(self._kept)
