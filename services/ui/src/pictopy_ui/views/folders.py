"""Which folders are read, and what PictoPy may write."""

import streamlit as st

from pictopy_ui.answers import Library, Policy
from pictopy_ui.domain.words import plain, plural
from pictopy_ui.markup import notes, work
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import act, ask
from pictopy_ui.ports import Deps

POLICIES = {
    "embedded_else_sidecar": "Into the photo where its format allows, else into a sidecar beside it",
    "embedded": "Only into the photo itself",
    "sidecar": "Only into a sidecar (.xmp) beside the photo",
    "off": "Nothing: keep names and events in PictoPy alone",
}
STATES = {"on": "Written", "confirmed": "Written once you confirmed it", "off": "Not written"}
CONCEPTS = {"event": "Events and trips", "time": "Corrected times", "machine_tags": "Tags made by models"}


def show(deps: Deps) -> None:
    st.title("Folders")
    libraries = ask(deps.ingest.libraries, None)
    if libraries is not None:
        if not libraries:
            text = "Name a folder on the machine that runs PictoPy. Photos are only read; nothing is moved or copied."
            canvas(notes.empty("create_new_folder", "No folder yet", text), key="no-folders")
        for library in libraries:
            _library(deps, library)
        _add(deps)
    _writing(deps)


def _library(deps: Deps, library: Library) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            st.markdown(f"**{plain(library.name or library.root)}**", width="stretch")
            counts = [plural(library.photo_count, "photo")] if library.photo_count is not None else []
            away = ["its folder is away at the moment"] if not library.is_reachable else []
            st.caption(" · ".join([plain(library.root), *counts, *away]))
        if st.button("Scan now", icon=":material/refresh:", key=f"scan-{library.library_id}"):
            act(lambda: deps.ingest.scan(library.library_id), "Looking through the folder")
        with st.popover("Remove", icon=":material/remove_circle:", key=f"remove-{library.library_id}"):
            st.write(
                "The photos stay in their folder. PictoPy forgets where they are; "
                "names and albums come back if you add it again."
            )
            if st.button("Remove it from PictoPy", type="primary", key=f"really-{library.library_id}"):
                act(lambda: deps.ingest.remove_library(library.library_id), "Removed")
                st.rerun()


def _add(deps: Deps) -> None:
    with st.form("folder-add", border=True):
        st.markdown("**Add a folder**")
        path, name = st.columns([3, 1])
        typed = path.text_input("Path on the machine that runs PictoPy", placeholder="/home/anna/Pictures")
        called = name.text_input("Name (optional)", placeholder="Family")
        is_asked = st.form_submit_button("Add", type="primary") and typed.strip()
        if is_asked and act(
            lambda: deps.ingest.add_library(typed.strip(), called.strip() or None), "Added: reading it"
        ):
            st.rerun()


def _writing(deps: Deps) -> None:
    policy = ask(deps.exif.policy, None)
    if policy is None:
        return
    st.subheader("What is written into your files")
    st.caption(
        "Only what you said yourself: names, event titles, captions, keywords, ratings. "
        "Each write is checked and can be undone in Activity."
    )
    options = list(dict.fromkeys([*POLICIES, policy.policy]))
    st.session_state["policy.kind"], st.session_state["policy.paused"] = policy.policy, policy.paused
    st.radio(
        "Write",
        options,
        format_func=lambda kind: POLICIES.get(kind, kind),
        key="policy.kind",
        label_visibility="collapsed",
        on_change=lambda: _send(deps),
    )
    st.toggle("Pause writing", key="policy.paused", on_change=lambda: _send(deps))
    _concepts(deps, policy)
    _dry_run(deps)


def _concepts(deps: Deps, policy: Policy) -> None:
    """What is written, one by one."""
    if not policy.concepts:
        return
    with st.expander("Choose what is written", icon=":material/checklist:"):
        columns = st.columns(3)
        for place, (name, state) in enumerate(policy.concepts.items()):
            key = f"concept.{name}"
            st.session_state[key] = state
            columns[place % 3].selectbox(
                CONCEPTS.get(name, name.replace("_", " ").capitalize()),
                list(dict.fromkeys([*STATES, state])),
                format_func=lambda one: STATES.get(one, one),
                key=key,
                on_change=lambda: _send(deps),
            )


def _dry_run(deps: Deps) -> None:
    with st.expander("What would be written now", icon=":material/difference:"):
        found = ask(deps.exif.dry_run, None)
        if found is None:
            return
        st.caption("Counts every change that is still to be made, in all folders. Nothing is written by it.")
        if st.button("Count", icon=":material/calculate:", disabled=found.running):
            act(deps.exif.start_dry_run, "Counting")
            st.rerun()
        if found.running:
            st.caption("Counting …")
        elif found.photos or found.refused:
            canvas(work.dry_run(found), key="dry-run")


def _send(deps: Deps) -> None:
    said = {
        key.removeprefix("concept."): st.session_state[key]
        for key in map(str, st.session_state)
        if key.startswith("concept.")
    }
    policy = Policy(policy=st.session_state["policy.kind"], paused=st.session_state["policy.paused"], concepts=said)
    act(lambda: deps.exif.set_policy(policy), "Saved")
