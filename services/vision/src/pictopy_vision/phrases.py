"""The words of a query as a vector that can be compared with those of one image model."""

import asyncio
from dataclasses import dataclass, field

import numpy as np

from pictopy_contracts.ids import ModelId
from pictopy_contracts.vectors import Embedding
from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.entry import Companion, Entry
from pictopy_vision.domain.errors import BadOutputError, ModelError
from pictopy_vision.domain.phrases import cleaned
from pictopy_vision.domain.result import embedding_of
from pictopy_vision.heads import unit_rows
from pictopy_vision.ports import ModelStore
from pictopy_vision.shelf import Shelf
from pictopy_vision.tokenizer_file import TokenizerKeeper

SMALLEST_LENGTH = 1e-6  # of a vector before it is normalised; a shorter one has no direction


class NoTowerError(Exception):
    """No installed text model belongs to the image model that is asked for."""


@dataclass(frozen=True)
class PhraseVector:
    text_model: ModelId
    embedding: Embedding
    """`embedding.model` is the image model with whose vectors it may be compared."""
    threshold: float


@dataclass(frozen=True)
class Phrases:
    """One query at a time: a text tower is the largest model there is."""

    shelf: Shelf
    store: ModelStore
    tokenizers: TokenizerKeeper = field(default_factory=TokenizerKeeper)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def embed(self, text: str, image_model: ModelId | None) -> PhraseVector:
        """`image_model`: None for the one in use. Raises NoTextError, NoTowerError, ModelError."""
        phrase = cleaned(text)
        entry = self._tower_for(image_model)
        async with self.turn:
            return await asyncio.to_thread(self._embed, phrase, entry)

    def _tower_for(self, image_model: ModelId | None) -> Entry:
        """The one in use if it fits, else any that is installed: while models change, pictures are still compared by
        the old one."""
        lineup, installed = self.shelf.lineup, self.shelf.installed()
        if "text_embedding" in lineup.off:
            raise NoTowerError("Text models are turned off.")
        used = lineup.entries.get("text_embedding")
        towers = [*([used] if used else []), *(self.shelf.entries[one] for one in sorted(installed))]
        wanted = image_model or (used.pair if used else None) or lineup.models.get("image_embedding")
        fitting = (one for one in towers if "text_embedding" in one.tasks and one.pair is not None)
        found = next((one for one in fitting if one.pair == wanted), None)
        if found is None:
            raise NoTowerError(f"No text model that belongs to {wanted} is installed.")
        return found

    def _embed(self, phrase: str, entry: Entry) -> PhraseVector:
        session = self.shelf.session(entry)
        tokens = self.tokenizers.get(entry, session, self.store.path_of(entry, _tokenizer_of(entry)))
        has = {spec.name for spec in session.inputs}
        feed = {name: numbers for name, numbers in tokens.feed(phrase).items() if name in has}
        outputs = dict(zip((spec.name for spec in session.outputs), session.run(feed), strict=True))
        vector = _direction(outputs[entry.output.names[0]], entry)
        threshold = entry.thresholds["show"].value if "show" in entry.thresholds else 0.0
        return PhraseVector(entry.id, embedding_of(entry.pair or entry.id, vector), threshold)


def _tokenizer_of(entry: Entry) -> Companion:
    found = next((file for file in entry.files if file.role == "tokenizer"), None)
    if found is None:
        raise ModelError(entry.id, "its entry names no tokenizer")
    return found


def _direction(rows: Floats, entry: Entry) -> Floats:
    """(D,) of L2 norm 1."""
    if rows.ndim != 2 or len(rows) != 1 or rows.shape[1] != (entry.output.embedding_size or rows.shape[1]):
        raise BadOutputError(entry.id, f"gives {rows.shape}, its entry says (1, {entry.output.embedding_size})")
    if not np.isfinite(rows).all() or float(np.linalg.norm(rows)) < SMALLEST_LENGTH:
        raise BadOutputError(entry.id, "gives a vector that is no direction")
    direction: Floats = unit_rows(rows.astype(np.float32))[0]
    return direction
