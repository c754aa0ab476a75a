"""The in-memory twin of what the store knows of words and of image models; and of the text tower."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_contracts.vectors import Embedding
from pictopy_search.domain.change import ImageModels
from pictopy_search.domain.filters import Filters
from pictopy_search.domain.index import read_words, written_words
from pictopy_search.domain.nearness import Wanted
from pictopy_search.domain.text import joined, key_of
from pictopy_search.fake_index import Row, Sources, matches
from pictopy_search.towers import NoVector, QueryVector

SPELLED_FIRST = 1000.0


@dataclass
class FakeTower:
    """Answers with what `vectors` has for a text."""

    image_model: ModelId | None = None
    vectors: Mapping[str, Sequence[float]] = field(default_factory=dict)
    threshold: float = 0.0
    why: str = "No text model is installed."
    asked: list[str] = field(default_factory=list)

    async def embed(self, text: str, image_model: ModelId) -> QueryVector | NoVector:
        self.asked.append(text)
        if image_model != self.image_model or text not in self.vectors:
            return NoVector(self.why)
        return QueryVector(ModelId("words-s"), Embedding.of(image_model, self.vectors[text]), self.threshold)


@dataclass
class FakeMeaning:
    sources: Sources = field(default_factory=Sources)
    rows: dict[PhotoId, Row] = field(default_factory=dict)

    async def lexicon(self) -> tuple[dict[str, int], int]:
        keys = Counter(key for photo_id in self.rows for key, _ in _keys_of(photo_id, self.sources) if key)
        return dict(keys), len(self.rows)

    async def scored(self, wanted: Wanted, filters: Filters, limit: int) -> list[tuple[PhotoId, float]]:
        under = [row for row in self.rows.values() if matches(row, filters.without_words())]
        scored = [(row, _score(row, wanted, self.sources), _is_spelled(row, filters)) for row in under]
        found = [(row, score + SPELLED_FIRST * spelled) for row, score, spelled in scored if score or spelled]
        found.sort(key=lambda pair: (-pair[1], -pair[0].sort_at.timestamp(), pair[0].photo.photo_id))
        return [(row.photo.photo_id, score) for row, score in found[:limit]]

    async def ids(self, filters: Filters, limit: int) -> list[PhotoId]:
        return [photo_id for photo_id, row in self.rows.items() if matches(row, filters)][:limit]


def _is_spelled(row: Row, filters: Filters) -> bool:
    words = Filters(terms=filters.terms, is_hidden=filters.is_hidden)
    return bool(filters.terms) and matches(row, words)


def _score(row: Row, wanted: Wanted, sources: Sources) -> float:
    """The best near word of each term, added up; 0 where a group is missed, or too few terms are met."""
    own: dict[str, float] = {}
    for key, score in _keys_of(row.photo.photo_id, sources):
        own[key] = max(own.get(key, 0.0), score)
    if not wanted.groups or any(own.keys().isdisjoint(group) for group in wanted.groups):
        return 0.0
    best: dict[int, float] = {}
    for near in wanted.near:
        if near.key in own:
            best[near.term] = max(best.get(near.term, 0.0), near.weight * own[near.key])
    return sum(best.values()) if len(best) >= wanted.least_terms else 0.0


def _keys_of(photo_id: PhotoId, sources: Sources) -> Iterator[tuple[str, float]]:
    for label in sources.labels_of(photo_id):
        yield label.key, 1.0 if label.score is None else label.score
    if photo_id in sources.photos:
        yield from ((word, 1.0) for word in written_words(sources.photos[photo_id]))
    if photo_id in sources.analyses:
        yield from ((word, 1.0) for word in read_words(sources.analyses[photo_id]))
    for event in sources.events_of(photo_id):
        yield key_of(event.title), 1.0
        yield joined((event.place,)), 1.0


@dataclass
class FakeModels:
    said: ImageModels = field(default_factory=ImageModels)
    embedded: set[tuple[ModelId, PhotoId]] = field(default_factory=set)
    failed: dict[PhotoId, str] = field(default_factory=dict)
    rows: dict[PhotoId, Row] = field(default_factory=dict)

    async def models(self) -> ImageModels:
        return self.said

    async def models_of(self, photo_id: PhotoId) -> list[ModelId]:
        return sorted(model for model, one in self.embedded if one == photo_id)

    async def every_model(self) -> list[ModelId]:
        return sorted({model for model, _ in self.embedded})

    async def coverage(self, model: ModelId, model_version: str) -> tuple[int, int]:
        known = {photo_id for _, photo_id in self.embedded if photo_id in self.rows and self.rows[photo_id].is_shown}
        done = [one for one in known if (model, one) in self.embedded or self.failed.get(one) == model_version]
        return len(done), len(known)

    async def sample(self, model: ModelId, size: int) -> list[PhotoId]:
        return sorted(photo_id for one, photo_id in self.embedded if one == model)[:size]

    async def forget_model(self, model: ModelId) -> None:
        self.embedded = {(one, photo_id) for one, photo_id in self.embedded if one != model}
