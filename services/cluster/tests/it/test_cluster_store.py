"""The store's contract, on the fake and on Postgres."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pictopy_cluster.app import MIGRATIONS
from pictopy_cluster.domain.happenings import Happening
from pictopy_cluster.domain.model_change import Progress
from pictopy_cluster.domain.people import Assigned
from pictopy_cluster.domain.statements import Decision, Place
from pictopy_cluster.fakes import FakeStore
from pictopy_cluster.made_up import NOON, box
from pictopy_cluster.ports import Store
from pictopy_cluster.records import Conflict, Embedded, Person, PhotoRow, StoredEvent, StoredFace
from pictopy_cluster.store import PostgresStore
from pictopy_testing.plugin import DatabaseFactory

LOCAL = datetime(2024, 5, 4, 12, tzinfo=UTC).replace(tzinfo=None)


def face(face_id: str, photo_id: str = "p", **more: object) -> StoredFace:
    made = StoredFace(face_id, photo_id, box(), 0.95, 0.9, 80, NOON)
    return replace(made, **more)  # type: ignore[arg-type] # the caller names fields of the record


def event(event_id: str, photos: tuple[str, ...], minute: int = 0, **more: object) -> StoredEvent:
    start = LOCAL.replace(minute=minute)
    made = StoredEvent(event_id, Happening("event", "A day", start, start, None, 48.85, 2.35, photos), revision=1)
    return replace(made, **more)  # type: ignore[arg-type] # the caller names fields of the record


async def put(store: Store, *faces: StoredFace) -> None:
    async with store.unit() as unit:
        for photo_id in sorted({one.photo_id for one in faces}):
            await unit.photo(photo_id)
        await unit.save_faces(faces)
        await unit.save_embedded("m", {one.face_id: Embedded(64, NOON) for one in faces})


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
                fresh,
                revision=3,
                facts={"local": "x"},
                regions=(region,),
                analysed_at=NOON,
                model_version="v",
                embedded_by=("m", "n"),
                failed_at=NOON,
            )
            await unit.save_photo(row)
        assert await store.photo("p") == row
        assert await store.photo("other") is None
        assert await store.dated_photos() == [row]
        async with store.unit() as unit:
            await unit.save_photo(replace(await unit.photo("p"), is_removed=True))
        assert await store.dated_photos() == []
        async with store.unit() as unit:
            await unit.await_photos(["p", "q"])
            assert await unit.photo("q") == PhotoRow("q", is_removed=True)
        assert await store.removed_photos() == {"p", "q"}

    async def test_faces_and_who_has_their_embeddings(self, store: Store) -> None:
        """Saved, replaced, found by photo and id, called otherwise, dropped; a forgotten model knows none of them."""
        await put(store, face("b"), face("a", "q"))
        async with store.unit() as unit:
            await unit.save_faces([face("b", imported_name="Anna")])
            await unit.save_embedded("n", {"b": Embedded(128, NOON)})
            await unit.save_embedded("n", {"b": Embedded(32, NOON)})
            assert [one.face_id for one in await unit.faces_of(["p", "q"])] == ["a", "b"]
            assert list(await unit.faces_by_id(["b", "none"])) == ["b"]
        assert [one.face_id for one in await store.faces()] == ["a", "b"]
        assert (await store.faces_by_id(["b"]))["b"] == face("b", imported_name="Anna")
        assert await store.embedded("m") == {"a": Embedded(64, NOON), "b": Embedded(64, NOON)}
        assert await store.embedded_faces(["b"]) == {"m": {"b": Embedded(64, NOON)}, "n": {"b": Embedded(32, NOON)}}
        async with store.unit() as unit:
            await unit.save_people([Person("anna", cover_face_id="b")])
            await unit.rename_faces({"b": "c"})
        assert [one.face_id for one in await store.faces_of_photo("p")] == ["c"]
        assert set(await store.embedded("n")) == {"c"}
        assert (await store.list_people())[0].cover_face_id == "c"
        async with store.unit() as unit:
            await unit.save_photo(replace(await unit.photo("q"), embedded_by=("m", "n")))
            await unit.forget_embedded(["n"])
            await unit.drop_faces(["c"])
        assert await store.faces_of_photo("p") == []
        assert await store.embedded("m") == await store.embedded("n") == {}
        assert [row.embedded_by for row in [await store.photo("q")] if row] == [("n",)]

    async def test_a_change_of_models_and_how_far_it_is(self, store: Store) -> None:
        """Photos with faces that are there count; a last look that failed is not waited for, a later success is."""
        await put(store, *(face(one, one) for one in "abcd"))
        change = replace(await store.change(), active="m", next="n", beside=("m",), revision=3, started_at=NOON)
        async with store.unit() as unit:
            await unit.save_change(change)
            await unit.photo("without-faces")
            await unit.save_photo(replace(await unit.photo("a"), embedded_by=("m", "n"), failed_at=NOON))
            await unit.save_photo(replace(await unit.photo("b"), failed_at=NOON, analysed_at=NOON))
            await unit.save_photo(replace(await unit.photo("c"), failed_at=NOON, analysed_at=NOON + timedelta(1)))
            await unit.save_photo(replace(await unit.photo("d"), is_removed=True))
        assert await store.change() == change
        assert await store.progress(change) == Progress(total=3, done=1, failed=1)

    async def test_conflicts_are_kept_one_a_face(self, store: Store) -> None:
        """Newest first, the last word on each face."""
        one = Conflict("p", "f", "Anna", None, "ours", "why", NOON)
        other = Conflict("p", "g", "Anna", "Ben", "theirs", "because", NOON + timedelta(1))
        async with store.unit() as unit:
            await unit.save_conflicts([one, other])
            await unit.save_conflicts([replace(one, theirs="Zoe", resolved="theirs")])
        assert await store.conflicts(0, 10) == [other, replace(one, theirs="Zoe", resolved="theirs")]
        assert await store.conflicts(1, 1) == [replace(one, theirs="Zoe", resolved="theirs")]

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
        said = Decision(0, "same", "a", "b", ("f",), "Anna", {"a": ("f", "g"), "b": ()}, said_id="s", by="file")
        places = {"f": Place("p", box())}
        async with store.unit() as unit:
            first = await unit.add_decision(said, NOON, places)
            undo = Decision(0, "undo", undoes=first, said_id="u")
            second = await unit.add_decision(undo, NOON, {})
        log = await store.decisions()
        assert log == [(replace(said, decision_id=first), NOON), (replace(undo, decision_id=second), NOON)]
        assert second > first
        assert await store.places([first, second]) == places
        assert await store.unstated() == []

    async def test_a_decision_comes_back_under_its_number(self, store: Store) -> None:
        """Where that is free, else the next; the log goes on after the highest; parts of one are put together."""
        async with store.unit() as unit:
            taken = await unit.add_decision(Decision(0, "hide", "a", said_id="s1"), NOON, {})
            assert await unit.add_decision(Decision(taken + 40, "hide", "b", said_id="s2"), NOON, {}) == taken + 40
            assert await unit.add_decision(Decision(taken, "hide", "c", said_id="s3"), NOON, {}) == taken + 41
            assert await unit.add_decision(Decision(0, "hide", "d", said_id="s4"), NOON, {}) == taken + 42
            await unit.complete_decision(
                Decision(0, "hide", "b", face_ids=("f",), said_id="s2"), {"f": Place("p", box())}
            )
            await unit.add_decision(Decision(0, "undo", said_id="u1", undoes_said="s1"), NOON, {})
            await unit.add_decision(Decision(0, "undo", said_id="u2", undoes_said="later"), NOON, {})
        log = {row.said_id: row for row, _ in await store.decisions()}
        assert (log["u1"].undoes, log["u2"].undoes) == (taken, None)
        assert log["s2"].face_ids == ("f",)
        assert await store.places([taken + 40]) == {"f": Place("p", box())}

    async def test_events_with_their_photos_in_order(self, store: Store) -> None:
        """Saved and replaced; those that are gone are kept with their photos but not listed."""
        early = event("e", ("q", "p"))
        late = event(
            "l", ("r",), minute=5, user_title="Mine", trip_id="t", anchor="r", stated_photos=("r",), is_restored=True
        )
        async with store.unit() as unit:
            await unit.save_events([early, late])
            await unit.save_events([event("e", ("s", "q", "p")), event("gone", ("z",), is_gone=True)])
            assert set(await unit.events()) == {"e", "l", "gone"}
            assert (await unit.events())["gone"].happening.photo_ids == ("z",)
        assert [one.event_id for one in await store.list_events(None)] == ["l", "e"]
        assert await store.list_events("trip") == []
        assert await store.event("e") == event("e", ("s", "q", "p"))
        assert (await store.list_events("event"))[0] == late
        assert late.title == "Mine"

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
