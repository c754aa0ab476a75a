"""People and events worked out anew from all that is known; only what differs is written and told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pictopy_cluster.domain.event_ids import event_ids
from pictopy_cluster.domain.happenings import Found, Happening, happenings
from pictopy_cluster.domain.moments import snap_of
from pictopy_cluster.domain.people import Assigned, assign, told
from pictopy_cluster.domain.statements import Decision, Statements, replay
from pictopy_cluster.ports import Deps, Unit
from pictopy_cluster.records import Person, StoredEvent, StoredFace, Tally
from pictopy_cluster.telling import tell_events, tell_people, tell_photos


async def settle_people(deps: Deps) -> None:
    """Run the whole clusterer; the caller is inside `deps.people.work()`.

    A decision that was made meanwhile outdates the outcome: nothing is written, and the decision's own mark makes
    another run due.
    """
    faces, log = await deps.store.faces(), await deps.store.decisions()
    said = await statements(deps, [decision for decision, _ in log])
    galleries, loose = await deps.galleries.load(faces, deps.workers.run)
    before = {face.face_id: face.person_id for face in faces if face.person_id}
    assigned = await deps.workers.run(assign, galleries, loose, said, before)
    changed = {face.face_id: assigned[face.face_id] for face in faces if assigned[face.face_id] != _now(face)}
    async with deps.log_lock:
        if len(await deps.store.decisions()) == len(log):
            await write_people(deps, changed, said, None)


async def settle_affected(deps: Deps, decision: Decision, hints: Mapping[str, str]) -> None:
    """What a decision says outright, for the faces and people that it is about; the next run draws what follows from
    it. hints: face to the person it goes back to, after an undo. The caller holds `deps.log_lock`."""
    said = await statements(deps, [row for row, _ in await deps.store.decisions()])
    people = {decision.person_id, decision.other_person_id, *decision.anchors, *hints.values()} - {None}
    faces = {face.face_id: face for person in people for face in await deps.store.every_face_of(str(person))}
    named = {*decision.face_ids, *hints} | {face for group in decision.anchors.values() for face in group}
    faces |= await deps.store.faces_by_id(sorted(named))
    outright = {face_id: told(face_id, said, hints.get(face_id, face.person_id)) for face_id, face in faces.items()}
    now = {face_id: replace(_now(face), confidence=0.0) for face_id, face in faces.items()}
    changed = {face_id: one for face_id, one in outright.items() if replace(one, confidence=0.0) != now[face_id]}
    touched = {str(person) for person in people} | {face.person_id for face in faces.values() if face.person_id}
    touched |= {one.person_id for one in changed.values() if one.person_id}
    await write_people(deps, changed, said, sorted(touched))


async def write_people(
    deps: Deps, changed: Mapping[str, Assigned], said: Statements, person_ids: Sequence[str] | None
) -> None:
    async with deps.store.unit() as unit:
        await tell_photos(unit, await unit.assign(changed) if changed else [])
        await refresh_people(unit, said, person_ids)


async def statements(deps: Deps, log: Sequence[Decision]) -> Statements:
    return replay(log, await deps.store.imported())


def _now(face: StoredFace) -> Assigned:
    return Assigned(face.person_id, face.source, face.confidence, face.is_face)


async def refresh_people(unit: Unit, said: Statements, person_ids: Sequence[str] | None) -> None:
    """Names, counts and covers of these, or of all, as they follow from the faces and the log."""
    known, tallies = await unit.people(person_ids), await unit.tallies(person_ids)
    changed: list[Person] = []
    for person_id in sorted({*known, *tallies}):
        old = known.get(person_id, Person(person_id))
        new = _refreshed(old, tallies.get(person_id), said)
        if new != old:
            changed.append(replace(new, revision=old.revision + 1))
    await unit.save_people(changed)
    await tell_people(unit, changed)


def _refreshed(old: Person, tally: Tally | None, said: Statements) -> Person:
    cover = old.cover_face_id
    if tally and cover not in tally.face_ids:
        cover = tally.best_face_id
    return replace(
        old,
        name=said.names.get(old.person_id) or (old.name if old.person_id in said.merged else None),
        name_source="file" if old.person_id in said.file_names else "user",
        hidden=old.person_id in said.hidden,
        face_count=tally.face_count if tally else 0,
        photo_count=tally.photo_count if tally else 0,
        cover_face_id=cover,
        merged_into=said.person(old.person_id) if old.person_id in said.merged else None,
        is_gone=tally is None,
    )


async def settle_events(deps: Deps) -> None:
    """The caller is inside `deps.events.work()`."""
    dated = [snap_of(row.photo_id, row.facts) for row in await deps.store.dated_photos() if row.facts]
    async with deps.store.unit() as unit:
        known = await unit.events()
    titled = {e.event_id: e for e in known.values() if e.user_title and e.happening.kind == "event"}
    photo_titled = {photo: event_id for event_id, event in titled.items() for photo in event.happening.photo_ids}
    found = await deps.workers.run(happenings, dated, photo_titled, deps.gazetteer.name_of)
    async with deps.store.unit() as unit:
        known = await unit.events()
        changed = _changed_events(known, found)
        await unit.save_events(changed)
        await tell_events(unit, changed)


def _changed_events(known: Mapping[str, StoredEvent], found: Sequence[Found]) -> list[StoredEvent]:
    """New, different and vanished ones, trips before their events."""
    trips = [one.trip for one in found if one.trip]
    trip_ids = dict(zip((trip.photo_ids for trip in trips), _ids("trip", trips, known), strict=True))
    pairs = [(trip, None) for trip in trips] + [
        (event, trip_ids[one.trip.photo_ids] if one.trip else None) for one in found for event in one.events
    ]
    ids = [*trip_ids.values(), *_ids("event", [event for one in found for event in one.events], known)]
    changed: list[StoredEvent] = []
    for event_id, (happening, trip_id) in zip(ids, pairs, strict=True):
        old = known.get(event_id, StoredEvent(event_id, happening, is_gone=True))
        new = replace(old, happening=happening, trip_id=trip_id, is_gone=False)
        if new != old:
            changed.append(replace(new, revision=old.revision + 1))
    gone = [event for event_id, event in known.items() if event_id not in set(ids) and not event.is_gone]
    return changed + [replace(event, is_gone=True, revision=event.revision + 1) for event in gone]


def _ids(kind: str, found: Sequence[Happening], known: Mapping[str, StoredEvent]) -> list[str]:
    own = sorted((e for e in known.values() if e.happening.kind == kind), key=lambda e: (not e.is_gone, e.event_id))
    photos = {event.event_id: event.happening.photo_ids for event in own}
    return event_ids(found, photos, sorted(event.event_id for event in own if event.user_title))
