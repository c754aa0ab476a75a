"""Lists of people."""

import streamlit as st

from pictopy_ui.answers import Listing, Person
from pictopy_ui.parts.paging import gathered
from pictopy_ui.ports import Deps

PAGE = 36  # unnamed people a look
AT_ONCE = 200  # people a request
MOST = 5000  # named people are wanted all, to offer their names; no family has more
_WANTED = "pictopy.people_wanted"


def everybody(deps: Deps, *, named: bool | None = None, include_hidden: bool = False) -> list[Person] | None:
    """The whole list by name; None while it cannot be had."""
    found = _fetch(deps, MOST, named=named, include_hidden=include_hidden)
    return None if found is None else sorted(found.items, key=lambda person: (person.name or "").casefold())


def unnamed(deps: Deps) -> tuple[list[Person], bool] | None:
    """Most faces first, as many as were asked for, and whether there are more."""
    found = _fetch(deps, st.session_state.get(_WANTED, PAGE), named=False)
    if found is None:
        return None
    return sorted(found.items, key=lambda person: -person.face_count), found.next is not None


def want_more() -> None:
    st.session_state[_WANTED] = st.session_state.get(_WANTED, PAGE) + PAGE


def _fetch(deps: Deps, wanted: int, *, named: bool | None, include_hidden: bool = False) -> Listing[Person] | None:
    def page(cursor: str | None) -> Listing[Person]:
        limit = min(AT_ONCE, wanted)
        return deps.cluster.people(named=named, include_hidden=include_hidden, cursor=cursor, limit=limit)

    return gathered(page, lambda _, count: count >= wanted)
