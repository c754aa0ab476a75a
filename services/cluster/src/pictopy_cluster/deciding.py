"""What a person says becomes a row of the log, and the people follow at once."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pictopy_cluster.domain.names import name_key, person_of_face, printable
from pictopy_cluster.domain.people import ANCHORS
from pictopy_cluster.domain.statements import By, Decision
from pictopy_cluster.ports import Deps
from pictopy_cluster.records import Person
from pictopy_cluster.settling import settle_affected
from pictopy_cluster.stating import places_of, state_decision
from pictopy_runtime.errors import AppError

Said = Literal["name", "same", "not_same", "not_a_face", "hide", "show", "assign"]


@dataclass(frozen=True)
class Wish:
    """A decision as it is asked for. `merge`: yes, the person of that name is the same one."""

    kind: Said
    person_id: str | None = None
    other_person_id: str | None = None
    face_ids: tuple[str, ...] = ()
    name: str | None = None
    merge: bool = False


async def decide(wish: Wish, deps: Deps, by: By = "user") -> Decision:
    """Append it to the log and do outright what it says. Raises AppError 404, 409 or 422; then nothing is written."""
    async with deps.log_lock:
        decision = replace(await _RULES[wish.kind](wish, deps), by=by)
        return await _append(decision, decision, {}, deps)


async def undo(decision_id: int, deps: Deps) -> Decision:
    """As if it had never been said. Also an undo can be undone. Raises AppError 404 or 409."""
    async with deps.log_lock:
        log = {row.decision_id: row for row, _ in await deps.store.decisions()}
        if decision_id not in log:
            raise AppError(404, f"there is no decision {decision_id}")
        row = log[decision_id]
        if decision_id in undone_ids(list(log.values())):
            raise AppError(409, f"decision {decision_id} is undone already")
        hints = {face: person for person, faces in row.anchors.items() for face in faces}
        return await _append(Decision(0, "undo", undoes=decision_id), row, hints, deps)


def _in_force(log: list[Decision]) -> list[Decision]:
    """Undoing rows that are not undone themselves."""
    undone: set[int | None] = set()
    kept = []
    for row in sorted((row for row in log if row.kind == "undo"), key=lambda row: -row.decision_id):
        if row.decision_id not in undone:
            undone.add(row.undoes)
            kept.append(row)
    return kept


async def _append(decision: Decision, about: Decision, hints: Mapping[str, str], deps: Deps) -> Decision:
    decision, made_at = replace(decision, said_id=uuid.uuid4().hex), deps.now()
    places = await places_of(about, deps)
    async with deps.store.unit() as unit:
        number = await unit.add_decision(decision, made_at, {} if decision.undoes else places)
        decision = replace(decision, decision_id=number)
        await state_decision(unit, decision, made_at, places, about.said_id if decision.undoes else "")
    deps.people.mark()  # the row stands; the next run draws what follows, and makes good a failure from here on
    await settle_affected(deps, about, hints)
    return decision


async def _name(wish: Wish, deps: Deps) -> Decision:
    person, name = await _person(wish.person_id, deps), _clean(wish.name)
    other = await _named(name, deps) if name else None
    if other and other.person_id != person.person_id:
        if not wish.merge:
            raise AppError(409, f"{other.name} is already the name of person {other.person_id}; merge them?")
        return await _same(replace(wish, person_id=other.person_id, other_person_id=person.person_id), deps)
    return Decision(0, "name", person.person_id, name=name, anchors=await _all_faces(deps, person))


async def _same(wish: Wish, deps: Deps) -> Decision:
    kept, gone = await _person(wish.person_id, deps), await _person(wish.other_person_id, deps)
    if kept == gone:
        raise AppError(422, "that is one person already")
    return Decision(0, "same", kept.person_id, gone.person_id, anchors=await _all_faces(deps, kept, gone))


async def _not_same(wish: Wish, deps: Deps) -> Decision:
    person = await _person(wish.person_id, deps)
    if wish.face_ids:
        await _check_faces(wish.face_ids, deps)
        anchors = await _typical(deps, person, without=wish.face_ids)
        return Decision(0, "not_same", person.person_id, face_ids=wish.face_ids, anchors=anchors)
    other = await _person(wish.other_person_id, deps)
    if other == person:
        raise AppError(422, "a person cannot be told from itself; name the faces that are someone else's")
    anchors = await _typical(deps, person) | await _typical(deps, other)
    return Decision(0, "not_same", person.person_id, other.person_id, anchors=anchors)


async def _not_a_face(wish: Wish, deps: Deps) -> Decision:
    await _check_faces(wish.face_ids, deps)
    return Decision(0, "not_a_face", face_ids=wish.face_ids, anchors=await _left_behind(wish.face_ids, deps))


async def _hide_or_show(wish: Wish, deps: Deps) -> Decision:
    person = await _person(wish.person_id, deps)
    return Decision(0, wish.kind, person.person_id, anchors=await _typical(deps, person))


async def _assign(wish: Wish, deps: Deps) -> Decision:
    """To a person that is there, or to one of this name, who is made if need be."""
    await _check_faces(wish.face_ids, deps)
    name = _clean(wish.name)
    person = await _person(wish.person_id, deps) if wish.person_id else await _named(name, deps) if name else None
    anchors = await _left_behind(wish.face_ids, deps)
    if person:
        anchors |= await _typical(deps, person, without=wish.face_ids)
        return Decision(0, "assign", person.person_id, face_ids=wish.face_ids, anchors=anchors)
    if not name:
        raise AppError(422, "assign needs person_id or name")
    fresh = await _fresh_id(wish.face_ids, deps)
    return Decision(0, "assign", fresh, face_ids=wish.face_ids, name=name, anchors=anchors)


_RULES: dict[Said, Callable[[Wish, Deps], Awaitable[Decision]]] = {
    "name": _name,
    "same": _same,
    "not_same": _not_same,
    "not_a_face": _not_a_face,
    "hide": _hide_or_show,
    "show": _hide_or_show,
    "assign": _assign,
}


async def _person(person_id: str | None, deps: Deps) -> Person:
    """The person that is there under this id or that it was merged into."""
    if not person_id:
        raise AppError(422, "this decision needs person_id, and one about two people other_person_id as well")
    person = await deps.store.person(person_id)
    if person and person.merged_into:
        person = await deps.store.person(person.merged_into)
    if person is None or person.is_gone:
        raise AppError(404, f"there is no person {person_id}")
    return person


async def _check_faces(face_ids: tuple[str, ...], deps: Deps) -> None:
    if not face_ids:
        raise AppError(422, "this decision needs face_id or face_ids")
    found = await deps.store.faces_by_id(face_ids)
    if unknown := [face for face in face_ids if face not in found]:
        raise AppError(404, f"there is no face {unknown[0]}")


async def _named(name: str, deps: Deps) -> Person | None:
    people = await deps.store.list_people()
    return next((person for person in people if person.name and name_key(person.name) == name_key(name)), None)


def _clean(name: str | None) -> str | None:
    return printable(name) or None


async def _all_faces(deps: Deps, *people: Person) -> dict[str, tuple[str, ...]]:
    """Every face of these people: naming or merging them is a word about each of their faces."""
    return {
        person.person_id: tuple(face.face_id for face in await deps.store.every_face_of(person.person_id))
        for person in people
    }


async def _typical(deps: Deps, person: Person, without: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """The few surest faces, which stand for the person in decisions that are not about each of its faces."""
    faces = [face for face in await deps.store.every_face_of(person.person_id) if face.face_id not in without]
    surest = sorted(faces, key=lambda face: (face.source != "user", -face.confidence, -face.quality, face.face_id))
    return {person.person_id: tuple(face.face_id for face in surest[:ANCHORS])}


async def _left_behind(face_ids: tuple[str, ...], deps: Deps) -> dict[str, tuple[str, ...]]:
    """The named people that lose these faces, with faces that go on standing for them: their names stay."""
    faces = await deps.store.faces_by_id(face_ids)
    found: dict[str, tuple[str, ...]] = {}
    for person_id in sorted({face.person_id for face in faces.values() if face.person_id}):
        person = await deps.store.person(person_id)
        if person and person.name:
            found |= await _typical(deps, person, without=face_ids)
    return {person: anchors for person, anchors in found.items() if anchors}


async def _fresh_id(face_ids: tuple[str, ...], deps: Deps) -> str:
    attempt = 0
    while await deps.store.person(made := person_of_face(min(face_ids), attempt)):
        attempt += 1
    return made


def undone_ids(log: list[Decision]) -> set[int]:
    """Decisions that do not count any more."""
    return {row.undoes for row in _in_force(log) if row.undoes is not None}
