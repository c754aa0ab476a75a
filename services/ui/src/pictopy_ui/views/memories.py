"""The stories of a day."""

from datetime import date

import streamlit as st

from pictopy_ui.domain.words import day_text
from pictopy_ui.markup import cards, notes
from pictopy_ui.parts import nav
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import act, ask
from pictopy_ui.ports import Deps


def show(deps: Deps) -> None:
    day = _day()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("Memories", width="content")
        st.session_state["memories.day"] = day
        st.date_input("Day", key="memories.day", on_change=_switch, label_visibility="collapsed", width=180)
    stories = ask(lambda: deps.memories.stories(day), None)
    if stories is None:
        return
    st.caption(day_text(day))
    if stories:
        nav.follow(canvas(cards.stories(stories, deps.pictures), key="stories"))
        return
    text = "Nothing in your photos fits this day yet. Stories are made once a day, or now if you like."
    canvas(notes.empty("auto_awesome", "A quiet day", text), key="no-stories")
    with st.container(horizontal_alignment="center"):
        if st.button("Look again", icon=":material/auto_awesome:") and act(
            lambda: deps.memories.build(day), "Looked again"
        ):
            st.rerun()


def _day() -> date:
    """Of the page's address, else today as the server's own calendar has it."""
    try:
        return date.fromisoformat(nav.asked("day"))
    except ValueError:
        return date.today()  # noqa: DTZ011  # a day of the wall calendar at home, not an instant


def _switch() -> None:
    st.query_params["day"] = st.session_state["memories.day"].isoformat()
