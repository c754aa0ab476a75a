"""A grid of photos that grows while one scrolls."""

import time
from dataclasses import dataclass, field

import streamlit as st

from pictopy_ui.answers import By, Hit, PhotoFacts
from pictopy_ui.domain.filters import Filters
from pictopy_ui.domain.tiles import Tile, by_time, hit_of, tile
from pictopy_ui.markup import gallery
from pictopy_ui.parts import nav
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import ask, ask_quietly
from pictopy_ui.ports import Deps

PAGE = 60  # photos a request
FRESH_S = 20.0  # after that a run of the page asks again, so that an import in progress comes into sight
_SHELF = "pictopy.shelf"


@dataclass
class Shelf:
    """What was fetched for one view, kept over the runs of a page."""

    of: tuple[str, Filters]
    hits: list[Hit] = field(default_factory=list)
    facts: dict[str, PhotoFacts] = field(default_factory=dict)
    next: str | None = None
    understood: object = None
    by: By | None = None
    is_plain: bool = False
    """Out of ingest, because search is away."""
    fetched_at: float = 0.0


def forget() -> None:
    """After a change to photos: the next grid asks anew."""
    st.session_state.pop(_SHELF, None)


def shelf_for(deps: Deps, filters: Filters, key: str) -> Shelf:
    """The photos of this view, as many as were already in sight."""
    known: Shelf | None = st.session_state.get(_SHELF)
    is_same = known is not None and known.of == (key, filters)
    if known is not None and is_same and time.monotonic() - known.fetched_at < FRESH_S:
        return known
    shelf = Shelf(of=(key, filters), fetched_at=time.monotonic())
    wanted = len(known.hits) if known is not None and is_same else PAGE
    if not grow(deps, shelf) and filters.is_empty:
        shelf.is_plain = True
        grow(deps, shelf)
    while shelf.next and len(shelf.hits) < wanted and grow(deps, shelf):
        pass
    st.session_state[_SHELF] = shelf
    return shelf


def grow(deps: Deps, shelf: Shelf) -> bool:
    """Fetch one page more; False where it cannot be had."""
    grown = _from_ingest(deps, shelf) if shelf.is_plain else _from_search(deps, shelf)
    if not grown:
        shelf.next, shelf.fetched_at = None, 0.0
    return grown


def _from_search(deps: Deps, shelf: Shelf) -> bool:
    answer = ask(lambda: deps.search.search(shelf.of[1], shelf.next, PAGE), None)
    if answer is None:
        return False
    shelf.hits.extend(answer.items)
    shelf.next, shelf.understood = answer.next, answer.understood or shelf.understood
    shelf.by = answer.by or shelf.by
    ids = [hit.photo_id for hit in answer.items]
    shelf.facts |= ask_quietly(lambda: deps.ingest.lookup(ids), {}) if ids else {}
    return True


def _from_ingest(deps: Deps, shelf: Shelf) -> bool:
    answer = ask(lambda: deps.ingest.photos(shelf.next, PAGE), None)
    if answer is None:
        return False
    shelf.hits.extend(hit_of(photo) for photo in answer.items)
    shelf.facts |= {photo.photo_id: photo for photo in answer.items}
    shelf.next = answer.next
    return True


def show_shelf(deps: Deps, shelf: Shelf) -> None:
    """Draw it, and follow what is clicked."""
    shape = gallery.gallery(by_time(tiles_of(deps, shelf.hits, shelf.facts)), has_more=bool(shelf.next))
    act = canvas(shape, key=f"grid-{shelf.of[0]}")
    if act and act.get("act") == "more" and shelf.next:
        grow(deps, shelf)
        st.rerun()
    nav.follow(act, [hit.photo_id for hit in shelf.hits])


def tiles_of(deps: Deps, hits: list[Hit], facts: dict[str, PhotoFacts]) -> list[Tile]:
    return [tile(hit, facts.get(hit.photo_id), deps.pictures.thumbnail(hit.photo_id)) for hit in hits]


def ratios_of(deps: Deps, photo_ids: list[str]) -> dict[str, float]:
    """Shapes of photos, to cut faces out of them; empty while ingest is away."""
    wanted = sorted(set(photo_ids))
    facts = ask_quietly(lambda: deps.ingest.lookup(wanted), {}) if wanted else {}
    return {photo_id: photo.ratio for photo_id, photo in facts.items() if photo.ratio}
