"""From page to page, with the address telling where one is."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

import streamlit as st

from pictopy_ui.parts.canvas import Act

_PAGES = "pictopy.pages"
_STRIP = "pictopy.strip"


def remember_pages(pages: Mapping[str, st.Page]) -> None:
    st.session_state[_PAGES] = dict(pages)


def go(page: str, **query: str) -> NoReturn:
    """Open another page; what follows in this run is dropped."""
    st.switch_page(st.session_state[_PAGES][page], query_params=query)


def follow(act: Act | None, strip: Sequence[str] = ()) -> None:
    """Follow a clicked link; `strip`: the photos among which one can then step to and fro."""
    if not act or act.get("act") != "go":
        return
    if act.get("page") == "photo":
        st.session_state[_STRIP] = tuple(strip)
    go(act["page"], **{name: value for name, value in act.items() if name not in {"act", "page"}})


def neighbours(photo_id: str) -> tuple[str | None, str | None]:
    """The photos before and after this one in the grid from which it was opened."""
    strip: tuple[str, ...] = st.session_state.get(_STRIP, ())
    if photo_id not in strip:
        return None, None
    at = strip.index(photo_id)
    return (strip[at - 1] if at else None), (strip[at + 1] if at + 1 < len(strip) else None)


def query_of_page() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def asked(name: str) -> str:
    """One value of the page's address, or empty."""
    return st.query_params.get(name, "")
