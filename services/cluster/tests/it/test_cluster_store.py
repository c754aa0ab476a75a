"""The store's contract, on the fake and on Postgres."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pictopy_cluster.app import MIGRATIONS
from pictopy_cluster.domain.happenings import Happening
from pictopy_cluster.domain.people import Assigned
from pictopy_cluster.domain.statements import Decision
from pictopy_cluster.fakes import FakeStore
from pictopy_cluster.made_up import NOON, box
from pictopy_cluster.ports import Store
from pictopy_cluster.records import Neighbours, Person, PhotoRow, StoredEvent, StoredFace
from pictopy_cluster.store import PostgresStore
from pictopy_testing.plugin import DatabaseFactory

LOCAL = datetime(2024, 5, 4, 12, tzinfo=UTC).replace(tzinfo=None)


def face(face_id: str, photo_id: str = "p", **more: object) -> StoredFace:
    made = StoredFace(face_id, photo_id, box(), 0.95, 0.9, 80, "m", 64, NOON)
    return replace(made, **more)  # type: ignore[arg-type] # the caller names fields of the record


def event(event_id: str, photos: tuple[str, ...], minute: int = 0, **more: object) -> StoredEvent:
    start = LOCAL.replace(minute=minute)
    made = StoredEvent(event_id, Happening("event", "A day", start, start, None, 48.85, 2.35, photos), revision=1)
    return replace(made, **more)  # type: ignore[arg-type] # the caller names fields of the record


async def put(store: Store, *faces: StoredFace) -> None:
    async with store.unit() as unit:
        for photo_id in sorted({one.photo_id for one in faces}):
            await unit.photo(photo_id)
        await unit.save_faces(faces, {one.face_id: Neighbours(("x", "y"), (0.75, 0.5)) for one in faces})


async def _break(store: Store) -> None:
    async with store.unit() as unit:
        await unit.photo("p")
        raise ValueError("broken")


class StoreContract:
    async def test_a_photo_is_kept_as_it_was_saved(self, store: Store) -> None:
        """Facts, regions and what vision said, also when only one of them has come."""
        async with store.unit() as unit:
            fresh = await unit.photo("p")
            assert fresh == PhotoRow("p")
            region = {"name": "Anna", "box": box().model_dump()}
            row = replace(
                fresh, revision=3, facts={"local": "x"}, regions=(region,), analysed_at=NOON, model_version="v"
            )
            await unit.save_photo(row)
        assert await store.photo("p") == row
        assert await store.photo("other") is None
        assert await store.dated_photos() == [row]
        async with store.unit() as unit:
            await unit.save_photo(replace(await unit.photo("p"), is_removed=True))
        assert await store.dated_photos() == []

    async def test_faces_and_their_neighbours(self, store: Store) -> None:
        """Saved, replaced with or without new neighbours, found by photo and id, dropped."""
        await put(store, face("b"), face("a", "q"))
        async with store.unit() as unit:
            await unit.save_faces([face("b", imported_name="Anna")], {})
            assert [one.face_id for one in await unit.faces_of(["p", "q"])] == ["a", "b"]
            assert list(await unit.faces_by_id(["b", "none"])) == ["b"]
        assert [one.face_id for one in await store.faces()] == ["a", "b"]
        assert (await store.faces_by_id(["b"]))["b"] == face("b", imported_name="Anna")
        assert await store.neighbours_of(["b"]) == {"b": Neighbours(("x", "y"), (0.75, 0.5))}
        async with store.unit() as unit:
            await unit.drop_faces(["b"])
        assert await store.faces_of_photo("p") == []

    async def test_assigning_tells_which_photos_changed(self, store: Store) -> None:
        """Only real differences count; unknown faces are passed over."""
        await put(store, face("a"), face("b", "q"))
        anna = Assigned("anna", "user", 0.87)
        async with store.unit() as unit:
            assert await unit.assign({"a": anna, "b": Assigned(), "none": anna}) == ["p"]
            assert await unit.assign({"a": anna}) == []
            assert await unit.next_assigned_revisions(["p", "q"]) == {"p": 1, "q": 1}
        assert (await store.faces_by_id(["a"]))["a"].confidence == 0.87
        assert [one.face_id for one in await store.unassigned_faces("", 10)] == ["b"]
        assert [one.face_id for one in await store.faces_of_person("anna", "", 10)] == ["a"]
        assert await store.faces_of_person("anna", "a", 10) == []

    async def test_tallies_leave_removed_photos_out(self, store: Store) -> None:
        """Counts, the best face and all faces of each person in photos that are there."""
        mine = {"person_id": "anna"}
        await put(store, face("a", **mine), face("b", "q", quality=0.95, **mine), face("c", "r", **mine))
        async with store.unit() as unit:
            await unit.save_photo(replace(await unit.photo("r"), is_removed=True))
            tally = (await unit.tallies())["anna"]
        assert (tally.face_count, tally.photo_count, tally.best_face_id, tally.face_ids) == (2, 2, "b", {"a", "b"})
        assert len(await store.every_face_of("anna")) == 3
        assert len(await store.faces_of_person("anna", "", 10)) == 2

    async def test_people_are_listed_named_first(self, store: Store) -> None:
        """Then by size; those that are gone are kept but not listed."""
        small, large = Person("s", face_count=1), Person("l", face_count=9, cover_face_id="f")
        named, gone = Person("n", name="Anna", hidden=True), Person("g", merged_into="n", is_gone=True)
        async with store.unit() as unit:
            await unit.save_people([small, large, named, gone])
            await unit.save_people([replace(small, revision=2)])
            assert set(await unit.people()) == {"s", "l", "n", "g"}
            assert set(await unit.people(["s", "none"])) == {"s"}
        assert await store.list_people() == [named, large, replace(small, revision=2)]
        assert await store.person("g") == gone
        assert await store.person("none") is None

    async def test_the_log_only_grows(self, store: Store) -> None:
        """Numbered in order, with all that was said."""
        said = Decision(0, "same", "a", "b", ("f",), "Anna", {"a": ("f", "g"), "b": ()})
        async with store.unit() as unit:
            first = await unit.add_decision(said)
            second = await unit.add_decision(Decision(0, "undo", undoes=first))
        log = [decision for decision, _ in await store.decisions()]
        assert log == [replace(said, decision_id=first), Decision(second, "undo", undoes=first)]
        assert second > first

    async def test_events_with_their_photos_in_order(self, store: Store) -> None:
        """Saved and replaced; those that are gone are kept with their photos but not listed."""
        early, late = event("e", ("q", "p")), event("l", ("r",), minute=5, user_title="Mine", trip_id="t")
        async with store.unit() as unit:
            await unit.save_events([early, late])
            await unit.save_events([event("e", ("s", "q", "p")), event("gone", ("z",), is_gone=True)])
            assert set(await unit.events()) == {"e", "l", "gone"}
            assert (await unit.events())["gone"].happening.photo_ids == ("z",)
        assert [one.event_id for one in await store.list_events(None)] == ["l", "e"]
        assert await store.list_events("trip") == []
        assert await store.event("e") == event("e", ("s", "q", "p"))
        assert (await store.list_events("event"))[0].title == "Mine"

    async def test_a_unit_that_fails_leaves_nothing(self, store: Store) -> None:
        """All of it or none of it."""
        with pytest.raises(ValueError, match="broken"):
            await _break(store)
        assert await store.photo("p") is None


class TestFakeStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return FakeStore()


@pytest.mark.it
class TestPostgresStore(StoreContract):
    @pytest.fixture
    async def store(self, database: DatabaseFactory) -> Store:
        return PostgresStore(await database("cluster", MIGRATIONS))
