"""One set of promises for the store in Postgres and its twin in memory."""

import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_exif.app import MIGRATIONS
from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.records import NewWrite, Place, Rules, Wish
from pictopy_exif.domain.statements import Item
from pictopy_exif.domain.wishes import Stated, Wishes
from pictopy_exif.fake_library import FACE, LIBRARY, FakeLibrary, deps_for
from pictopy_exif.fakes import FakeStore
from pictopy_exif.ports import Store
from pictopy_exif.store import PostgresStore
from pictopy_testing.plugin import DatabaseFactory

pytestmark = pytest.mark.it
P = PhotoId("p")
ODD_PATH = "caf\udce9/a.jpg"


@pytest.fixture(params=["postgres", "fake"])
async def store(request: pytest.FixtureRequest, database: DatabaseFactory) -> Store:
    return PostgresStore(await database("exif", MIGRATIONS)) if request.param == "postgres" else FakeStore()


@pytest.fixture
async def there(store: Store, tmp_path_factory: pytest.TempPathFactory) -> FakeLibrary:
    return await FakeLibrary(tmp_path_factory.mktemp("library"), deps_for(store)).open()


def _new(path: str = ODD_PATH) -> NewWrite:
    place = Place(photo_id=P, library_id=LIBRARY, path=path, target="embedded", written_path=path)
    change = Change(added=(Item(prop="dc:subject", value="Анна"),))
    return NewWrite(place, change, Wishes(event="Wedding"), "b", "a", "r", b"\0undo", {"second_reader": "x"})


