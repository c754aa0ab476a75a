"""One box for natural words."""

from dataclasses import replace

import streamlit as st

from pictopy_ui.answers import Facets
from pictopy_ui.domain.understood import chips
from pictopy_ui.domain.words import plural
from pictopy_ui.markup import notes
from pictopy_ui.parts import filter_bar, grid
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import ask_quietly
from pictopy_ui.ports import Deps

WAYS = {"pictures": "Search by picture", "words": "Word search"}
HINT = "Try a name, a place, a year, what is in the picture, or all at once: “Anna beach 2023”."


def show(deps: Deps) -> None:
    filters = filter_bar.current()
    st.title("Search")
    st.session_state["search.text"] = filters.text
    st.text_input(
        "Search your photos",
        key="search.text",
        type="search",
        placeholder="Anna at the beach, summer 2023",
        icon=":material/search:",
        label_visibility="collapsed",
        on_change=_apply,
    )
    if filters.is_empty:
        _invite(deps)
        return
    filter_bar.chips(Facets(), replace(filters, text=""), "search-chips")
    shelf = grid.shelf_for(deps, filters, "search")
    canvas(notes.chips(chips(shelf.understood)), key="search-understood")
    if shelf.by and shelf.by.why:
        st.caption(f"{WAYS.get(shelf.by.mode, shelf.by.mode)}: {shelf.by.why}")
    if shelf.hits:
        total = ask_quietly(lambda: deps.search.facets(filters), Facets()).total
        if total is not None:
            st.caption(plural(total, "photo"))
        grid.show_shelf(deps, shelf)
    elif shelf.fetched_at:
        canvas(notes.empty("search_off", "Nothing found", HINT), key="search-none")


def _apply() -> None:
    filter_bar.put(replace(filter_bar.current(), text=st.session_state["search.text"].strip()))


def _invite(deps: Deps) -> None:
    """What one could look for, out of what there is."""
    facets = ask_quietly(lambda: deps.search.facets(filter_bar.current()), Facets())
    words = [facet.text for facet in (*facets.people[:6], *facets.places[:4], *facets.tags[:10])]
    st.caption(HINT)
    chosen = st.pills("Ideas", words, key="search.idea", label_visibility="collapsed") if words else None
    if chosen:
        filter_bar.put(replace(filter_bar.current(), text=chosen))
        st.rerun()
