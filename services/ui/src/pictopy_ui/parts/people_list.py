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


def unnamed(deps: Deps, *, seldom: bool = False) -> tuple[list[Person], bool] | None:
    """Most faces first, as many as were asked for, and whether there are more. `seldom`: with those seen once too."""
    found = _fetch(deps, st.session_state.get(_WANTED, PAGE), named=False, min_faces=1 if seldom else None)
    if found is None:
        return None
    return sorted(found.items, key=lambda person: -person.face_count), found.next is not None


def want_more() -> None:
    st.session_state[_WANTED] = st.session_state.get(_WANTED, PAGE) + PAGE


def _fetch(
    deps: Deps, wanted: int, *, named: bool | None, include_hidden: bool = False, min_faces: int | None = None
) -> Listing[Person] | None:
    def page(cursor: str | None) -> Listing[Person]:
        return deps.cluster.people(
            named=named,
            include_hidden=include_hidden,
            min_faces=min_faces,
            cursor=cursor,
            limit=min(AT_ONCE, wanted),
        )

    return gathered(page, lambda _, count: count >= wanted)
