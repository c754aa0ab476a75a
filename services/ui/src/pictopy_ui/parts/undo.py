"""Each decision about people can be taken back at once."""

from typing import Any

import streamlit as st

from pictopy_ui.domain.words import plain
from pictopy_ui.parts.trouble import act
from pictopy_ui.ports import Deps

_LAST = "pictopy.last_decision"


def decide(deps: Deps, done: str, kind: str, **subject: Any) -> bool:
    """Send a decision and keep it in mind for the bar; `done` says it in words."""
    made: list[int] = []
    ok = act(lambda: made.append(deps.cluster.decide(kind, **subject).decision_id))
    if ok:
        st.session_state[_LAST] = (made[0], done)
    return ok


def bar(deps: Deps) -> None:
    """What was just done, with the way back."""
    last: tuple[int, str] | None = st.session_state.get(_LAST)
    if last is None:
        return
    decision_id, done = last
    with st.container(horizontal=True, vertical_alignment="center", key="undo-bar"):
        st.markdown(f":material/check: {plain(done)}")
        if decision_id and st.button("Undo", icon=":material/undo:", type="tertiary", key=f"undo-{decision_id}"):
            if act(lambda: deps.cluster.undo(decision_id), "Taken back"):
                st.session_state.pop(_LAST, None)
            st.rerun()
