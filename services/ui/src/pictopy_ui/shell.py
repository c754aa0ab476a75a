"""What stands around every page: the frame, the way from page to page, the style."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from pictopy_ui.parts import nav, trouble
from pictopy_ui.parts.canvas import asset
from pictopy_ui.ports import Deps
from pictopy_ui.views import (
    activity,
    albums,
    event,
    events,
    folders,
    library,
    memories,
    models,
    people,
    person,
    photo,
    search,
    story,
)

STATIC = Path(__file__).with_name("static")

Show = Callable[[Deps], None]

VISIBLE: dict[str, dict[str, tuple[str, str, Show]]] = {
    "Photos": {
        "library": ("Library", "photo_library", library.show),
        "search": ("Search", "search", search.show),
        "memories": ("Memories", "auto_awesome", memories.show),
        "people": ("People", "group", people.show),
        "events": ("Events", "event", events.show),
        "albums": ("Albums", "photo_album", albums.show),
    },
    "House": {
        "activity": ("Activity", "monitoring", activity.show),
        "models": ("Models", "neurology", models.show),
        "folders": ("Folders", "folder_open", folders.show),
    },
}
HIDDEN: dict[str, tuple[str, Show]] = {
    "photo": ("Photo", photo.show),
    "person": ("Person", person.show),
    "event": ("Event", event.show),
    "story": ("Story", story.show),
}


def show(deps: Deps, first: str = "library") -> None:
    """One run of whatever page the address names; `first` is the page without a name."""
    st.set_page_config(
        page_title="PictoPy", page_icon=str(STATIC / "icon.svg"), layout="wide", initial_sidebar_state=230
    )
    st.html(f"<style>{asset('page.css')}</style>")
    st.logo(str(STATIC / "logo.svg"), size="large", icon_image=str(STATIC / "icon.svg"))
    trouble.start_run()
    sections = {
        section: [_page(deps, name, title, run, first, icon) for name, (title, icon, run) in pages.items()]
        for section, pages in VISIBLE.items()
    }
    hidden = [_page(deps, name, title, run, first) for name, (title, run) in HIDDEN.items()]
    names = [*(name for pages in VISIBLE.values() for name in pages), *HIDDEN]
    made = [page for pages in (*sections.values(), hidden) for page in pages]
    nav.remember_pages(dict(zip(names, made, strict=True)))
    chosen = st.navigation({**sections, "": hidden})
    chosen.run()


def _page(deps: Deps, name: str, title: str, run: Show, first: str, icon: str = "") -> st.Page:
    return st.Page(
        partial(run, deps),
        title=title,
        icon=f":material/{icon}:" if icon else None,
        url_path=name,
        default=name == first,
        visibility="visible" if icon else "hidden",
    )
