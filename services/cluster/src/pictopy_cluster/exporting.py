"""All that a person would miss of this service, as JSON."""

from collections import defaultdict

from pydantic import BaseModel

from pictopy_cluster.deciding import undone_ids
from pictopy_cluster.ports import Deps
from pictopy_cluster.views import DecisionView, EventDetail, FaceView, decision_view, event_detail, face_view
from pictopy_contracts.geometry import Box


class ExportedFace(BaseModel):
    photo_id: str
    box: Box
    source: str


class ExportedPerson(BaseModel):
    person_id: str
    name: str | None
    hidden: bool
    faces: list[ExportedFace]


class ExportView(BaseModel):
    people: list[ExportedPerson]
    decisions: list[DecisionView]
    events: list[EventDetail]
    rejected_faces: list[ExportedFace]


async def export(deps: Deps) -> ExportView:
    faces = await deps.store.faces()
    of_person: dict[str, list[ExportedFace]] = defaultdict(list)
    for face in faces:
        if face.person_id:
            of_person[face.person_id].append(_exported(face_view(face)))
    log = await deps.store.decisions()
    undone = undone_ids([decision for decision, _ in log])
    return ExportView(
        people=[
            ExportedPerson(person_id=p.person_id, name=p.name, hidden=p.hidden, faces=of_person[p.person_id])
            for p in await deps.store.list_people()
        ],
        decisions=[decision_view(decision, at, decision.decision_id in undone) for decision, at in log],
        events=[event_detail(event) for event in await deps.store.list_events(None)],
        rejected_faces=[_exported(face_view(face)) for face in faces if not face.is_face],
    )


def _exported(face: FaceView) -> ExportedFace:
    return ExportedFace(photo_id=face.photo_id, box=face.box, source=face.source)
