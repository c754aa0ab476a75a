"""One event or trip: its name and its photos."""

import streamlit as st

from pictopy_ui.answers import Event, Hit
from pictopy_ui.domain.filters import Filters
from pictopy_ui.domain.tiles import hit_of
from pictopy_ui.domain.words import plural, shown, span_text
from pictopy_ui.markup import notes
from pictopy_ui.parts import grid, nav
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import act, ask, ask_quietly
from pictopy_ui.ports import Deps


def show(deps: Deps) -> None:
    event_id = nav.asked("id")
    event = ask(lambda: deps.cluster.event(event_id), None) if event_id else None
    if event is None:
        way = notes.note("", "events", "All events")
        text = "It may have been joined with another, or the service is away."
        nav.follow(canvas(notes.empty("event_busy", "This event cannot be shown", text, way), key="event-none"))
        return
    st.title(shown(event.title) or "Event")
    st.caption(" · ".join(_facts(event)))
    _rename(deps, event)
    shelf = grid.shelf_for(deps, Filters(event=event_id), f"event-{event_id}")
    if not shelf.hits and event.photo_ids:
        shelf.hits, shelf.next = _own(deps, event), None
    grid.show_shelf(deps, shelf)


def _facts(event: Event) -> list[str]:
    kind = "Trip" if event.kind == "trip" else "Event"
    facts = [kind, span_text(event.started_at_local, event.ended_at_local), plural(event.size, "photo")]
    return [*facts, shown(event.place)] if event.place else facts


def _rename(deps: Deps, event: Event) -> None:
    with st.popover("Rename", icon=":material/edit:"), st.form("event-rename", border=False):
        title = st.text_input("Name", value=shown(event.title), max_chars=200, help="Empty: the automatic name again")
        if st.form_submit_button("Save", type="primary"):
            act(lambda: deps.cluster.rename_event(event.event_id, title.strip()), "Renamed")
            st.rerun()


def _own(deps: Deps, event: Event) -> list[Hit]:
    """While search is away: the photos as the event itself knows them."""
    facts = ask_quietly(lambda: deps.ingest.lookup(event.photo_ids), {})
    return [hit_of(facts[photo_id]) for photo_id in event.photo_ids if photo_id in facts]
