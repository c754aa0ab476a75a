"""One person: the name, the faces, and every correction."""

import streamlit as st

from pictopy_ui.answers import Person
from pictopy_ui.domain.naming import meant, name_of
from pictopy_ui.domain.words import plural, shown
from pictopy_ui.markup import notes
from pictopy_ui.markup import people as markup
from pictopy_ui.parts import face_picker, grid, nav, undo
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.paging import first_pages
from pictopy_ui.parts.people_list import everybody
from pictopy_ui.parts.trouble import ask
from pictopy_ui.ports import Deps

_PAGES = "pictopy.face_pages"


def show(deps: Deps) -> None:
    person_id = nav.asked("id")
    person = ask(lambda: deps.cluster.person(person_id), None) if person_id else None
    if person is None:
        text = "They may have been joined with somebody else, or the service is away."
        way = notes.note("", "people", "All people")
        nav.follow(canvas(notes.empty("person_off", "This person cannot be shown", text, way), key="person-none"))
        return
    if person.merged_into and person.merged_into != person_id:
        nav.go("person", id=person.merged_into)
    ratios = grid.ratios_of(deps, [person.cover.photo_id] if person.cover else [])
    canvas(markup.heading(person, deps.pictures, ratios), key="person-head")
    undo.bar(deps)
    _deeds(deps, person)
    _faces(deps, person)


def _deeds(deps: Deps, person: Person) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"person.name.{person.person_id}"
        st.session_state[key] = shown(person.name or "")
        st.text_input(
            "Name", key=key, placeholder="Who is this?", width=280, on_change=lambda: _name(deps, person, key)
        )
        if st.button("All photos", icon=":material/photo_library:"):
            nav.go("library", person=person.person_id)
        _merge(deps, person)
        if person.hidden:
            if st.button("Show again", icon=":material/visibility:"):
                undo.decide(deps, "Shown again", "show", person_id=person.person_id)
                st.rerun()
        elif st.button("Hide", icon=":material/visibility_off:"):
            undo.decide(deps, "Hidden", "hide", person_id=person.person_id)
            st.rerun()


def _name(deps: Deps, person: Person, key: str) -> None:
    wish = meant(st.session_state[key], person.person_id, everybody(deps, named=True) or ())
    if wish is None and person.name:
        undo.decide(deps, f"{person.name} has no name any more", "name", person_id=person.person_id)
    elif wish and wish.same_as:
        undo.decide(
            deps, f"Joined with {wish.name}", "same", person_id=wish.same_as.person_id, other_person_id=person.person_id
        )
    elif wish and wish.name != person.name:
        undo.decide(deps, f"Named {wish.name}", "name", person_id=person.person_id, name=wish.name)


def _merge(deps: Deps, person: Person) -> None:
    with st.popover("Join with…", icon=":material/merge:"):
        st.caption("Both become one person. It can be undone at any time.")
        others = {
            other.person_id: other
            for other in (*(everybody(deps, named=True) or ()), *(everybody(deps, named=False) or ()))
            if other.person_id != person.person_id
        }
        chosen = st.selectbox(
            "Who is the same person?",
            list(others),
            index=None,
            format_func=lambda person_id: (
                f"{shown(name_of(others[person_id]))} · {plural(others[person_id].face_count, 'face')}"
            ),
            key=f"merge-{person.person_id}",
        )
        if not chosen:
            return
        other = others[chosen]
        canvas(markup.heading(other, deps.pictures, {}), key="merge-other")
        if st.button("Join them", type="primary"):
            _join(deps, person, other)


def _join(deps: Deps, person: Person, other: Person) -> None:
    """The one with a name stays."""
    kept, gone = (person, other) if person.name or not other.name else (other, person)
    if undo.decide(
        deps, f"Joined into {name_of(kept)}", "same", person_id=kept.person_id, other_person_id=gone.person_id
    ):
        nav.go("person", id=kept.person_id)


def _faces(deps: Deps, person: Person) -> None:
    st.subheader("Faces")
    pages: dict[str, int] = st.session_state.setdefault(_PAGES, {})
    count = pages.get(person.person_id, 1)
    faces = first_pages(lambda cursor: deps.cluster.faces_of_person(person.person_id, cursor), count)
    if faces is None:
        return
    face_picker.show(deps, faces, person)
    if faces.next and st.button("Show more", key="faces-more"):
        pages[person.person_id] = count + 1
        st.rerun()
