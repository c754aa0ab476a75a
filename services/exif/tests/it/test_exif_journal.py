"""What people said, kept beside the photos: when a journal begins, what it holds, and how it goes again."""

import json
from pathlib import Path
from typing import Any

import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_exif.app import MIGRATIONS
from pictopy_exif.domain.journal import PATH, Entry, render
from pictopy_exif.domain.records import Rules
from pictopy_exif.fake_journal import FakeJournal
from pictopy_exif.fake_library import LIBRARY, FakeLibrary, deps_for
from pictopy_exif.fakes import FakeStore
from pictopy_exif.store import PostgresStore
from pictopy_exif.store_journal import PostgresJournal
from pictopy_exif.undoing import undo_day, undo_write
from pictopy_testing.metadata import make_jpeg
from pictopy_testing.plugin import DatabaseFactory

pytestmark = pytest.mark.it
P = PhotoId("p")


@pytest.fixture(params=["postgres", "fake"])
async def there(request: pytest.FixtureRequest, database: DatabaseFactory, tmp_path: Path) -> FakeLibrary:
    if request.param == "postgres":
        db = await database("exif", MIGRATIONS)
        deps = deps_for(PostgresStore(db), journal=PostgresJournal(db))
    else:
        store = FakeStore()
        deps = deps_for(store, journal=FakeJournal(store))
    make_jpeg(tmp_path / "a.jpg")
    library = await FakeLibrary(tmp_path, deps).open()
    await library.photo("p", "a.jpg")
    return library


def lines(there: FakeLibrary) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (there.root / PATH).read_bytes().splitlines()[1:]]


