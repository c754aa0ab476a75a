"""The HTTP API of search."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from pictopy_contracts.ids import PhotoId
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of
from pictopy_search.domain import cursor as cursors
from pictopy_search.domain.answers import Answer, BucketCount, Card, Detail, Facets, Hit
from pictopy_search.domain.cursor import Cursor
from pictopy_search.domain.filters import BadQuery, Filters, Order
from pictopy_search.domain.query import Understood, Vocabulary, narrowed, understand, words_only
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


class Timeline(Answer):
    items: tuple[BucketCount, ...]
    next: None = None
    total: int


@router.get("/search")
async def search(params: Annotated[SearchParams, Query()], deps: DepsOf) -> Page:
    """A page of photos for which everything asked for holds."""
    filters, parts = await _asked(params, deps)
    order = _order(params.order, filters)
    after = _after(params.cursor, order)
    hits = await deps.store.search(filters, order, after, params.limit + 1)
    shown = hits[: params.limit]
    return Page(
        items=tuple(hit.card for hit in shown),
        next=_next(order, shown[-1]) if len(hits) > params.limit else None,
        understood=tuple(Part(kind=p.meaning.kind, text=p.text, values=p.meaning.values) for p in parts),
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


async def _known(photo_id: str, deps: Deps) -> Detail:
    found = None if "\x00" in photo_id else await deps.store.photo(PhotoId(photo_id))
    if found is None:
        raise AppError(404, f"no photo {photo_id} is known here")
    return found


async def _asked(params: FilterParams, deps: Deps) -> tuple[Filters, tuple[Understood, ...]]:
    try:
        filters = params.filters()
    except BadQuery as error:
        raise AppError(422, str(error)) from error
    parts = understand(params.q, await _vocabulary(deps)) if params.understand and params.q else words_only(params.q)
    return narrowed(filters, parts), parts


async def _vocabulary(deps: Deps) -> Vocabulary:
    return Vocabulary.of(await deps.store.names(), await deps.store.places())


def _order(order: Order, filters: Filters) -> Order:
    """Without words nothing is more relevant than another."""
    return "newest" if order == "relevance" and not filters.terms else order


def _after(text: str | None, order: Order) -> Cursor | None:
    try:
        return cursors.decode(text, order) if text else None
    except BadQuery as error:
        raise AppError(422, str(error)) from error


def _next(order: Order, last: Hit) -> str:
    return cursors.encode(Cursor(order, last.at, last.card.photo_id, last.score))
