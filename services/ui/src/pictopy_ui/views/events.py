"""What happened: events and trips, newest first."""

import streamlit as st

from pictopy_ui.markup import cards, notes
from pictopy_ui.parts import nav
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.paging import first_pages
from pictopy_ui.ports import Deps

KINDS = {"": "All", "trip": "Trips", "event": "Events"}
_PAGES = "pictopy.event_pages"


def show(deps: Deps) -> None:
    st.title("Events")
    kind = nav.asked("kind") if nav.asked("kind") in KINDS else ""
    st.session_state["events.kind"] = kind
    st.segmented_control(
        "Show",
        list(KINDS),
        format_func=lambda name: KINDS[name],
        key="events.kind",
        required=True,
        label_visibility="collapsed",
        on_change=_switch,
    )
    found = first_pages(lambda cursor: deps.cluster.events(kind or None, cursor), st.session_state.get(_PAGES, 1))
    if found is None:
        return
    if not found.items:
        text = "Events come by themselves out of when and where your photos were taken."
        nav.follow(
            canvas(
                notes.empty("event", "No events yet", text, notes.note("", "activity", "Watch the progress")),
                key="no-events",
            )
        )
        return
    nav.follow(canvas(cards.events(found.items, deps.pictures), key="events"))
    if found.next and st.button("Show more"):
        st.session_state[_PAGES] = st.session_state.get(_PAGES, 1) + 1
        st.rerun()


def _switch() -> None:
    kind = st.session_state["events.kind"]
    st.query_params.from_dict({"kind": kind} if kind else {})
