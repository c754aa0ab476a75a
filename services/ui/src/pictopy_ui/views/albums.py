"""Albums: photos that somebody put together."""

from functools import partial

import streamlit as st

from pictopy_ui.answers import Album
from pictopy_ui.domain.words import shown
from pictopy_ui.markup import cards, notes
from pictopy_ui.parts import nav
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import act, ask, ask_quietly
from pictopy_ui.ports import Deps


def show(deps: Deps) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("Albums", width="content")
        _new(deps)
    albums = ask(deps.ingest.albums, None)
    if albums is None:
        return
    if not albums:
        text = "Make one here, or name one on the page of a photo. Albums are written into the photos, too."
        canvas(notes.empty("photo_album", "No albums yet", text), key="no-albums")
        return
    ordered = sorted(albums, key=lambda album: album.name.casefold())
    photos = {album.album_id: ask_quietly(partial(deps.ingest.album_photos, album.album_id), ()) for album in ordered}
    covers = {album_id: ids[0] for album_id, ids in photos.items() if ids}
    nav.follow(canvas(cards.albums(ordered, covers, deps.pictures), key="albums"))
    _change(deps, ordered)


def _new(deps: Deps) -> None:
    with st.popover("New album", icon=":material/add:"), st.form("album-new", border=False):
        name = st.text_input("Name").strip()
        if st.form_submit_button("Make it", type="primary") and name and act(lambda: deps.ingest.add_album(name)):
            st.rerun()


def _change(deps: Deps, albums: list[Album]) -> None:
    with st.expander("Rename or remove an album", icon=":material/edit:"):
        chosen = st.selectbox("Album", albums, index=None, format_func=lambda album: shown(album.name))
        if chosen is None:
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input("New name", shown(chosen.name), key=f"album-{chosen.album_id}").strip()
            if st.button("Rename", disabled=not name or name == chosen.name):
                act(lambda: deps.ingest.rename_album(chosen.album_id, name), "Renamed")
                st.rerun()
            if st.button("Remove", icon=":material/delete:", help="The photos stay where they are."):
                act(lambda: deps.ingest.remove_album(chosen.album_id), "Removed; its photos stay")
                st.rerun()
