"""People, faces, decisions, events and the change of models over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from pictopy_cluster import changing_models, deciding
from pictopy_cluster.exporting import ExportView, export
from pictopy_cluster.naming_events import retitle
from pictopy_cluster.ports import Deps
from pictopy_cluster.records import Person, StoredFace
from pictopy_cluster.restoring import restore
from pictopy_cluster.views import (
    ConflictView,
    DecisionIn,
    DecisionView,
    EventDetail,
    ModelChangeView,
    Page,
    PersonView,
    RestoredView,
    RestoreIn,
    TitleIn,
    decision_view,
    event_detail,
    event_view,
    face_view,
    model_change_view,
    person_view,
)
from pictopy_runtime.errors import AppError
from pictopy_runtime.http import deps_of

router = APIRouter(prefix="/v1")
DepsOf = Annotated[Deps, Depends(deps_of)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0)]


@router.get("/people", tags=["people"])
async def list_people(
    deps: DepsOf,
    cursor: Offset = 0,
    limit: Limit = 100,
    include_hidden: bool = False,
    named: bool | None = None,
    min_faces: int | None = None,
) -> Page:
    """Named people first, then by size. `min_faces` holds for people without a name."""
    least = deps.settings.min_faces_shown if min_faces is None else min_faces
    people = [
        person
        for person in await deps.store.list_people()
        if (include_hidden or not person.hidden)
        and (named is None or named == bool(person.name))
        and (person.name or person.face_count >= least)
    ]
    part = people[cursor : cursor + limit]
    covers = await deps.store.faces_by_id([person.cover_face_id for person in part if person.cover_face_id])
    return _page([person_view(person, covers) for person in part], cursor, limit, len(people))


@router.get("/people/{person_id}", tags=["people"])
async def get_person(person_id: str, deps: DepsOf) -> PersonView:
    """A person that was merged answers with `merged_into`."""
    person = await _person(person_id, deps)
    covers = await deps.store.faces_by_id([person.cover_face_id] if person.cover_face_id else [])
    return person_view(person, covers)


@router.get("/people/{person_id}/faces", tags=["people"])
async def faces_of_person(person_id: str, deps: DepsOf, cursor: str = "", limit: Limit = 100) -> Page:
    await _person(person_id, deps)
    return await _faces_page(await deps.store.faces_of_person(person_id, cursor, limit), limit, deps)


@router.get("/photos/{photo_id}/faces", tags=["people"])
async def faces_of_photo(photo_id: str, deps: DepsOf) -> Page:
    return await _faces_page(await deps.store.faces_of_photo(photo_id), 0, deps)


@router.get("/faces/unassigned", tags=["people"])
async def unassigned_faces(deps: DepsOf, cursor: str = "", limit: Limit = 100) -> Page:
    """Faces that look like nobody else's."""
    return await _faces_page(await deps.store.unassigned_faces(cursor, limit), limit, deps)


@router.post("/decisions", tags=["decisions"], status_code=201)
async def post_decision(body: DecisionIn, deps: DepsOf) -> DecisionView:
    """Said, and the people follow before this answers. 409: the name belongs to another person; say `merge`."""
    decision = await deciding.decide(body.wish(), deps)
    return decision_view(decision, deps.now(), undone=False)


@router.get("/decisions", tags=["decisions"])
async def list_decisions(deps: DepsOf, cursor: Offset = 0, limit: Limit = 100) -> Page:
    """The whole log, newest first."""
    log = list(reversed(await deps.store.decisions()))
    undone = deciding.undone_ids([decision for decision, _ in log])
    part = log[cursor : cursor + limit]
    items = [decision_view(decision, made_at, decision.decision_id in undone) for decision, made_at in part]
    return _page(items, cursor, limit, len(log))


@router.post("/decisions/{decision_id}/undo", tags=["decisions"], status_code=201)
async def undo_decision(decision_id: int, deps: DepsOf) -> DecisionView:
    decision = await deciding.undo(decision_id, deps)
    return decision_view(decision, deps.now(), undone=False)


@router.get("/events", tags=["events"])
async def list_events(deps: DepsOf, kind: str | None = None, cursor: Offset = 0, limit: Limit = 100) -> Page:
    """Newest first. kind: event or trip."""
    events = await deps.store.list_events(kind)
    return _page([event_view(event) for event in events[cursor : cursor + limit]], cursor, limit, len(events))


@router.get("/events/{event_id}", tags=["events"])
async def get_event(event_id: str, deps: DepsOf) -> EventDetail:
    event = await deps.store.event(event_id)
    if event is None or event.is_gone:
        raise AppError(404, f"there is no event {event_id}")
    return event_detail(event)


@router.patch("/events/{event_id}", tags=["events"])
async def patch_event(event_id: str, body: TitleIn, deps: DepsOf) -> EventDetail:
    return event_detail(await retitle(event_id, body.title.strip() or None, deps))


@router.get("/export", tags=["export"])
async def get_export(deps: DepsOf) -> ExportView:
    """All that a person would miss."""
    return await export(deps)


@router.post("/restore", tags=["export"])
async def post_restore(body: RestoreIn, deps: DepsOf) -> RestoredView:
    """Statements out of a journal taken back, before or after their photos come; what is known is skipped."""
    restored = await restore(body.items, deps)
    return RestoredView(restored=restored, skipped=len(body.items) - restored)


@router.get("/conflicts", tags=["export"])
async def list_conflicts(deps: DepsOf, cursor: Offset = 0, limit: Limit = 100) -> Page:
    """Names over faces that another program changed, and which of the two counts, newest first."""
    found = await deps.store.conflicts(cursor, limit + 1)
    items = [ConflictView(**vars(one)) for one in found[:limit]]
    return Page(items=items, next=str(cursor + limit) if len(found) > limit else None)


@router.get("/model-change", tags=["models"])
async def get_model_change(deps: DepsOf) -> ModelChangeView:
    """Which face model makes the people, which one is next, and how far that is."""
    return model_change_view(*await changing_models.progress_of(deps))


@router.post("/model-change/swap", tags=["models"])
async def post_swap(deps: DepsOf) -> ModelChangeView:
    """To the next model at once; it happens by itself unless a swap was taken back. 409: photos still wait."""
    await changing_models.swap(deps)
    return await get_model_change(deps)


@router.post("/model-change/back", tags=["models"])
async def post_back(deps: DepsOf) -> ModelChangeView:
    """To the model before. 409: there is none."""
    await changing_models.take_back(deps)
    return await get_model_change(deps)


async def _person(person_id: str, deps: Deps) -> Person:
    person = await deps.store.person(person_id)
    if person is None or (person.is_gone and not person.merged_into):
        raise AppError(404, f"there is no person {person_id}")
    return person


async def _faces_page(faces: list[StoredFace], limit: int, deps: Deps) -> Page:
    more = str(faces[-1].face_id) if limit and len(faces) == limit else None
    return Page(items=[face_view(face) for face in faces], next=more)


def _page(items: Sequence[object], cursor: int, limit: int, total: int) -> Page:
    return Page(items=list(items), next=str(cursor + limit) if cursor + limit < total else None)
