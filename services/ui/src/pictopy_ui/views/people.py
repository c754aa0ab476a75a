"""Everybody in the photos: who has no name yet first, the most seen before the rest."""

import streamlit as st

from pictopy_ui.answers import Face, Listing, Models, Person
from pictopy_ui.domain.naming import meant
from pictopy_ui.markup import notes
from pictopy_ui.markup import people as markup
from pictopy_ui.parts import face_picker, grid, nav, undo
from pictopy_ui.parts.canvas import Act, canvas
from pictopy_ui.parts.people_list import everybody, unnamed, want_more
from pictopy_ui.parts.trouble import ask, ask_quietly
from pictopy_ui.ports import Deps

VIEWS = {"": "Everybody", "hidden": "Hidden", "loose": "Loose faces"}


def show(deps: Deps) -> None:
    st.title("People")
    view = nav.asked("show") if nav.asked("show") in VIEWS else ""
    _views(view)
    undo.bar(deps)
    if view == "loose":
        _loose(deps)
    elif view == "hidden":
        _hidden(deps)
    else:
        _everybody(deps)


def _views(view: str) -> None:
    st.session_state["people.view"] = view
    st.segmented_control(
        "Show",
        list(VIEWS),
        format_func=lambda name: VIEWS[name],
        key="people.view",
        required=True,
        label_visibility="collapsed",
        on_change=_switch,
    )


def _switch() -> None:
    view = st.session_state["people.view"]
    st.query_params.from_dict({"show": view} if view else {})


def _everybody(deps: Deps) -> None:
    named = everybody(deps, named=True)
    without = unnamed(deps, seldom=nav.asked("seldom") == "true")
    if named is None or without is None:
        return
    nameless, has_more = without
    if not named and not nameless:
        _nobody(deps)
        return
    if nameless:
        st.subheader("Who are these?")
        _cards(deps, nameless, named, "people-unnamed")
        if has_more:
            st.button("Show more", key="people-more", on_click=want_more)
    _seldom()
    if named:
        st.subheader("Named")
        _cards(deps, named, named, "people-named")


def _seldom() -> None:
    """Most strangers pass once through a picture; they are shown when asked for."""
    st.session_state["people.seldom"] = nav.asked("seldom") == "true"
    st.toggle(
        "With people who were seen only once or twice",
        key="people.seldom",
        on_change=lambda: st.query_params.from_dict({"seldom": "true"} if st.session_state["people.seldom"] else {}),
    )


def _hidden(deps: Deps) -> None:
    found = everybody(deps, include_hidden=True)
    hidden = [person for person in found or () if person.hidden]
    if hidden:
        _cards(deps, hidden, [person for person in found or () if person.name], "people-hidden")
    elif found is not None:
        canvas(
            notes.empty("visibility_off", "Nobody is hidden", "Whom you hide on their page is kept here."),
            key="people-none-hidden",
        )


def _loose(deps: Deps) -> None:
    faces = ask(deps.cluster.unassigned, Listing[Face]())
    if not faces.items:
        canvas(
            notes.empty("mood", "No loose faces", "Every face that is clear enough belongs to somebody."),
            key="people-no-loose",
        )
        return
    st.caption(
        "Faces that belong to nobody yet: too small, too blurred, or seen only once. Pick some and say who it is."
    )
    face_picker.show(deps, faces, None)


def _cards(deps: Deps, persons: list[Person], named: list[Person], key: str) -> None:
    ratios = grid.ratios_of(deps, [person.cover.photo_id for person in persons if person.cover])
    names = [person.name for person in named if person.name]
    act = canvas(markup.people(persons, deps.pictures, ratios, names), key=key)
    if act and act.get("act") == "name":
        _name(deps, act, named)
    nav.follow(act)


def _name(deps: Deps, act: Act, named: list[Person]) -> None:
    """A name somebody else bears joins the two."""
    wish = meant(act.get("value", ""), act["id"], named)
    if wish is None:
        return
    if wish.same_as:
        done = f"Joined with {wish.name}"
        undo.decide(deps, done, "same", person_id=wish.same_as.person_id, other_person_id=act["id"])
    else:
        undo.decide(deps, f"Named {wish.name}", "name", person_id=act["id"], name=wish.name)
    st.rerun()


def _nobody(deps: Deps) -> None:
    models = ask_quietly(deps.vision.models, Models())
    task = models.tasks.get("faces")
    if task is not None and not task.on:
        text = "No model that finds faces is installed, so nobody was found. All else works."
        way = notes.note("", "models", "Get the models")
        nav.follow(canvas(notes.empty("group", "Nobody here yet", text, way), key="people-no-model"))
        return
    text = "Faces are gathered into people while your photos are read."
    nav.follow(
        canvas(
            notes.empty("group", "Nobody here yet", text, notes.note("", "activity", "Watch the progress")),
            key="people-none",
        )
    )
