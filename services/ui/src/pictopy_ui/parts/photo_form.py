"""What a person may say about a photo; each change is sent at once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import streamlit as st

from pictopy_ui.answers import PhotoFacts
from pictopy_ui.domain.words import shown
from pictopy_ui.parts import grid
from pictopy_ui.parts.trouble import act, ask_quietly
from pictopy_ui.ports import Deps

PLACES = ("location", "city", "country")


def show(deps: Deps, photo: PhotoFacts) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _favourite(deps, photo)
        _rating(deps, photo)
    _text(deps, photo, "title", photo.title, "Title")
    _text(deps, photo, "caption", photo.caption, "Caption")
    _keywords(deps, photo)
    _albums(deps, photo)
    _when_and_where(deps, photo)
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


def _albums(deps: Deps, photo: PhotoFacts) -> None:
    """A new name makes a new album."""
    albums = {shown(album.name): album.album_id for album in ask_quietly(deps.ingest.albums, ())}
    mine = [shown(name) for name in photo.albums]
    key = _put("albums", photo, mine)

    def send() -> None:
        wanted = st.session_state[key]
        for name in wanted:
            if name not in mine:
                act(lambda: _put_in(deps, albums.get(name), name, photo.photo_id))  # noqa: B023  # called at once
        for name in mine:
            if name not in wanted and name in albums:
                act(lambda: deps.ingest.change_album(albums[name], remove=[photo.photo_id]))  # noqa: B023  # at once, too
        grid.forget()

    st.multiselect(
        "Albums",
        list(dict.fromkeys([*mine, *albums])),
        key=key,
        accept_new_options=True,
        placeholder="Add to an album",
        on_change=send,
    )


def _put_in(deps: Deps, album_id: str | None, name: str, photo_id: str) -> None:
    deps.ingest.change_album(album_id or deps.ingest.add_album(name).album_id, add=[photo_id])


def _when_and_where(deps: Deps, photo: PhotoFacts) -> None:
    """What the camera did not know, or got wrong."""
    with st.popover("Correct time and place", icon=":material/edit_calendar:"), st.form(f"when-{photo.photo_id}"):
        taken = photo.taken_at_local
        day = st.date_input("Day", value=taken.date() if taken else None, min_value=date(1826, 1, 1))
        clock = st.time_input("Time", value=taken.time() if taken else None, step=60)
        names = {name: st.text_input(name.capitalize(), shown(getattr(photo, name) or "")) for name in PLACES}
        if not st.form_submit_button("Save", type="primary"):
            return
        changes: dict[str, Any] = {
            name: said or None for name, said in names.items() if said != shown(getattr(photo, name) or "")
        }
        if day and clock and (taken is None or datetime.combine(day, clock) != taken.replace(second=0, microsecond=0)):
            changes["taken_at_local"] = datetime.combine(day, clock).isoformat()
        if changes:
            _edit(deps, photo, **changes)
            st.rerun()


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
