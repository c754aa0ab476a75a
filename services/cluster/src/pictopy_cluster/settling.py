"""People and events worked out anew from all that is known; only what differs is written and told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pictopy_cluster.domain.event_ids import event_ids
from pictopy_cluster.domain.happenings import Found, Happening, happenings
from pictopy_cluster.domain.model_change import ModelChange
from pictopy_cluster.domain.moments import snap_of
from pictopy_cluster.domain.people import Assigned, Gallery, assign, told
from pictopy_cluster.domain.statements import Decision, Statements, replay
from pictopy_cluster.ports import Deps, Unit
from pictopy_cluster.records import Person, StoredEvent, StoredFace, Tally
from pictopy_cluster.stating import state_events, state_what_was_said_before
from pictopy_cluster.telling import tell_events, tell_people, tell_photos


async def settle_people(deps: Deps) -> None:
    """Run the whole clusterer; the caller is inside `deps.people.work()`.

    Where every photo has the next model's embeddings, they make the people from this run on: the swap is part of the
    transaction that writes them. A decision or a message about models that came meanwhile outdates the outcome: nothing
    is written, and its own mark makes another run due.
    """
    await state_what_was_said_before(deps)
    change, log = await deps.store.change(), await deps.store.decisions()
    model = change.target(await deps.store.progress(change)) if change.next or change.wanted else change.active
    faces, gone = await deps.store.faces(), await deps.store.removed_photos()
    said = await statements(deps, [decision for decision, _ in log])
    gallery = await _gallery(model, [face for face in faces if face.photo_id not in gone], deps)
    loose = [face.face_id for face in faces if not gallery or face.face_id not in gallery.places]
    before = {face.face_id: face.person_id for face in faces if face.person_id}
    assigned = await deps.workers.run(assign, [gallery] if gallery else [], loose, said, before)
    changed = _changes(faces, assigned, set(loose))
    async with deps.log_lock:
        if len(await deps.store.decisions()) != len(log) or await deps.store.change() != change:
            return
        done = change.swapped(model, deps.now()) if model and (model != change.active or change.wanted) else change
        await write_people(deps, changed, said, None, done if done != change else None)
    await _tidy(done, deps)


async def _gallery(model: str | None, faces: Sequence[StoredFace], deps: Deps) -> Gallery | None:
    if model is None:
        return None
    return await deps.galleries.load(model, faces, await deps.store.embedded(model), deps.workers.run)


def _changes(
    faces: Sequence[StoredFace], assigned: Mapping[str, Assigned], loose: Collection[str]
) -> dict[str, Assigned]:
    """What differs from before; how sure it is says nothing of a face that was not compared."""
    changed: dict[str, Assigned] = {}
    for face in faces:
        new, now = assigned[face.face_id], _now(face)
        if face.face_id in loose:
            new = replace(new, confidence=now.confidence if new.source == "auto" else new.confidence)
        if new != now:
            changed[face.face_id] = new
    return changed


async def _tidy(change: ModelChange, deps: Deps) -> None:
    """Embeddings that nobody will ask for again go; those of a model at rest leave only the memory."""
    if change.kept is not None and (others := await deps.galleries.others(change.kept)):
        async with deps.store.unit() as unit:
            await unit.forget_embedded(sorted(change.kept))
        await deps.galleries.drop(others)
    deps.galleries.rest([change.active] if change.active else [])


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
    deps: Deps,
    changed: Mapping[str, Assigned],
    said: Statements,
    person_ids: Sequence[str] | None,
    change: ModelChange | None = None,
) -> None:
    async with deps.store.unit() as unit:
        if change:
            await unit.save_change(change)
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
    spoken_of = said.spoken_of if person_ids is None else set()
    for person_id in sorted({*known, *tallies, *spoken_of}):
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
    photo_titled = {photo: event_id for event_id, event in sorted(titled.items()) for photo in event.stated_photos}
    found = await deps.workers.run(happenings, dated, photo_titled, deps.gazetteer.name_of)
    async with deps.store.unit() as unit:
        known = await unit.events()
        changed = _changed_events(known, found)
        await unit.save_events(changed)
        await tell_events(unit, changed)
        await state_events(unit, [event for event in changed if is_news(known.get(event.event_id), event)])


def is_news(old: StoredEvent | None, new: StoredEvent) -> bool:
    """Whether the journal should hear of it: what it is called by a person, by which photo it goes, that it is gone."""
    return old is None or (old.user_title, old.anchor, old.is_gone) != (new.user_title, new.anchor, new.is_gone)


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
        anchor = old.anchor if old.anchor in happening.photo_ids else min(happening.photo_ids)
        new = replace(old, happening=happening, trip_id=trip_id, is_gone=False, anchor=anchor)
        if new != old:
            changed.append(replace(new, revision=old.revision + 1))
    gone = [event for event_id, event in known.items() if event_id not in set(ids) and not event.is_gone]
    return changed + [replace(event, is_gone=True, revision=event.revision + 1) for event in gone]


def _ids(kind: str, found: Sequence[Happening], known: Mapping[str, StoredEvent]) -> list[str]:
    own = sorted((e for e in known.values() if e.happening.kind == kind), key=lambda e: (not e.is_gone, e.event_id))
    photos = {event.event_id: event.stated_photos or event.happening.photo_ids for event in own}
    titled = sorted(event.event_id for event in own if event.user_title)
    anchors = {event.event_id: event.anchor for event in own if event.is_restored and not event.user_title}
    return event_ids(found, photos, titled, anchors)
