"""The HTTP API of search."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from pictopy_contracts.ids import PhotoId
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of
from pictopy_search import changes
from pictopy_search.domain import cursor as cursors
from pictopy_search.domain.answers import Answer, BucketCount, By, Card, Detail, Facets, Hit, ModelChange
from pictopy_search.domain.cursor import Cursor
from pictopy_search.domain.filters import BadQuery, Filters, Order
from pictopy_search.domain.query import Understood, Vocabulary, narrowed, understand, words_only
from pictopy_search.meant import with_meaning
from pictopy_search.params import MAX_LIMIT, FilterParams, SearchParams, TimelineParams
from pictopy_search.ports import Deps
from pictopy_search.similar import SimilarPhotos, similar_to

router = APIRouter(prefix="/v1", tags=["search"])
DepsOf = Annotated[Deps, Depends(deps_of)]


class Part(Answer):
    """One part of `q` and what it was taken for; the UI shows it as a chip."""

    kind: str
    text: str
    values: tuple[str, ...]


class Page(Answer):
    items: tuple[Card, ...]
    next: str | None
    understood: tuple[Part, ...]
    by: By | None
    """How the words of the query were compared with photos; null where there are none."""


class Timeline(Answer):
    items: tuple[BucketCount, ...]
    next: None = None
    total: int


@router.get("/search")
async def search(params: Annotated[SearchParams, Query()], deps: DepsOf) -> Page:
    """A page of photos for which everything asked for holds."""
    filters, parts, by = await _asked(params, deps)
    order = _order(params.order, filters)
    after = _after(params.cursor, order)
    hits = await deps.store.search(filters, order, after, params.limit + 1)
    shown = hits[: params.limit]
    return Page(
        items=tuple(hit.card for hit in shown),
        next=_next(order, shown[-1]) if len(hits) > params.limit else None,
        understood=tuple(Part(kind=p.meaning.kind, text=p.text, values=p.meaning.values) for p in parts),
        by=by,
    )


@router.get("/facets")
async def facets(params: Annotated[FilterParams, Query()], deps: DepsOf) -> Facets:
    """How many photos of these have which person, tag, event, camera, year, kind and place."""
    return await deps.store.facets((await _asked(params, deps))[0])


@router.get("/timeline")
async def timeline(params: Annotated[TimelineParams, Query()], deps: DepsOf) -> Timeline:
    """How many photos of these are of which year, month or day; newest first."""
    buckets = await deps.store.timeline((await _asked(params, deps))[0], params.bucket)
    return Timeline(items=tuple(buckets), total=sum(bucket.count for bucket in buckets))


@router.get("/photos/{photo_id}")
async def photo(photo_id: str, deps: DepsOf) -> Detail:
    """Everything that is known of one photo."""
    return await _known(photo_id, deps)


@router.get("/photos/{photo_id}/similar")
async def similar(photo_id: str, deps: DepsOf, limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 40) -> SimilarPhotos:
    """Photos that look like this one, the most similar first."""
    known = await _known(photo_id, deps)
    return await similar_to(known.photo_id, limit, deps)


@router.get("/model-change")
async def model_change(deps: DepsOf) -> ModelChange:
    """How far a change of the model that compares whole pictures is."""
    return await changes.report(deps)


@router.post("/model-change/swap")
async def swap_models(deps: DepsOf) -> ModelChange:
    """The next model answers from now on, whether or not it has seen all photos."""
    return await changes.swap(deps)


@router.post("/model-change/back")
async def take_models_back(deps: DepsOf) -> ModelChange:
    """The model before answers again, until one says `swap`."""
    return await changes.take_back(deps)


async def _known(photo_id: str, deps: Deps) -> Detail:
    found = None if "\x00" in photo_id else await deps.store.photo(PhotoId(photo_id))
    if found is None:
        raise AppError(404, f"no photo {photo_id} is known here")
    return found


async def _asked(params: FilterParams, deps: Deps) -> tuple[Filters, tuple[Understood, ...], By | None]:
    try:
        filters = params.filters()
    except BadQuery as error:
        raise AppError(422, str(error)) from error
    if not (params.understand and params.q):
        parts = words_only(params.q)
        return narrowed(filters, parts), parts, None
    parts = understand(params.q, await _vocabulary(deps))
    meant, by = await with_meaning(narrowed(filters, parts), deps)
    return meant, parts, by


async def _vocabulary(deps: Deps) -> Vocabulary:
    return Vocabulary.of(await deps.store.names(), await deps.store.places())


def _order(order: Order | None, filters: Filters) -> Order:
    """Without words nothing is more relevant than another; with words that is what a person expects."""
    if filters.terms:
        return order or ("newest" if filters.among is None else "relevance")
    return "newest" if order in (None, "relevance") else order


def _after(text: str | None, order: Order) -> Cursor | None:
    try:
        return cursors.decode(text, order) if text else None
    except BadQuery as error:
        raise AppError(422, str(error)) from error


def _next(order: Order, last: Hit) -> str:
    return cursors.encode(Cursor(order, last.at, last.card.photo_id, last.score))
