"""A service that is away is a box on the page, never the end of it."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from pictopy_ui.domain.progress import SERVICES
from pictopy_ui.markup import notes
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.ports import BackendError, Refused

T = TypeVar("T")
U = TypeVar("U")
_TOLD = "pictopy.told"


def start_run() -> None:
    """Each service is named once in a run of a page."""
    st.session_state[_TOLD] = set()


def ask(question: Callable[[], T], otherwise: U) -> T | U:
    """The answer, or `otherwise` under a box that says who is away and what still works."""
    try:
        return question()
    except BackendError as error:
        tell(error)
        return otherwise


def ask_quietly(question: Callable[[], T], otherwise: U) -> T | U:
    """For what is only an ornament of the page: it is left out where it cannot be had."""
    try:
        return question()
    except BackendError:
        return otherwise


def act(deed: Callable[[], object], done: str = "") -> bool:
    """Do what a person asked for, and say how it went."""
    try:
        deed()
    except BackendError as error:
        tell(error, once=False)
        return False
    if done:
        st.toast(done)
    return True


def tell(error: BackendError, *, once: bool = True) -> None:
    told: set[str] = st.session_state.setdefault(_TOLD, set())
    if once and error.service in told:
        return
    told.add(error.service)
    title, still = SERVICES.get(error.service, (error.service, ""))
    if isinstance(error, Refused):
        st.error(f"{title}: {error.detail}", icon=":material/error:")
        return
    canvas(notes.trouble(title, still, error.detail), key=f"trouble-{error.service}-{len(told)}-{once}")
