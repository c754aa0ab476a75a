"""All that a person would miss of this service, as JSON."""

from collections import defaultdict

from pydantic import BaseModel

from pictopy_cluster.deciding import undone_ids
from pictopy_cluster.ports import Deps
from pictopy_cluster.records import Person, StoredFace
from pictopy_cluster.settling import statements
from pictopy_cluster.views import DecisionView, EventDetail, decision_view, event_detail
from pictopy_contracts.geometry import Box


class ExportedFace(BaseModel):
    photo_id: str
    box: Box
    source: str


class ExportedPerson(BaseModel):
    """`person_id`: of one that somebody spoke of; who is only alike has no id that would outlive a rebuild."""

    person_id: str | None
    name: str | None
    hidden: bool
    faces: list[ExportedFace]


class ExportView(BaseModel):
    people: list[ExportedPerson]
    decisions: list[DecisionView]
    events: list[EventDetail]
    rejected_faces: list[ExportedFace]


async def export(deps: Deps) -> ExportView:
    """In an order of its own making, so that the same library gives the same export after a rebuild."""
    gone = await deps.store.removed_photos()
    faces = sorted(await deps.store.faces(), key=lambda f: (f.photo_id, f.box.x1, f.box.y1, f.box.x2, f.box.y2))
    of_person: dict[str, list[ExportedFace]] = defaultdict(list)
    for face in faces:
        if face.person_id and face.photo_id not in gone:
            of_person[face.person_id].append(_exported(face))
    log = await deps.store.decisions()
    spoken_of = (await statements(deps, [decision for decision, _ in log])).spoken_of
    people = [_person(person, of_person[person.person_id], spoken_of) for person in await deps.store.list_people()]
    undone = undone_ids([decision for decision, _ in log])
    return ExportView(
        people=sorted(people, key=_order),
        decisions=[decision_view(decision, at, decision.decision_id in undone) for decision, at in log],
        events=[event_detail(event) for event in await deps.store.list_events(None)],
        rejected_faces=[_exported(face) for face in faces if not face.is_face and face.photo_id not in gone],
    )


def _person(person: Person, faces: list[ExportedFace], spoken_of: set[str]) -> ExportedPerson:
    known = person.person_id if person.person_id in spoken_of else None
    return ExportedPerson(person_id=known, name=person.name, hidden=person.hidden, faces=faces)


def _order(person: ExportedPerson) -> tuple[bool, str, str, list[str]]:
    """Named first, then by who or where they are."""
    return person.name is None, person.name or "", person.person_id or "", [repr(face) for face in person.faces[:1]]


def _exported(face: StoredFace) -> ExportedFace:
    return ExportedFace(photo_id=face.photo_id, box=face.box, source=face.source)
