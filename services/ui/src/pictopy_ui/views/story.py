"""One story, slide by slide, and why it was made."""

from functools import partial

import streamlit as st

from pictopy_ui.answers import Story
from pictopy_ui.domain.words import shown
from pictopy_ui.markup import cards, notes
from pictopy_ui.parts import nav
from pictopy_ui.parts.canvas import canvas, story_viewer
from pictopy_ui.parts.trouble import act, ask, ask_quietly
from pictopy_ui.ports import Deps

_SEEN = "pictopy.seen_stories"


def show(deps: Deps) -> None:
    story_id = nav.asked("id")
    story = ask(lambda: deps.memories.story(story_id), None) if story_id else None
    if story is None or not story.slides:
        way = notes.note("", "memories", "All memories")
        nav.follow(
            canvas(
                notes.empty("history", "This story cannot be shown", "It may have been made anew.", way), key="no-story"
            )
        )
        return
    _mark_seen(deps, story_id)
    if story_viewer(_told(deps, story), key=f"story-{story_id}"):
        _back(story)
    _verdicts(deps, story)
    with st.expander("Why am I seeing this?", icon=":material/help:"):
        canvas(cards.why(story) or notes.note("Nothing is said about this story."), key="story-why")
    ids = [slide.photo_id for slide in story.slides]
    nav.follow(canvas(cards.strip(story, deps.pictures), key="story-strip"), ids)


def _told(deps: Deps, story: Story) -> dict[str, object]:
    slides = [
        {
            "src": deps.pictures.preview(slide.photo_id),
            "alt": shown(slide.caption or story.title),
            "caption": shown(slide.caption or ""),
            "reason": shown("; ".join(slide.reasons)),
        }
        for slide in story.slides
    ]
    return {"id": story.story_id, "title": shown(story.title), "slides": slides}


def _mark_seen(deps: Deps, story_id: str) -> None:
    """Once a session."""
    seen: set[str] = st.session_state.setdefault(_SEEN, set())
    if story_id not in seen:
        seen.add(story_id)
        ask_quietly(lambda: deps.memories.seen(story_id), None)


def _verdicts(deps: Deps, story: Story) -> None:
    with st.container(horizontal=True, horizontal_alignment="center"):
        said = {
            "more": st.button("More like this", icon=":material/thumb_up:", type="tertiary"),
            "less": st.button("Less like this", icon=":material/thumb_down:", type="tertiary"),
            "hide": st.button("Never again", icon=":material/visibility_off:", type="tertiary"),
        }
    for verdict in (name for name, is_said in said.items() if is_said):
        if act(partial(deps.memories.feedback, story.story_id, verdict), "Noted") and verdict == "hide":
            _back(story)


def _back(story: Story) -> None:
    nav.go("memories", **({"day": story.day} if story.day else {}))
