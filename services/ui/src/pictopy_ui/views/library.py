"""All photos, newest first, with a timeline to jump along and filters to narrow."""

from dataclasses import replace

import streamlit as st

from pictopy_ui.answers import Activity, Facets
from pictopy_ui.domain import progress, timeline
from pictopy_ui.domain.filters import Filters
from pictopy_ui.domain.words import plural
from pictopy_ui.markup import gallery, notes
from pictopy_ui.markup.text import link
from pictopy_ui.parts import filter_bar, grid, nav
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import ask, ask_quietly
from pictopy_ui.ports import Deps


def show(deps: Deps) -> None:
    filters, at = filter_bar.current(), nav.asked("at")
    facets = ask_quietly(lambda: deps.search.facets(filters), Facets())
    _head(facets, filters)
    shelf = grid.shelf_for(deps, _from(filters, at), "library")
    _news(deps)
    if not shelf.hits:
        _empty(deps, filters)
        return
    _scrubber(deps, filters, at)
    grid.show_shelf(deps, shelf)


def _head(facets: Facets, filters: Filters) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("Library", width="content")
        filter_bar.popover(facets, filters)
    filter_bar.chips(facets, filters, "library-chips")


def _news(deps: Deps) -> None:
    """One line while photos are still being worked on."""
    activity = ask_quietly(deps.ingest.activity, Activity())
    if activity.scanning or progress.waiting(activity):
        nav.follow(canvas(notes.note(progress.headline(activity), "activity", "Activity"), key="library-news"))


def _scrubber(deps: Deps, filters: Filters, at: str) -> None:
    buckets = ask_quietly(lambda: deps.search.timeline(filters), ())
    act = canvas(gallery.scrubber(timeline.bars(buckets), at), key="library-scrubber")
    if act and act.get("act") == "jump":
        filter_bar.put(filters, **({"at": act["key"]} if act["key"] != at else {}))
        st.rerun()
    if at and st.button(f"From {timeline.title_of(at)} back · show newest", icon=":material/close:", type="tertiary"):
        filter_bar.put(filters)
        st.rerun()


def _from(filters: Filters, at: str) -> Filters:
    """The grid starts at the chosen month and goes back in time."""
    if not at:
        return filters
    until = timeline.last_day(at)
    return replace(filters, until=min(until, filters.until) if filters.until else until)


def _empty(deps: Deps, filters: Filters) -> None:
    libraries = ask(deps.ingest.libraries, None)
    if libraries is None:
        return
    if not libraries:
        text = "Point PictoPy at a folder of photos. It only reads them; they stay where they are."
        way = link("folders", "Add a folder", css="first")
        nav.follow(canvas(notes.empty("photo_library", "Your photos will live here", text, way), key="library-empty"))
    elif filters.is_empty:
        names = plural(len(libraries), "folder")
        text = f"{names} added. Photos appear here as soon as the first ones are read."
        nav.follow(
            canvas(
                notes.empty("hourglass_top", "Almost there", text, link("activity", "Watch the progress")),
                key="library-wait",
            )
        )
    else:
        canvas(
            notes.empty("filter_alt_off", "Nothing fits", "No photo matches all of these filters. Take one away."),
            key="library-none",
        )
