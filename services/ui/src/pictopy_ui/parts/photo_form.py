"""What a person may say about a photo; each change is sent at once."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pictopy_ui.answers import PhotoFacts
from pictopy_ui.domain.words import shown
from pictopy_ui.parts import grid
from pictopy_ui.parts.trouble import act
from pictopy_ui.ports import Deps


def show(deps: Deps, photo: PhotoFacts) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _favourite(deps, photo)
        _rating(deps, photo)
    _text(deps, photo, "title", photo.title, "Title")
    _text(deps, photo, "caption", photo.caption, "Caption")
    _keywords(deps, photo)
    key = _put("hidden", photo, photo.hidden)
    st.toggle("Hide from library and memories", key=key, on_change=_sender(deps, photo, "hidden", key))


def _favourite(deps: Deps, photo: PhotoFacts) -> None:
    st.button(
        "Favourite",
        icon=":material/favorite:" if photo.favourite else ":material/favorite_border:",
        type="primary" if photo.favourite else "secondary",
        key=f"favourite-{photo.photo_id}",
        on_click=lambda: _edit(deps, photo, favourite=not photo.favourite),
    )


def _rating(deps: Deps, photo: PhotoFacts) -> None:
    """Stars 1..5; the widget counts from 0."""
    key = _put("rating", photo, photo.rating - 1 if photo.rating and photo.rating > 0 else None)

    def send() -> None:
        stars = st.session_state[key]
        _edit(deps, photo, rating=None if stars is None else stars + 1)

    st.feedback("stars", key=key, on_change=send)


def _text(deps: Deps, photo: PhotoFacts, name: str, value: str | None, label: str) -> None:
    key = _put(name, photo, shown(value or ""))
    show_box: Callable[..., Any] = st.text_area if name == "caption" else st.text_input
    more = {"height": 84} if name == "caption" else {}
    show_box(label, key=key, placeholder=f"Add a {name}", on_change=_sender(deps, photo, name, key), **more)


def _keywords(deps: Deps, photo: PhotoFacts) -> None:
    words = [shown(word) for word in photo.keywords]
    key = _put("keywords", photo, words)
    st.multiselect(
        "Keywords",
        words,
        key=key,
        accept_new_options=True,
        placeholder="Add keywords",
        on_change=_sender(deps, photo, "keywords", key),
    )


def _put(name: str, photo: PhotoFacts, value: object) -> str:
    """The service's word stands in the widget at each run."""
    key = f"photo.{name}.{photo.photo_id}"
    st.session_state[key] = value
    return key


def _sender(deps: Deps, photo: PhotoFacts, name: str, key: str) -> Callable[[], None]:
    """An emptied box says «none»."""
    return lambda: _edit(deps, photo, **{name: None if st.session_state[key] == "" else st.session_state[key]})


def _edit(deps: Deps, photo: PhotoFacts, **changes: Any) -> None:
    if act(lambda: deps.ingest.edit(photo.photo_id, changes), "Saved"):
        grid.forget()
