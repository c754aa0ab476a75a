"""Pictures that look like one picture."""

from typing import Literal

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_search.domain.answers import Answer, Look, Similar
from pictopy_search.domain.change import STAND_IN
from pictopy_search.ports import Deps

PHASH_BITS = 64
MAX_PHASH_BITS = 18  # of 64 that may differ: pictures of nothing in common differ in about 32, give or take 4
OVERFETCH = 2  # hidden and removed photos keep their vectors, so ask for more than are wanted
MAX_NEAREST = 4000  # beyond that many hidden ones between two shown, the list ends


class SimilarPhotos(Answer):
    items: tuple[Similar, ...]
    by: Literal["embedding", "phash", "nothing"]
    """`nothing`: no analysis of the photo gave anything to compare."""


async def similar_to(photo_id: PhotoId, limit: int, deps: Deps) -> SimilarPhotos:
    """Best first, without the photo itself. By perceptual hash where there is no embedding."""
    look = await deps.store.look(photo_id)
    if look is None:
        return SimilarPhotos(items=(), by="nothing")
    models = await _models_of(photo_id, deps)
    for model in models:
        items = await _by_embedding(photo_id, model, limit, deps)
        if items:
            return SimilarPhotos(items=tuple(items), by="embedding")
    if look.phash is None:
        return SimilarPhotos(items=(), by="embedding" if models else "nothing")
    return SimilarPhotos(items=tuple(await _by_hash(photo_id, look, limit, deps)), by="phash")


async def _models_of(photo_id: PhotoId, deps: Deps) -> list[ModelId]:
    """The model that answers now first: one that is on its way does not know all photos yet."""
    active = (await deps.store.models()).active
    return sorted(await deps.store.models_of(photo_id), key=lambda model: (model != active, model == STAND_IN, model))


async def _by_embedding(photo_id: PhotoId, model: ModelId, limit: int, deps: Deps) -> list[Similar]:
    wanted = limit * OVERFETCH
    while True:
        found = await deps.pictures.nearest(photo_id, model, wanted)
        shown = await _shown(found, deps)
        if len(shown) >= limit or len(found) < wanted or wanted >= MAX_NEAREST:
            return shown[:limit]
        wanted = min(wanted * 4, MAX_NEAREST)


async def _by_hash(photo_id: PhotoId, look: Look, limit: int, deps: Deps) -> list[Similar]:
    near = await deps.store.near_hashes(look.phash or "", limit + 1, MAX_PHASH_BITS)
    scored = [(other, 1.0 - bits / PHASH_BITS) for other, bits in near if other != photo_id]
    return (await _shown(scored, deps))[:limit]


async def _shown(scored: list[tuple[PhotoId, float]], deps: Deps) -> list[Similar]:
    cards = {card.photo_id: card for card in await deps.store.cards([photo_id for photo_id, _ in scored])}
    return [Similar(**dict(cards[photo_id]), score=score) for photo_id, score in scored if photo_id in cards]
