"""Messages in, state and messages out, on fakes: twice is once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pictopy_cluster.consumers import (
    on_photo_added,
    on_photo_analysed,
    on_photo_analysed_dead,
    on_photo_changed,
    on_photo_removed,
)
from pictopy_cluster.debounce import Debounce
from pictopy_cluster.deciding import Wish, decide
from pictopy_cluster.domain.people import assign
from pictopy_cluster.fake_deps import arrive, fake_deps
from pictopy_cluster.fakes import FakeStore
from pictopy_cluster.loops import backlog
from pictopy_cluster.made_up import NOON, analysed, box, people, photo
from pictopy_cluster.ports import Deps
from pictopy_cluster.settling import settle_events, settle_people
from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import (
    ClusterFinished,
    EventChanged,
    Message,
    NamedRegion,
    PersonChanged,
    PhotoAdded,
    PhotoChanged,
    PhotoPeopleAssigned,
    PhotoRemoved,
)
from pictopy_runtime.workers import Workers

NAMES = ["anna"] * 4 + ["ben"] * 4 + ["lone"]


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def deps(store: FakeStore) -> Deps:
    return fake_deps(store)


def partition(store: FakeStore) -> set[frozenset[str]]:
    groups: dict[str | None, set[str]] = {}
    for face in store.tables.faces.values():
        groups.setdefault(face.person_id, set()).add(face.photo_id)
    return {frozenset(group) for group in groups.values()}


def last(store: FakeStore, kind: type[Message]) -> Message:
    return [message for message in store.published if isinstance(message, kind)][-1]


PEOPLE = {frozenset({"p0", "p1", "p2", "p3"}), frozenset({"p4", "p5", "p6", "p7"}), frozenset({"p8"})}


async def test_faces_become_people_and_are_told(deps: Deps, store: FakeStore) -> None:
    """After a run each photo says whose its face is, and each person how many faces it has."""
    await arrive(deps, NAMES)
    await settle_people(deps)
    assert partition(store) == PEOPLE
    told = {m.person_id: m.face_count for m in store.published if isinstance(m, PersonChanged)}
    assert sorted(told.values()) == [4, 4]
    assert {m.photo_id for m in store.published if isinstance(m, PhotoPeopleAssigned)} == {f"p{n}" for n in range(9)}


@pytest.mark.parametrize("order", [list(range(8, -1, -1)), [4, 0, 8, 5, 1, 6, 2, 7, 3]])
async def test_order_of_arrival_plays_no_part(deps: Deps, store: FakeStore, order: list[int]) -> None:
    """The same photos in another order make the same people."""
    await arrive(deps, NAMES, order)
    await settle_people(deps)
    assert partition(store) == PEOPLE


async def test_handlers_twice_are_once(deps: Deps, store: FakeStore) -> None:
    """Each message delivered again changes nothing and tells nothing new."""
    await arrive(deps, NAMES)
    await settle_people(deps)
    await on_photo_removed(PhotoRemoved(photo_id=PhotoId("p8"), revision=2), deps)
    before, told = store.tables, len(store.published)
    await on_photo_removed(PhotoRemoved(photo_id=PhotoId("p8"), revision=2), deps)
    await arrive(deps, NAMES)
    await settle_people(deps)
    assert store.tables.faces == before.faces
    assert store.tables.people == before.people
    assert store.tables.photos == before.photos
    assert len(store.published) == told


async def test_a_run_with_nothing_new_tells_nothing(deps: Deps, store: FakeStore) -> None:
    """Only differences are written and published."""
    await arrive(deps, NAMES)
    await settle_people(deps)
    told = len(store.published)
    await settle_people(deps)
    assert len(store.published) == told


async def test_an_analysis_finishes_the_stage_in_its_own_transaction(deps: Deps, store: FakeStore) -> None:
    """Also a photo without faces is done; one that is given up is failed with its reason."""
    await on_photo_analysed(analysed("empty", []), deps)
    done = last(store, ClusterFinished)
    assert isinstance(done, ClusterFinished)
    assert (done.photo_id, done.stage, done.status, done.model_version) == ("empty", "cluster", "done", "v1")
    await on_photo_analysed_dead(analysed("bad", []), "broken", 5, deps)
    failed = last(store, ClusterFinished)
    assert isinstance(failed, ClusterFinished)
    assert (failed.status, failed.reason, failed.attempts) == ("failed", "broken", 5)


async def test_an_older_analysis_is_ignored(deps: Deps, store: FakeStore) -> None:
    """What vision saw before the stored look does not replace it."""
    embeddings = people(["anna", "ben"])
    await on_photo_analysed(analysed("p", list(embeddings), NOON), deps)
    await on_photo_analysed(analysed("p", [], NOON - timedelta(hours=1)), deps)
    assert len(store.tables.faces) == 2


async def test_a_new_look_keeps_ids_and_drops_what_is_gone(deps: Deps, store: FakeStore) -> None:
    """The face in the same box keeps its id; one that is not seen any more goes, unless a person spoke of it."""
    embeddings = people(["anna", "ben"])
    await on_photo_analysed(analysed("p", list(embeddings)), deps)
    kept = sorted(store.tables.faces.values(), key=lambda face: face.box.x1)[0].face_id
    await on_photo_analysed(analysed("p", [embeddings[0]], NOON + timedelta(hours=1)), deps)
    assert list(store.tables.faces) == [kept]


async def test_a_clear_face_is_guessed_at_once(deps: Deps, store: FakeStore) -> None:
    """A face very near to a known person has it before the next run."""
    embeddings = people(["anna"] * 6, spread=0.2)
    for n in range(5):
        await on_photo_analysed(analysed(f"p{n}", [embeddings[n]]), deps)
    await settle_people(deps)
    await on_photo_analysed(analysed("p5", [embeddings[5]]), deps)
    person_ids = {face.person_id for face in store.tables.faces.values()}
    assert len(person_ids) == 1
    assert None not in person_ids


async def test_removed_photos_are_hidden_and_come_back(deps: Deps, store: FakeStore) -> None:
    """A person counts only faces in photos that are there; nothing is forgotten."""
    await arrive(deps, NAMES)
    await settle_people(deps)
    anna = store.tables.faces[next(f for f, face in store.tables.faces.items() if face.photo_id == "p0")].person_id
    await on_photo_removed(PhotoRemoved(photo_id=PhotoId("p0"), revision=2), deps)
    await settle_people(deps)
    assert store.tables.people[anna or ""].face_count == 3
    await on_photo_changed(PhotoChanged(photo=photo("p0", 0, revision=3)), deps)
    await settle_people(deps)
    assert store.tables.people[anna or ""].face_count == 4


async def test_names_in_files_name_people(deps: Deps, store: FakeStore) -> None:
    """A region drawn by another program names the face under it, and so the person, in either order of messages."""
    embeddings = people(["anna"] * 3, spread=0.3)
    region = (NamedRegion(name="Anna\x00 Example", box=box(0)),)
    for n in range(3):
        await on_photo_analysed(analysed(f"p{n}", [embeddings[n]]), deps)
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}", regions=region if n == 0 else ())), deps)
    await settle_people(deps)
    assert {person.name for person in store.tables.people.values()} == {"Anna Example"}
    assert partition(store) == {frozenset({"p0", "p1", "p2"})}


async def test_our_own_name_read_back_is_no_new_statement(deps: Deps, store: FakeStore) -> None:
    """A name that we wrote into the file ourselves does not pin the face."""
    embeddings = people(["anna"] * 3, spread=0.3)
    region = (NamedRegion(name="Anna", box=box(0)),)
    for n in range(3):
        await on_photo_analysed(analysed(f"p{n}", [embeddings[n]]), deps)
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}", regions=region if n == 0 else ())), deps)
    await settle_people(deps)
    await on_photo_changed(PhotoChanged(photo=photo("p1", revision=2, regions=region)), deps)
    assert [f.imported_name for f in sorted(store.tables.faces.values(), key=lambda f: f.photo_id)] == [
        "Anna",
        None,
        None,
    ]


async def test_events_are_told_once_and_grow(deps: Deps, store: FakeStore) -> None:
    """Late photos extend the event under its id; a second run tells nothing."""
    for n in range(4):
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}", 5 * n)), deps)
    await settle_events(deps)
    first = last(store, EventChanged)
    await settle_events(deps)
    assert len([m for m in store.published if isinstance(m, EventChanged)]) == 1
    await on_photo_added(PhotoAdded(photo=photo("late", -3)), deps)
    await settle_events(deps)
    grown = last(store, EventChanged)
    assert isinstance(first, EventChanged)
    assert isinstance(grown, EventChanged)
    assert (grown.event_id, grown.revision, len(grown.photo_ids)) == (first.event_id, 2, 5)


async def test_an_event_without_photos_is_gone_and_comes_back(deps: Deps, store: FakeStore) -> None:
    """Vanished events are told as gone; with the photos the same event returns, title and all."""
    for n in range(3):
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}", 5 * n)), deps)
    await settle_events(deps)
    for n in range(3):
        await on_photo_removed(PhotoRemoved(photo_id=PhotoId(f"p{n}"), revision=2), deps)
    await settle_events(deps)
    gone = last(store, EventChanged)
    for n in range(3):
        await on_photo_changed(PhotoChanged(photo=photo(f"p{n}", 5 * n, revision=3)), deps)
    await settle_events(deps)
    back = last(store, EventChanged)
    assert isinstance(gone, EventChanged)
    assert isinstance(back, EventChanged)
    assert gone.is_gone
    assert (back.event_id, back.is_gone, len(back.photo_ids)) == (gone.event_id, False, 3)


async def test_the_backlog_says_what_is_due(deps: Deps) -> None:
    """Due at the start, settled after the work, due again after a mark."""
    assert await backlog(deps) == {"people": 1, "events": 1}
    async with deps.people.work(), deps.events.work():
        assert await backlog(deps) == {"people": 1, "events": 1}
    assert await backlog(deps) == {"people": 0, "events": 0}
    deps.people.mark()
    assert (await backlog(deps))["people"] == 1
    await deps.people.wait()


async def test_work_that_fails_stays_due() -> None:
    """What was marked is done only when the work ends well."""
    due = Debounce(0, 0, 1)
    with pytest.raises(ValueError, match="broken"):
        async with due.work():
            raise ValueError("broken")
    assert due.is_due


async def test_a_decision_outdates_the_run_that_it_overtook(deps: Deps, store: FakeStore) -> None:
    """What a run found before a decision was made is not written over it; another run is due."""
    await arrive(deps, NAMES)
    await settle_people(deps)
    person = next(face.person_id for face in store.tables.faces.values() if face.photo_id == "p0")

    class DecidingWorkers(Workers):
        async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
            result = await super().run(work, *args, **kwargs)
            if work is assign:
                await decide(Wish("hide", person), deps)
            return result

    async with deps.people.work():
        await arrive(deps, ["anna"] * 12, range(9, 12))
        await settle_people(replace(deps, workers=DecidingWorkers(1)))
    assert store.tables.people[person or ""].hidden
    assert deps.people.is_due
