"""One contract for both stores: the fake and Postgres."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import DeadLetter, NamedRegion, PhotoRemoved
from pictopy_contracts.statements import JournalItem
from pictopy_ingest import app
from pictopy_ingest.domain.facts import Facts, Stated
from pictopy_ingest.domain.photos import Album, FileRow, Library, PhotoRow
from pictopy_ingest.domain.scan import Known, Seen, Stamp
from pictopy_ingest.domain.stages import StageRow, new_rows
from pictopy_ingest.fakes import FakeStore
from pictopy_ingest.ports import FailureFilter, Refused, Store
from pictopy_ingest.ports_said import Conflict, OwnWrite
from pictopy_ingest.store import PostgresStore

T0 = datetime(2024, 1, 1, tzinfo=UTC)
LIBRARY = Library(LibraryId("lib"), "home", b"/photos/\xff", 1, T0)
FACTS = Facts(
    format="jpeg",
    width_px=4,
    height_px=3,
    taken_at_local=datetime.fromisoformat("2020-05-01T12:00:00"),
    keywords=("a",),
    regions=(NamedRegion(name="Ana", box=Box(x1=0, y1=0, x2=0.5, y2=0.5)),),
)
DatabaseFactory = Callable[[str, Path], Awaitable[Any]]


async def _with_library(store: Store) -> Store:
    async with store.unit() as unit:
        await unit.save_library(LIBRARY)
    return store


def _id(number: int) -> PhotoId:
    return PhotoId(f"{number:032x}")


def _photo(number: int, **changes: Any) -> PhotoRow:
    row = PhotoRow(_id(number), 1, FACTS, Stated(), is_present=True, added_at=T0 + timedelta(minutes=number))
    return replace(row, **changes)


def _file(number: int, path: bytes) -> FileRow:
    return FileRow(LIBRARY.library_id, path, _id(number), Stamp(5, 6, 7, "s"), FACTS, T0)


async def _fill(store: Store, count: int) -> None:
    async with store.unit() as unit:
        await unit.save_photos([_photo(number) for number in range(count)])
        await unit.save_files([_file(number, b"%d.jpg" % number) for number in range(count)])
        await unit.save_stage_rows([row for number in range(count) for row in new_rows(_id(number), "m1", T0)])


class StoreContract:
    """What both stores promise."""

    async def test_rows_come_back_as_they_went_in(self, store: Store) -> None:
        """Libraries, photos and files, with names of any bytes."""
        file = _file(1, b"\xff\n\xf0\x9f\x98\x80.jpg")
        stated = _photo(1, stated=Stated(caption=None, keywords=("x",)))
        async with store.unit() as unit:
            await unit.save_photos([stated])
            await unit.save_files([file])
            await unit.save_library(replace(LIBRARY, name="other", revision=2))
        async with store.unit() as unit:
            assert await unit.libraries() == [replace(LIBRARY, name="other", revision=2)]
            assert await unit.photos([_id(1), _id(2)]) == {_id(1): stated}
            assert (await unit.photos([_id(1)]))[_id(1)].stated.model_fields_set == {"caption", "keywords"}
            assert await unit.files_of([_id(1)]) == {_id(1): [file]}
            assert await unit.files_at(LIBRARY.library_id, [file.path, b"no"]) == {file.path: file}
        assert await store.stated_photos() == [stated]

    async def test_what_is_known_of_a_library(self, store: Store) -> None:
        """Files with their stamps, refused ones too; without a stamp where the reason may pass."""
        await _fill(store, 1)
        refused = [
            Refused(Seen(b"bad.jpg", Stamp(1, 2, 3)), "bad"),
            Refused(Seen(b"full.jpg", Stamp(1, 2, 3)), "full", is_passing=True),
        ]
        async with store.unit() as unit:
            await unit.save_refused(LIBRARY.library_id, refused, T0)
        assert await store.known_files(LIBRARY.library_id) == {
            b"0.jpg": Known(Stamp(5, 6, 7, "s"), _id(0)),
            b"bad.jpg": Known(Stamp(1, 2, 3)),
            b"full.jpg": Known(None),
        }
        await store.reread_refused(LIBRARY.library_id, b"bad.jpg")
        await store.reread_photo(_id(0))
        known = await store.known_files(LIBRARY.library_id)
        assert known[b"bad.jpg"].stamp is None
        assert known[b"0.jpg"] == Known(None, _id(0))
        async with store.unit() as unit:
            await unit.save_files([_file(0, b"0.jpg")])
        assert (await store.known_files(LIBRARY.library_id))[b"0.jpg"].stamp == Stamp(5, 6, 7, "s")

    async def test_pages_of_photos(self, store: Store) -> None:
        """The newest first, each once, present ones only; `taken` goes by the wall clock."""
        await _fill(store, 5)
        early = FACTS.model_copy(update={"taken_at_local": datetime.fromisoformat("2019-01-01T00:00:00")})
        async with store.unit() as unit:
            await unit.save_photos([_photo(4, facts=early), _photo(0, is_present=False)])
        first = await store.photo_page("added", None, 2, None)
        second = await store.photo_page("added", (first[-1].added_at, first[-1].photo_id), 9, LIBRARY.library_id)
        assert [row.photo_id for row in (*first, *second)] == [_id(4), _id(3), _id(2), _id(1)]
        taken = await store.photo_page("taken", None, 9, None)
        assert [row.photo_id for row in taken] == [_id(3), _id(2), _id(1), _id(4)]
        rest = await store.photo_page("taken", (taken[2].sort_time("taken"), taken[2].photo_id), 9, None)
        assert [row.photo_id for row in rest] == [_id(4)]
        assert await store.photo_page("added", None, 9, LibraryId("other")) == []

    async def test_albums(self, store: Store) -> None:
        """Photos go in and out, names are of the photo, and an album that goes leaves them."""
        await _fill(store, 2)
        async with store.unit() as unit:
            await unit.save_album(Album("1", "Rome", T0))
            await unit.save_album(Album("2", "Best", T0))
            await unit.put_in_album("1", [_id(0), _id(1), _id(9)])
            await unit.put_in_album("1", [_id(0)])
            await unit.put_in_album("2", [_id(0)])
            await unit.take_from_album("1", [_id(1)])
            assert await unit.album_photos("1") == [_id(0)]
            assert await unit.album_names([_id(0), _id(1)]) == {_id(0): ["Best", "Rome"]}
        assert [(one.name, one.photo_count) for one in await store.albums()] == [("Best", 1), ("Rome", 1)]
        async with store.unit() as unit:
            await unit.remove_album("2")
            assert await unit.album("2") is None
            assert await unit.album_names([_id(0)]) == {_id(0): ["Rome"]}

    async def test_failures_of_three_kinds_page_by_page(self, store: Store) -> None:
        """Files, stages and dead letters in one list, the newest first, filtered and skipped."""
        await _fill(store, 1)
        failed = StageRow(_id(0), "vision", "m1", status="failed", attempts=3, last_error="no", finished_at=T0)
        letter = DeadLetter(
            dead_id="d",
            durable="search__on_x",
            subject="s",
            payload="{}",
            reason="r",
            attempts=5,
            died_at=T0 + timedelta(1),
        )
        async with store.unit() as unit:
            await unit.save_stage_rows([failed])
            await unit.save_refused(
                LIBRARY.library_id, [Refused(Seen(b"\xff.jpg", Stamp(1, 2, 3)), "bad")], T0 - timedelta(1)
            )
            await unit.save_dead(letter)
            await unit.save_dead(letter)
            assert await unit.dead(["d", "e"]) == [letter]
        everything = await store.failures(None, 10, FailureFilter())
        assert [one.stage for one in everything] == ["search__on_x", "vision", "preview"]
        assert [(one.path, one.photo_id) for one in everything[1:]] == [(b"0.jpg", _id(0)), (b"\xff.jpg", None)]
        assert await store.failures((everything[0].at, everything[0].key), 10, FailureFilter()) == everything[1:]
        assert await store.failures(None, 10, FailureFilter(photo_id=_id(0), stage="vision")) == everything[1:2]
        assert await store.failures(None, 10, FailureFilter(path=b"\xff.jpg")) == everything[2:]
        activity = await store.activity(T0)
        assert (activity.photos, activity.videos, activity.failed_files, activity.dead) == (1, 0, 1, 1)
        assert activity.stages["vision"] == {"failed": 1}
        await store.skip_refused(LIBRARY.library_id, b"\xff.jpg")
        assert await store.failures(None, 10, FailureFilter(dead_id=None, stage="preview")) == []
        assert len(await store.known_files(LIBRARY.library_id)) == 2

    async def test_other_models_make_done_rows_due(self, store: Store) -> None:
        """Done with another version: waiting and never sent; waiting ones keep their place, failed ones rest."""
        await _fill(store, 3)
        async with store.unit() as unit:
            rows = await unit.stage_rows([_id(0), _id(1), _id(2)])
            await unit.save_stage_rows(
                [
                    replace(rows[_id(0)]["vision"], status="done", done_version="m1", finished_at=T0),
                    replace(rows[_id(1)]["vision"], status="waiting", done_version="m2"),
                    replace(rows[_id(2)]["vision"], status="failed", finished_at=T0),
                ]
            )
            await unit.want_version(3, "m2")
            assert await unit.wanted_version() == (3, "m2")
            after = await unit.stage_rows([_id(0), _id(1), _id(2)])
        assert [after[_id(n)]["vision"].status for n in range(3)] == ["waiting", "done", "failed"]
        assert {row["vision"].wanted_version for row in after.values()} == {"m2"}
        assert await store.due(T0, 300, 10) == []
        assert await store.relooks_due(10) == [_id(0)]
        assert await store.never_sent() == 1
        assert (await store.activity(T0 - timedelta(1))).finished == {"vision": 2}
        assert (await store.activity(T0)).relooks == {"vision": 1}
        async with store.unit() as unit:
            await unit.pause("vision", T0)
        assert await store.relooks_due(10) == []
        assert await store.never_sent() == 0
        assert (await store.activity(T0)).paused == {"vision"}
        assert len(await store.due(T0 + timedelta(days=1), 300, 10)) == 6

    async def test_rows_are_due_when_their_stage_is_silent(self, store: Store) -> None:
        """Sent long ago and nothing came back from the stage; each sending doubles the patience."""
        await _fill(store, 1)
        assert await store.due(T0 + timedelta(seconds=299), 300, 10) == []
        assert len(await store.due(T0 + timedelta(seconds=301), 300, 10)) == 3
        assert await store.in_flight(T0 - timedelta(seconds=1)) == (1, 0)
        async with store.unit() as unit:
            rows = (await unit.stage_rows([_id(0)]))[_id(0)]
            at = T0 + timedelta(seconds=200)
            await unit.save_stage_rows(
                [
                    replace(rows["vision"], status="done", done_version="m1", finished_at=at),
                    replace(rows["cluster"], sent_count=2),
                ]
            )
        assert [row.stage for row in await store.due(T0 + timedelta(seconds=400), 300, 10)] == ["search"]
        assert len(await store.due(T0 + timedelta(seconds=601), 300, 10)) == 2
        assert await store.in_flight(T0 - timedelta(seconds=1)) == (0, 0)

    async def test_what_was_said_waits_and_is_found(self, store: Store) -> None:
        """Statements by kind and id, albums by name, and photos of which nothing was told yet."""
        await _fill(store, 2)
        item = JournalItem(kind="photo", id=_id(7), revision=3, photo_ids=(_id(7),), body={"stated": {"caption": "é"}})
        async with store.unit() as unit:
            await unit.keep_item(item)
            await unit.keep_item(item.model_copy(update={"revision": 4}))
            assert await unit.kept_items("photo", [_id(7), _id(8)]) == [item.model_copy(update={"revision": 4})]
            assert await unit.kept_items("album") == []
            await unit.forget_item("photo", _id(7))
            assert await unit.kept_items("photo") == []
            for number, name in (("2", "Rome"), ("1", "Rome"), ("file-1", "Sea")):
                await unit.save_album(Album(number, name, T0, revision=2))
            assert await unit.albums_named(["Rome", "no"]) == {"Rome": Album("1", "Rome", T0, revision=2)}
            await unit.put_in_album("1", [_id(0)])
            assert await unit.album_ids([_id(0), _id(1)]) == {_id(0): ["1"]}
            await unit.remove_empty_albums("file-")
            assert [album.album_id for album in await unit.all_albums()] == ["1", "2"]
            await unit.save_photos([_photo(1, stated=Stated(favourite=True), stated_at={"favourite": T0})])
            untold = await unit.untold_photos(9)
            assert [(row.photo_id, row.stated_at) for row in untold] == [(_id(1), {"favourite": T0})]
            await unit.save_photos([replace(untold[0], statement_revision=1)])
            assert await unit.untold_photos(9) == []

    async def test_our_own_writes_are_remembered(self, store: Store) -> None:
        """In their order, with what was stated then, until they are forgotten."""
        first = OwnWrite(LIBRARY.library_id, b"\xff.jpg", "embedded", "h1", _id(1), Stated(caption=None), ("a",), T0)
        second = replace(first, target="sidecar", digest="h2", albums=None, written_at=T0 + timedelta(1))
        async with store.unit() as unit:
            for write in (second, first, first):
                await unit.save_own_write(write)
            found = await unit.own_writes(LIBRARY.library_id, [b"\xff.jpg", b"other"])
            assert found == [first, second]
            assert found[0].stated.model_fields_set == {"caption"}
            await unit.forget_own_writes([first])
            assert await unit.own_writes(LIBRARY.library_id, [b"\xff.jpg"]) == [second]

    async def test_conflicts_and_pauses(self, store: Store) -> None:
        """Conflicts page by page, the newest first, with their end; what rests."""
        await _fill(store, 1)
        made = [
            Conflict(
                _id(0), LIBRARY.library_id, b"0.jpg", "caption", {"caption": "a"}, {"caption": None}, "theirs", "r", at
            )
            for at in (T0, T0 + timedelta(1))
        ]
        async with store.unit() as unit:
            for one in made:
                await unit.save_conflict(one)
            await unit.pause("vision", T0)
            await unit.pause("vision", T0)
        newest, oldest = await store.conflicts(None, 9)
        assert [newest, oldest] == made[::-1]
        assert await store.conflicts((newest.at, str(newest.conflict_id)), 9) == [oldest]
        async with store.unit() as unit:
            await unit.save_conflict(replace(oldest, resolved="ours", rule="a person decided"))
            settled = await unit.conflict(oldest.conflict_id)
            assert settled is not None
            assert (settled.resolved, settled.rule, settled.ours) == ("ours", "a person decided", {"caption": "a"})
            assert await unit.conflict(99) is None
            assert await unit.paused() == {"vision"}
            await unit.resume("vision")
            assert await unit.paused() == set()

    async def test_scans(self, store: Store) -> None:
        """The newest first; those that a dead process left running are interrupted."""
        first = await store.start_scan(LIBRARY.library_id, T0)
        await store.end_scan(replace(first, state="done", ended_at=T0, counts={"read": 2}))
        await store.start_scan(LIBRARY.library_id, T0)
        await store.interrupt_scans(T0)
        found = await store.scans(10)
        assert [(one.state, dict(one.counts)) for one in found] == [("interrupted", {}), ("done", {"read": 2})]

    async def test_an_error_undoes_the_whole_unit(self, store: Store) -> None:
        """Neither rows nor messages of a unit that failed are there."""
        with pytest.raises(ZeroDivisionError):
            await self._fail_in_a_unit(store)
        async with store.unit() as unit:
            assert await unit.photos([_id(1)]) == {}

    @staticmethod
    async def _fail_in_a_unit(store: Store) -> None:
        async with store.unit() as unit:
            await unit.save_photos([_photo(1)])
            await unit.publish(PhotoRemoved(photo_id=_id(1), revision=1), "x")
            raise ZeroDivisionError

    async def test_a_library_that_goes_leaves_the_photos(self, store: Store) -> None:
        """Its files and failures go, what is known of its pictures stays."""
        await _fill(store, 1)
        async with store.unit() as unit:
            await unit.save_refused(LIBRARY.library_id, [Refused(Seen(b"x.jpg", Stamp(1, 2, 3)), "bad")], T0)
            await unit.remove_files(LIBRARY.library_id, [b"0.jpg"])
            await unit.remove_library(LIBRARY.library_id)
            assert await unit.libraries() == []
            assert len(await unit.photos([_id(0)])) == 1


class TestFakeStore(StoreContract):
    """The twin in memory."""

    @pytest.fixture
    async def store(self) -> Store:
        """With one library."""
        return await _with_library(FakeStore())


@pytest.mark.it
class TestPostgresStore(StoreContract):
    """The real one."""

    @pytest.fixture
    async def store(self, database: DatabaseFactory) -> Store:
        """With one library, rolled back after the test."""
        return await _with_library(PostgresStore(await database("ingest", app.MIGRATIONS)))
