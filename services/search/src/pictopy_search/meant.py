"""The photos that the words of a query mean: by pictures where an image/text pair is installed, else by words."""

from dataclasses import dataclass, replace

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_search.domain.answers import By
from pictopy_search.domain.change import STAND_IN, ImageModels
from pictopy_search.domain.filters import Among, Filters
from pictopy_search.domain.nearness import Wanted
from pictopy_search.domain.threshold import threshold_of
from pictopy_search.domain.vectors import vector_of
from pictopy_search.pictures import Vector
from pictopy_search.ports import Deps
from pictopy_search.towers import NoVector

MOST_FOUND = 2000  # photos that a search by meaning ranks; those that have the words are listed without an end
SAMPLE = 512  # pictures drawn to see what a query scores by chance
NARROW = 2000  # photos under the other filters up to which each is compared where more fit than are ranked
SPELLED = 2.0  # added to a cosine: who has all the words comes first
WORD_SEARCH = (
    "Words of tags, objects, places, events, captions and text in pictures are compared by meaning; pictures are not."
)


async def with_meaning(filters: Filters, deps: Deps) -> tuple[Filters, By | None]:
    """Adds the photos that the words mean to those that have them. Words in quotes mean themselves."""
    meant = [term for term in filters.terms if not term.is_exact]
    if not meant:
        return filters, None
    text = " ".join(word for term in filters.terms for word in term.words)
    query = await _query(text, await deps.store.models(), deps)
    if isinstance(query, NoVector):
        return await _by_words(filters, deps), By(mode="words", why=f"{WORD_SEARCH} {query.why}")
    why = f"Your words are compared with the pictures themselves, by {query.text_model} and {query.image_model}."
    return await _by_pictures(filters, query, deps), By(mode="pictures", why=why)


@dataclass(frozen=True)
class Query:
    """`least`: the cosine from which on a picture fits."""

    text_model: ModelId
    image_model: ModelId
    vector: Vector
    least: float


async def _query(text: str, models: ImageModels, deps: Deps) -> Query | NoVector:
    if models.active is None or models.active == STAND_IN:
        return NoVector("No image model that has a text model is in use.")
    answer = await deps.tower.embed(text, models.active)
    if isinstance(answer, NoVector):
        return answer
    try:
        vector = vector_of(answer.embedding)
    except ValueError as error:
        return NoVector(f"The text model {answer.text_model} answered with {error}.")
    sample = await deps.store.sample(models.active, SAMPLE)
    chance = await deps.pictures.cosines(sample, models.active, vector)
    if sample and not len(chance):
        return NoVector(f"The text model {answer.text_model} gives {len(vector)} numbers, {models.active} does not.")
    return Query(answer.text_model, models.active, vector, threshold_of(answer.threshold, chance))


async def _by_words(filters: Filters, deps: Deps) -> Filters:
    wanted = await deps.wordbook.wanted(filters.terms, deps.store)
    return _among(filters, await deps.store.scored(wanted, filters, MOST_FOUND))


async def _by_pictures(filters: Filters, query: Query, deps: Deps) -> Filters:
    found = dict(await deps.pictures.near(query.vector, query.image_model, MOST_FOUND, query.least))
    if len(found) == MOST_FOUND:
        found = await _under(filters, query, deps) or found
    for photo_id, _ in await deps.store.scored(Wanted(), filters, MOST_FOUND):
        found[photo_id] = found.get(photo_id, 0.0) + SPELLED
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return _among(filters, ranked[:MOST_FOUND])


async def _under(filters: Filters, query: Query, deps: Deps) -> dict[PhotoId, float]:
    """Those that fit among few: in a whole library they may stand behind very many others."""
    under = await deps.store.ids(filters.without_words(), NARROW + 1)
    if len(under) > NARROW:
        return {}
    scores = await deps.pictures.scores(under, query.image_model, query.vector)
    return {photo_id: score for photo_id, score in scores.items() if score >= query.least}


def _among(filters: Filters, found: list[tuple[PhotoId, float]]) -> Filters:
    return replace(filters, among=Among(tuple(one for one, _ in found), tuple(score for _, score in found)))