class TestStore:
    async def test_keeps_what_is_newer_in_any_order(self, store: Store, there: FakeLibrary) -> None:
        """An older message that arrives late changes nothing."""
        await there.photo("p", "new.jpg", orientation=6)
        async with store.unit() as unit:
            await unit.put_files(P, 1, ())
            assert await unit.put_library(LIBRARY, 0, "/old") == []
        state = await store.photo(P)
        assert state is not None
        assert state.picture is not None
        assert [each.path for each in state.files] == ["new.jpg"]
        assert (state.roots[LIBRARY], state.picture.orientation) == (str(there.root), 6)

    async def test_keeps_what_came_before_the_photo_itself(self, store: Store, there: FakeLibrary) -> None:
        """Faces of a photo that ingest has not told of yet are there when it does."""
        await there.person("anna", "Anna")
        await there.faces("p", anna=FACE)
        await there.photo("p", ODD_PATH)
        state = await store.photo(P)
        assert state is not None
        assert [face.name for face in state.wishes.faces] == ["Anna"]
        assert state.files[0].path == ODD_PATH

    async def test_marks_only_photos_that_a_human_spoke_of(self, store: Store, there: FakeLibrary) -> None:
        """An import of a hundred thousand photos leaves nothing to look at."""
        await there.photo("p", "a.jpg")
        await there.faces("p", anna=FACE)
        assert await store.waiting() == 0
        await there.person("anna", "Anna")
        assert await store.waiting() == 1

    async def test_finds_the_photos_of_a_person_and_of_those_merged_into_it(
        self, store: Store, there: FakeLibrary
    ) -> None:
        """A new name reaches photos whose faces still point to the person that was merged away."""
        await there.photo("p", "a.jpg")
        await there.faces("p", old=FACE)
        await there.person("old", None, into="new")
        await there.person("new", "Anna")
        state = await store.photo(P)
        assert state is not None
        assert [face.name for face in state.wishes.faces] == ["Anna"]
        assert await store.claim(10) == [P]

    async def test_tells_which_photos_an_event_changed_for(self, store: Store, there: FakeLibrary) -> None:
        """Photos that came, that went, and none for a title that a machine gave."""
        await there.event("e", "auto", "p", "q", by_user=False)
        assert await store.waiting() == 0
        await there.event("e", "Wedding", "p", "q")
        assert await store.waiting() == 2
        await there.event("e", "Wedding", is_gone=True)
        state = await store.photo(P)
        assert state is not None
        assert state.wishes.is_empty

    async def test_a_claim_comes_again_after_a_pause(self, store: Store, there: FakeLibrary) -> None:
        """A photo that ends the process is not the next one's first."""
        await there.named("p", "a.jpg", "Anna")
        assert await store.claim(10) == [P]
        assert await store.claim(10) == []
        assert await store.waiting() == 1

    async def test_a_mark_during_a_write_is_not_lost(self, store: Store, there: FakeLibrary) -> None:
        """Settling clears only what was seen."""
        await there.named("p", "a.jpg", "Anna")
        state = await store.photo(P)
        assert state is not None
        async with store.unit() as unit:
            await unit.mark([P], 0.0)
            await unit.settle(P, state.wish, Wish(state="done"), None)
        assert await store.claim(10) == [P]

    async def test_lists_what_failed_with_its_next_try(self, store: Store, there: FakeLibrary) -> None:
        """A failed wish does not count as waiting."""
        await there.named("p", "a.jpg", "Anna")
        state = await store.photo(P)
        assert state is not None
        async with store.unit() as unit:
            await unit.settle(P, state.wish, Wish(state="failed", reason="read-only", attempts=1), 60.0)
        [(photo_id, wish)] = await store.wishes("failed", "", 10)
        assert (photo_id, wish.reason, wish.attempts, wish.due_at is None) == (P, "read-only", 1, False)
        assert await store.waiting() == 0
        assert await store.wishes("failed", P, 10) == []

    async def test_a_write_goes_from_pending_to_undone(self, store: Store) -> None:
        """The row keeps what undoes it, and its times."""
        async with store.unit() as unit:
            write_id = await unit.begin(_new())
        assert [each.write_id for each in await store.unsettled()] == [write_id]
        async with store.unit() as unit:
            await unit.finish(write_id, "written", verified=True)
        row = await store.write(write_id)
        assert row is not None
        assert (row.path, row.change, row.wishes.event, row.verified) == (ODD_PATH, _new().change, "Wedding", True)
        assert await store.undo_bytes([write_id]) == {write_id: b"\0undo"}
        assert row.written_at is not None
        assert await store.undoable(row.written_at.date()) == await store.undoable(None) == [write_id]
        async with store.unit() as unit:
            await unit.begin_undo(write_id, "b.jpg", "b.jpg")
            await unit.finish(write_id, "undone", verified=True)
        [row] = await store.writes_of(P)
        assert (row.status, row.path, row.undone_at is None) == ("undone", "b.jpg", False)
        assert (await store.undoable(None), await store.unsettled()) == ([], [])

    async def test_only_the_last_failure_of_a_file_is_kept(self, store: Store) -> None:
        """A library that stays read-only for a year does not fill the ledger."""
        async with store.unit() as unit:
            await unit.note_failure(_new(), "first")
            await unit.note_failure(_new(), "second")
            await unit.note_failure(_new("other.jpg"), "third")
        assert [row.reason for row in await store.ledger(P, None, 10)] == ["third", "second"]
        assert (await store.counts())["ledger"] == {"failed": 2}

    async def test_pages_through_the_ledger(self, store: Store) -> None:
        """Newest first, by cursor."""
        async with store.unit() as unit:
            ids = [await unit.begin(_new(f"{n}.jpg")) for n in range(3)]
        first = await store.ledger(None, None, 2)
        assert [row.write_id for row in first] == ids[:0:-1]
        assert [row.write_id for row in await store.ledger(None, first[-1].write_id, 2)] == ids[:1]
        assert await store.ledger(PhotoId("q"), None, 2) == []

    async def test_what_was_asked_by_hand_ends_the_silence(self, store: Store, there: FakeLibrary) -> None:
        """Stated keywords are wishes, and undone ones may be written again."""
        await there.named("p", "a.jpg", "Anna")
        state = await store.photo(P)
        assert state is not None
        async with store.unit() as unit:
            await unit.settle(P, state.wish, Wish(state="muted", muted_digest="x"), None)
            await unit.put_stated(P, Stated(keywords=("beach",)))
        state = await store.photo(P)
        assert state is not None
        assert (state.wish.muted_digest, state.wishes.keywords) == (None, ("beach",))
        assert await store.stated() == [(P, Stated(keywords=("beach",)))]

    async def test_keeps_the_rules(self, store: Store) -> None:
        """Embedding is the rule until the user says otherwise."""
        assert (await store.rules()).policy == "embedded_else_sidecar"
        async with store.unit() as unit:
            await unit.set_rules(Rules(policy="sidecar", paused=True))
        assert await store.rules() == Rules(policy="sidecar", paused=True)

    async def test_marks_all_when_asked(self, store: Store, there: FakeLibrary) -> None:
        """All photos with a human word, and no others."""
        await there.named("p", "a.jpg", "Anna")
        await there.photo("q", "b.jpg")
        await store.claim(10)
        async with store.unit() as unit:
            await unit.mark_all()
        assert await store.claim(10) == [P]

    async def test_a_library_taken_out_hides_its_files(self, store: Store, there: FakeLibrary) -> None:
        """Nothing is written in a folder that is none of ours any more."""
        await there.photo("p", "a.jpg")
        async with store.unit() as unit:
            assert await unit.put_library(LIBRARY, 99, None) == [P]
        state = await store.photo(P)
        assert state is not None
        assert (state.roots, await store.roots()) == ({}, {})
