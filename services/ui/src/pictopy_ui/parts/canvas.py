"""The one element in which the pages draw their own HTML, and hear what was clicked in it."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

Act = Mapping[str, str]
"""What a person did: `act` and the values that the element carried."""


@cache
def asset(name: str) -> str:
    return files("pictopy_ui").joinpath("static", name).read_text(encoding="utf-8")


@cache
def _renderer() -> ComponentRenderer:
    return st.components.v2.component(
        "pictopy.canvas",
        html='<div class="canvas"></div>',
        css=asset("canvas.css"),
        js=asset("canvas.js"),
    )


def canvas(markup: str, key: str) -> Act | None:
    """Show escaped HTML; the answer is what was done in it since the last run, once."""
    result: Any = _renderer()(key=key, data={"html": markup}, on_act_change=_heard)
    return cast(Act | None, result.act)


def _heard() -> None:
    """Streamlit asks for a listener; the answer of `canvas` is enough for us."""


@cache
def _viewer() -> ComponentRenderer:
    return st.components.v2.component(
        "pictopy.story",
        html='<div class="viewer" tabindex="0" role="region" aria-roledescription="story"></div>',
        css=asset("story.css"),
        js=asset("story.js"),
    )


def story_viewer(story: Mapping[str, Any], key: str) -> bool:
    """`story`: id, title, slides of {src, alt, caption, reason}. True when it was closed."""
    result: Any = _viewer()(key=key, data=dict(story), on_close_change=_heard)
    return bool(result.close)
