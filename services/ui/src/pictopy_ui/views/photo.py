"""One photo: large, with its people, its facts, and what a person may change about it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pictopy_ui.answers import Face, Hit, Listing, PhotoFacts, Write
from pictopy_ui.domain.tiles import tile
from pictopy_ui.markup import gallery, notes, picture, work
from pictopy_ui.parts import nav, photo_form
from pictopy_ui.parts.canvas import canvas
from pictopy_ui.parts.trouble import act, ask, ask_quietly
from pictopy_ui.ports import Deps


def show(deps: Deps) -> None:
    photo_id = nav.asked("id")
    photo = ask(lambda: deps.ingest.photo(photo_id), None) if photo_id else None
    if photo is None:
        text = "It may have been removed, or the library is away."
        canvas(notes.empty("image_not_supported", "This photo cannot be shown", text), key="photo-none")
        return
    hit = ask_quietly(lambda: deps.search.photo(photo_id), None)
    _steps(photo_id)
    faces = _faces(deps, photo_id)
    large, side = st.columns([2.6, 1], gap="medium")
    with large:
        _stage(deps, photo, faces)
    with side:
        photo_form.show(deps, photo)
        _facts(deps, photo, hit, faces)
    _similar(deps, photo_id)
    _writes(deps, photo_id)


def _steps(photo_id: str) -> None:
    """To the neighbours in the grid one came from, also by arrow key."""
    before, after = nav.neighbours(photo_id)
    if before is None and after is None:
        return
    with st.container(horizontal=True, horizontal_alignment="right"):
        back = st.button(
            "Previous", icon=":material/arrow_back:", disabled=before is None, shortcut="Left", type="tertiary"
        )
        on = st.button(
            "Next", icon=":material/arrow_forward:", disabled=after is None, shortcut="Right", type="tertiary"
        )
    target = before if back else after if on else None
    if target:
        st.query_params["id"] = target
        st.rerun()


def _faces(deps: Deps, photo_id: str) -> tuple[Face, ...]:
    """With names: cluster may give only whose they are."""
    faces = ask_quietly(lambda: deps.cluster.faces_of_photo(photo_id), ())
    unknown = {face.person_id for face in faces if face.person_id and not face.name}
    people = {one: ask_quietly(partial(deps.cluster.person, one), None) for one in unknown}
    names = {one: person.name for one, person in people.items() if person}
    return tuple(face.model_copy(update={"name": face.name or names.get(face.person_id or "")}) for face in faces)


def _stage(deps: Deps, photo: PhotoFacts, faces: Sequence[Face]) -> None:
    original = deps.pictures.original(photo.photo_id)
    shape = picture.stage(photo, deps.pictures.preview(photo.photo_id), original, faces)
    nav.follow(canvas(shape + picture.download(original), key="photo-stage"))


def _facts(deps: Deps, photo: PhotoFacts, hit: Hit | None, faces: Sequence[Face]) -> None:
    title = hit.event_title if hit else None
    if hit and hit.event_id and not title:
        event = ask_quietly(partial(deps.cluster.event, hit.event_id), None)
        title = event.title if event else None
    tags = [tag.get("label", "") if isinstance(tag, dict) else str(tag) for tag in (hit.tags if hit else ())]
    labels = [*dict.fromkeys(tag for tag in (*tags, *photo.keywords) if tag)]
    shape = picture.tags(labels) + "<br>" * bool(labels) + picture.facts(photo, hit, title, faces)
    nav.follow(canvas(shape, key="photo-facts"))


def _similar(deps: Deps, photo_id: str) -> None:
    hits = ask_quietly(lambda: deps.search.similar(photo_id), ())
    if not hits:
        return
    st.subheader("Similar photos")
    ids = [hit.photo_id for hit in hits]
    facts = ask_quietly(lambda: deps.ingest.lookup(ids), {})
    tiles = [tile(hit, facts.get(hit.photo_id), deps.pictures.thumbnail(hit.photo_id)) for hit in hits]
    nav.follow(canvas(gallery.grid(tiles), key="photo-similar"), ids)


def _writes(deps: Deps, photo_id: str) -> None:
    """What PictoPy wrote into the files of this photo, and what it would write now."""
    with st.expander("What would be written into its files now", icon=":material/difference:"):
        plan = [item for item in ask_quietly(lambda: deps.exif.plan(photo_id), ()) if item.add or item.remove]
        if plan:
            canvas(picture.plan(plan), key="photo-plan")
        else:
            st.caption("Nothing: its files say all that they should.")
    ledger = ask_quietly(lambda: deps.exif.ledger(photo_id), Listing[Write]())
    if not ledger.items:
        return
    st.subheader("Written into its files")
    done = canvas(work.writes(ledger.items), key="photo-writes")
    if done and done.get("act") == "undo":
        act(lambda: deps.exif.undo(int(done["id"])), "Taken back: the file is as it was")
        st.rerun()
