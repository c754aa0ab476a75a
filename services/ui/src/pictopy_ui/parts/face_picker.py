"""Faces to pick, and what can be said about those that are picked."""

from collections.abc import Sequence

import streamlit as st

from pictopy_ui.answers import Face, Listing, Person
from pictopy_ui.domain.naming import meant
from pictopy_ui.domain.words import plural, shown
from pictopy_ui.markup import people as markup
from pictopy_ui.parts import grid, nav, undo
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.people_list import everybody
from pictopy_ui.ports import Deps

_PICKED = "pictopy.picked"


def show(deps: Deps, faces: Listing[Face], person: Person | None) -> None:
    """`person`: whose faces these are; None for loose ones."""
    of = person.person_id if person else ""
    known = {face.face_id for face in faces.items}
    picked = frozenset(st.session_state.get(_PICKED, {}).get(of, ())) & known
    _bar(deps, sorted(picked), person)
    ratios = grid.ratios_of(deps, [face.photo_id for face in faces.items])
    act = canvas(markup.faces(faces.items, picked, deps.pictures, ratios), key=f"faces-{of or 'loose'}")
    if act and act.get("act") == "pick":
        st.session_state[_PICKED] = {of: picked ^ {act["id"]}}
        st.rerun()
    nav.follow(act, [*dict.fromkeys(face.photo_id for face in faces.items)])


def _bar(deps: Deps, picked: Sequence[str], person: Person | None) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="face-bar"):
        hint = "Pick faces that are wrong here" if person else "Pick faces and say who it is"
        st.markdown(f"**{plural(len(picked), 'face')} picked**" if picked else hint)
        if person is not None:
            name = shown(person.name) if person.name else "this person"
            if st.button(f"Not {name}", icon=":material/person_remove:", disabled=not picked, key="faces-not"):
                done = f"{plural(len(picked), 'face')} taken from {name}"
                _say(deps, done, "not_same", picked, person_id=person.person_id)
        if st.button("Not a face", icon=":material/no_accounts:", disabled=not picked, key="faces-none"):
            _say(deps, f"{plural(len(picked), 'face')} set aside", "not_a_face", picked)
        _assign(deps, picked, person)


def _assign(deps: Deps, picked: Sequence[str], person: Person | None) -> None:
    """To somebody who has a name, or to a new one."""
    if not picked:
        return
    others = [
        other for other in everybody(deps, named=True) or [] if person is None or other.person_id != person.person_id
    ]
    names = [other.name or "" for other in others]
    name = st.selectbox(
        "Somebody else",
        names,
        index=None,
        accept_new_options=True,
        placeholder="It is somebody else: who?",
        label_visibility="collapsed",
        width=260,
        key=f"faces-who-{len(picked)}-{picked[0]}",
    )
    wish = meant(name or "", "", others)
    if wish is None:
        return
    target = {"person_id": wish.same_as.person_id} if wish.same_as else {"name": wish.name}
    _say(deps, f"{plural(len(picked), 'face')} given to {wish.name}", "assign", picked, **target)


def _say(deps: Deps, done: str, kind: str, picked: Sequence[str], **subject: str) -> None:
    if undo.decide(deps, done, kind, face_ids=list(picked), **subject):
        st.session_state.pop(_PICKED, None)
        st.rerun()