class TestJournal:
    async def test_an_import_begins_none(self, there: FakeLibrary) -> None:
        """Nor does what PictoPy did by itself."""
        await there.said("shown", "s1", "p", by="auto")
        await there.settle()
        assert not (there.root / ".pictopy").exists()

    async def test_what_a_person_said_is_there_at_once(self, there: FakeLibrary) -> None:
        """With all else that belongs to the library, in a row of the ledger."""
        await there.said("shown", "s1", "p", by="auto")
        await there.said("decision", "d1", "p", what="same")
        await there.said("rule", "everywhere", what="no")
        await there.settle()
        assert [(each["kind"], each["id"], each["by"]) for each in lines(there)] == [
            ("decision", "d1", "user"),
            ("rule", "everywhere", "user"),
            ("shown", "s1", "auto"),
        ]
        assert (there.root / PATH).stat().st_mode & 0o111 == 0
        [row] = await there.deps.store.ledger(None, None, 10)
        assert (row.target, row.status, row.path, row.hash_before) == ("journal", "written", PATH, None)

    async def test_what_is_said_while_it_is_being_written_is_written_next(self, there: FakeLibrary) -> None:
        """The end of a write does not hide a word that came after its beginning; until then it counts as work to do."""
        await there.said("decision", "d1", "p", what="same")
        [library_id] = await there.deps.journal.claim()
        assert await there.deps.journal.waiting() == 1
        await there.said("decision", "d2", "p", what="not same")
        await there.deps.journal.settle(library_id, None, 0, None)
        assert await there.deps.journal.waiting() == 1
        await there.settle()
        assert await there.deps.journal.waiting() == 0
        assert [each["id"] for each in lines(there)] == ["d1", "d2"]

    async def test_the_newest_word_holds_and_what_is_gone_goes(self, there: FakeLibrary) -> None:
        """An older message that arrives late changes nothing; saying the same again writes nothing."""
        await there.said("event", "e", "p", title="Wedding")
        await there.said("event", "e", "p", title="The wedding")
        await there.said("event", "other", "p", title="x")
        await there.settle()
        assert [each["body"]["title"] for each in lines(there)] == ["The wedding", "x"]
        await there.said("event", "e", "p", is_gone=True)
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["other"]
        written = len(await there.deps.store.ledger(None, None, 10))
        await there.deps.journal.touch_all(0.0)
        await there.settle()
        assert len(await there.deps.store.ledger(None, None, 10)) == written

    async def test_undo_takes_it_back_to_the_byte_and_away(self, there: FakeLibrary) -> None:
        """All writes undone, newest first: no journal stands where none stood, and none comes back unasked."""
        await there.said("decision", "d1", "p", what="same")
        await there.settle()
        await there.said("decision", "d2", "p", what="not same")
        await there.settle()
        undone = await undo_day(None, there.deps)
        assert (len(undone.write_ids), undone.refused) == (2, ())
        assert not (there.root / PATH).parent.exists()
        await there.settle()
        assert not (there.root / PATH).exists()
        await there.said("decision", "d3", "p", what="same")
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["d1", "d2", "d3"]

    async def test_only_a_newer_word_of_a_person_begins_it_again(self, there: FakeLibrary) -> None:
        """After an undo it stays away, though photos change, stories are shown, and the same is said once more."""
        await there.said("decision", "d1", "p", what="same")
        await there.settle()
        await undo_day(None, there.deps)
        await there.photo("p", "a.jpg")
        await there.move("p", "a.jpg")
        await there.said("shown", "s1", "p", by="auto")
        await there.said("decision", "d1", "p", what="same")
        await there.deps.journal.touch_all(0.0)
        await there.settle()
        assert not (there.root / PATH).exists()
        assert (await there.deps.journal.state(LIBRARY)).due_at is None
        await there.said("decision", "d1", "p", what="not same")
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["d1", "s1"]
        await there.said("shown", "s2", "p", by="auto")
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["d1", "s1", "s2"]

    async def test_one_undo_goes_one_step_back_and_stays_there(self, there: FakeLibrary) -> None:
        """The journal of an earlier write stands until a person says more; unsaying is saying more."""
        await there.said("decision", "d1", "p", what="same")
        await there.settle()
        await there.said("decision", "d2", "p", what="same")
        await there.settle()
        newest = (await there.deps.store.ledger(None, None, 1))[0].write_id
        await undo_write(newest, there.deps)
        await there.photo("p", "a.jpg")
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["d1"]
        await there.said("decision", "d1", "p", what="same", is_gone=True)
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["d2"]

    async def test_what_an_earlier_pictopy_wrote_stays(self, there: FakeLibrary) -> None:
        """A new database adds to the journal that it finds, and never replaces it."""
        old = Entry(owner="cluster", kind="decision", id="old", revision=9, photo_ids=("q",), body={"what": "hide"})
        (there.root / ".pictopy").mkdir()
        (there.root / PATH).write_bytes(render([old]))
        await there.said("decision", "new", "p", what="same")
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["new", "old"]

    async def test_what_cannot_be_read_is_left_alone_and_listed(self, there: FakeLibrary) -> None:
        """With the reason, and a next try."""
        (there.root / ".pictopy").mkdir()
        (there.root / PATH).write_bytes(b"somebody's own file")
        await there.said("decision", "new", "p", what="same")
        await there.settle()
        assert (there.root / PATH).read_bytes() == b"somebody's own file"
        [failed] = await there.deps.journal.failed()
        assert (failed.library_id, failed.attempts, failed.due_at is None) == (LIBRARY, 1, False)
        assert failed.reason == "the file that stands there is no journal of PictoPy"

    async def test_an_empty_folder_may_be_a_disk_that_is_not_there(self, there: FakeLibrary) -> None:
        """Nothing is begun in it."""
        (there.root / "a.jpg").unlink()
        await there.said("decision", "new", "p", what="same")
        await there.settle()
        [failed] = await there.deps.journal.failed()
        assert failed.reason == "the folder of the library is empty: its disk may not be there"
        assert not any(there.root.iterdir())

    async def test_a_photo_that_left_the_library_takes_its_lines_along(self, there: FakeLibrary) -> None:
        """To where it is now; what was said of a photo that is nowhere is kept."""
        await there.photo("q", "b.jpg")
        await there.said("decision", "of p", "p", what="same")
        await there.said("decision", "of q", "q", what="same")
        await there.move("q")
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["of p", "of q"]

    async def test_off_means_off(self, there: FakeLibrary) -> None:
        """The journal is a write like any other; it is made up for when writing is on again."""
        async with there.deps.store.unit() as unit:
            await unit.set_rules(Rules(policy="off"))
        await there.said("decision", "d1", "p", what="same")
        await there.settle()
        assert not (there.root / PATH).exists()
        async with there.deps.store.unit() as unit:
            await unit.set_rules(Rules())
        await there.settle()
        assert [each["id"] for each in lines(there)] == ["d1"]

    async def test_a_handler_run_twice_says_it_once(self, there: FakeLibrary) -> None:
        """Redelivery is harmless."""
        await there.said("decision", "d1", "p", what="same")
        known = await there.deps.journal.known()
        before = await there.deps.journal.entries(LIBRARY)
        there._revision -= 1
        await there.said("decision", "d1", "p", what="same")
        assert (await there.deps.journal.known(), await there.deps.journal.entries(LIBRARY)) == (known, before)
