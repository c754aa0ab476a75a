"""Scans and libraries on fakes: what is told, and what is not lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import (
    LibraryAdded,
    LibraryRemoved,
    PhotoAdded,
    PhotoChanged,
    PhotoMoved,
    PhotoRemoved,
)
from pictopy_ingest import libraries, stating
from pictopy_ingest.board import Board
from pictopy_ingest.disk_fakes import FakePreparer, FakeTree
from pictopy_ingest.domain.facts import Facts, Stated
from pictopy_ingest.domain.photos import Library
from pictopy_ingest.domain.scan import Seen, Stamp, Walk
from pictopy_ingest.fakes import FakeStore
from pictopy_ingest.ports import Deps, FailureFilter, PictureFiles, Prepared, Refused
from pictopy_ingest.scanning import scan
from pictopy_runtime.errors import AppError
from pictopy_runtime.fakes import FakeBus

T0 = datetime(2024, 1, 1, tzinfo=UTC)
ROOT = b"/home/photos"
FACTS = Facts(format="jpeg", width_px=4, height_px=3)


class World:
    """A service on fakes, and a folder that a test can change: path to (picture, size)."""

    def __init__(self) -> None:
        self.store, self.tree, self.preparer = FakeStore(), FakeTree(), FakePreparer()
        pictures = PictureFiles(Path("/home/data"))
        self.deps = Deps(self.store, FakeBus(), self.tree, self.preparer, pictures, Board(lambda: 0.0), lambda: T0)

    def folder(self, files: Mapping[bytes, str], root: bytes = ROOT, facts: Facts = FACTS) -> None:
        """Each file holds the picture of that letter; its stamp follows from path and letter."""
        seen = {path: Seen(path, Stamp(ord(letter), ord(letter), 0)) for path, letter in files.items()}
        self.tree.walks[root] = Walk(tuple(seen[path] for path in sorted(seen)), is_empty=not files)
        for path, letter in files.items():
            self.preparer.outcomes[path] = Prepared(seen[path], PhotoId(letter * 32), facts)

    async def start(self, files: Mapping[bytes, str]) -> Library:
        self.folder(files)
        library = await libraries.add(self.deps, ROOT, "home")
        await scan(self.deps, library.library_id)
        return library

    async def look(self, library: Library) -> list[object]:
        """Scan, and what was published by it."""
        before = len(self.store.published)
        await scan(self.deps, library.library_id)
        return list(self.store.published[before:])


@pytest.fixture
def world() -> World:
    return World()


async def test_new_photos_are_told_of_and_copies_are_one_photo(world: World) -> None:
    """Two files with one picture are one photo of two files, and every stage of it waits."""
    library = await world.start({b"a.jpg": "a", b"copy.jpg": "a", b"b.jpg": "b"})
    [told, *added] = world.store.published
    assert isinstance(told, LibraryAdded)
    assert {len(one.photo.files) for one in added if isinstance(one, PhotoAdded)} == {1, 2}
    assert len(world.store.state.stages) == 6
    assert world.store.scan_rows[-1].counts["read"] == 3
    assert await world.look(library) == []


async def test_an_unchanged_library_is_not_opened_again(world: World) -> None:
    """No file is read, no transaction is needed beyond looking up the library."""
    library = await world.start({b"a.jpg": "a", b"b.jpg": "b"})
    world.preparer.read.clear()
    before = world.store.units
    await world.look(library)
    assert world.preparer.read == []
    assert world.store.units == before + 1


async def test_a_rename_is_one_move(world: World) -> None:
    """The same photo under another name, in any folder, is PhotoMoved and nothing else."""
    library = await world.start({b"a.jpg": "a", b"b.jpg": "b"})
    world.folder({b"d/z.jpg": "a", b"b.jpg": "b"})
    [moved] = await world.look(library)
    assert isinstance(moved, PhotoMoved)
    assert [file.path for file in moved.files] == ["d/z.jpg"]
    assert moved.revision == 2


async def test_names_swapped_between_two_pictures_are_two_moves(world: World) -> None:
    """Each picture is where the other was."""
    library = await world.start({b"a.jpg": "a", b"b.jpg": "b"})
    world.folder({b"a.jpg": "b", b"b.jpg": "a"})
    told = await world.look(library)
    assert [type(one) for one in told] == [PhotoMoved, PhotoMoved]
    assert {path for _, path in world.store.state.files} == {b"a.jpg", b"b.jpg"}


async def test_new_pixels_under_an_old_name_are_another_photo(world: World) -> None:
    """The old picture is removed, the new one added."""
    library = await world.start({b"a.jpg": "a"})
    world.folder({b"a.jpg": "c"})
    told = await world.look(library)
    assert {type(one) for one in told} == {PhotoRemoved, PhotoAdded}


async def test_a_change_waits_until_our_own_writer_was_heard(world: World) -> None:
    """A known file that changed a moment ago, or while news of our own writes are on their way, is read a little
    later; a new file at once."""
    library = await world.start({b"a.jpg": "a"})
    heard = [True]

    async def all_heard() -> bool:
        return heard[0]

    world.deps = replace(world.deps, all_heard=all_heard)
    world.folder({b"a.jpg": "a", b"b.jpg": "b"})
    fresh = Seen(b"a.jpg", Stamp(9, 9, int(T0.timestamp() * 1e9) - 1))
    world.tree.walks[ROOT] = Walk((fresh, world.tree.walks[ROOT].files[1]))
    world.preparer.read.clear()
    await scan(world.deps, library.library_id)
    assert world.preparer.read == [b"b.jpg"]
    assert world.deps.board.wanted == 1
    old = Seen(b"a.jpg", Stamp(9, 9, 1))
    world.tree.walks[ROOT] = Walk((old, world.tree.walks[ROOT].files[1]))
    heard[0] = False
    await scan(world.deps, library.library_id)
    assert world.preparer.read == [b"b.jpg"]
    heard[0] = True
    await scan(world.deps, library.library_id)
    assert world.preparer.read == [b"b.jpg", b"a.jpg"]


async def test_a_photo_that_returns_brings_all_that_was_said(world: World) -> None:
    """Removed and found again: the same photo, still a favourite, told of as changed."""
    library = await world.start({b"a.jpg": "a", b"b.jpg": "b"})
    async with world.store.unit() as unit:
        await stating.state(unit, PhotoId("a" * 32), Stated(favourite=True), T0)
    world.folder({b"b.jpg": "b"})
    [removed] = await world.look(library)
    assert isinstance(removed, PhotoRemoved)
    world.folder({b"b.jpg": "b", b"new/a.jpg": "a"})
    [back] = await world.look(library)
    assert isinstance(back, PhotoChanged)
    assert back.photo.favourite
    assert back.photo.revision == removed.revision + 1


async def test_a_copy_found_and_a_copy_gone(world: World) -> None:
    """A second file is a change, and its end a move; the photo stays."""
    library = await world.start({b"a.jpg": "a"})
    world.folder({b"a.jpg": "a", b"copy.jpg": "a"})
    [found] = await world.look(library)
    assert isinstance(found, PhotoChanged)
    world.folder({b"copy.jpg": "a"})
    [gone] = await world.look(library)
    assert isinstance(gone, PhotoMoved)


async def test_a_root_that_is_away_takes_nothing_with_it(world: World) -> None:
    """Neither a missing folder nor an empty mount point removes a photo; the scan says why it ended."""
    library = await world.start({b"a.jpg": "a"})
    del world.tree.walks[ROOT]
    assert await world.look(library) == []
    world.folder({})
    assert await world.look(library) == []
    assert [one.state for one in world.store.scan_rows] == ["done", "failed", "failed"]
    assert "empty" in (world.store.scan_rows[-1].reason or "")


async def test_a_turned_photo_is_looked_at_again(world: World) -> None:
    """Another orientation tag keeps the id; its boxes are no longer true, so all stages are due."""
    library = await world.start({b"a.jpg": "a"})
    walk = world.tree.walks[ROOT]
    world.tree.walks[ROOT] = replace(walk, files=(Seen(b"a.jpg", Stamp(97, 98, 0)),))
    turned = FACTS.model_copy(update={"orientation": 6})
    world.preparer.outcomes[b"a.jpg"] = Prepared(walk.files[0], PhotoId("a" * 32), turned)
    [told] = await world.look(library)
    assert isinstance(told, PhotoChanged)
    assert await world.store.never_sent() == 3


async def test_what_a_person_said_wins_over_the_file(world: World) -> None:
    """A caption, and even «no rating», hold against the file; what was not said follows the file."""
    facts = FACTS.model_copy(update={"caption": "file", "rating": 3, "title": "file"})
    world.folder({b"a.jpg": "a"}, facts=facts)
    library = await libraries.add(world.deps, ROOT, None)
    await scan(world.deps, library.library_id)
    async with world.store.unit() as unit:
        await stating.state(unit, PhotoId("a" * 32), Stated(caption="mine", rating=None), T0)
        await stating.state(unit, PhotoId("a" * 32), Stated(caption="mine"), T0)
    changed = [one for one in world.store.published if isinstance(one, PhotoChanged)]
    assert [(one.photo.caption, one.photo.rating, one.photo.title) for one in changed] == [("mine", None, "file")]


async def test_files_without_a_picture_are_listed_once(world: World) -> None:
    """A file that failed is not tried at every scan, but it is when asked for or when it changed."""
    world.folder({b"a.jpg": "a"})
    seen = world.tree.walks[ROOT].files[0]
    world.preparer.outcomes[b"a.jpg"] = Refused(seen, "the JPEG is damaged\x00")
    library = await libraries.add(world.deps, ROOT, None)
    await scan(world.deps, library.library_id)
    [failure] = await world.store.failures(None, 10, FailureFilter())
    assert (failure.path, failure.stage, failure.reason) == (b"a.jpg", "preview", "the JPEG is damaged")
    await world.look(library)
    assert world.preparer.read == [b"a.jpg"]
    await world.store.reread_refused(library.library_id, b"a.jpg")
    world.folder({b"a.jpg": "a"})
    [added] = await world.look(library)
    assert isinstance(added, PhotoAdded)
    assert await world.store.failures(None, 10, FailureFilter()) == []


async def test_a_full_disk_takes_no_photo_away(world: World) -> None:
    """A reason that may pass is listed, tried again at each scan, and the photo stays known."""
    library = await world.start({b"a.jpg": "a"})
    walk = world.tree.walks[ROOT]
    world.tree.walks[ROOT] = replace(walk, files=(Seen(b"a.jpg", Stamp(97, 99, 0)),))
    world.preparer.outcomes[b"a.jpg"] = Refused(walk.files[0], "No space left on device", is_passing=True)
    assert await world.look(library) == []
    assert await world.look(library) == []
    [failure] = await world.store.failures(None, 10, FailureFilter())
    assert failure.attempts == 2


async def test_a_file_that_is_being_written_is_waited_for(world: World) -> None:
    """Nothing is said of it, and a scan is wanted soon: nothing is settled meanwhile."""
    world.folder({b"a.jpg": "a"})
    world.preparer.outcomes[b"a.jpg"] = Refused(world.tree.walks[ROOT].files[0], "growing", is_unsettled=True)
    library = await libraries.add(world.deps, ROOT, None)
    await world.deps.board.next()
    await scan(world.deps, library.library_id)
    world.deps.board.end()
    assert world.deps.board.wanted == 1
    assert await world.store.failures(None, 10, FailureFilter()) == []


async def test_folders_that_cannot_be_listed_are_told_of_and_nothing_in_them_is_gone(world: World) -> None:
    """Permission denied on a folder is listed once; its photos stay."""
    library = await world.start({b"d/a.jpg": "a", b"b.jpg": "b"})
    walk = world.tree.walks[ROOT]
    world.tree.walks[ROOT] = replace(walk, files=walk.files[:1], unreadable={b"d": "Permission denied"})
    assert await world.look(library) == []
    assert await world.look(library) == []
    [failure] = await world.store.failures(None, 10, FailureFilter())
    assert (failure.path, failure.stage, failure.attempts) == (b"d", "scan", 1)


async def test_a_library_whose_folder_moved_is_the_same_library(world: World) -> None:
    """The old root is gone and its pictures are elsewhere: same id, new root, nothing lost or done again."""
    library = await world.start({b"a.jpg": "a", b"b.jpg": "b"})
    elsewhere = b"/mnt/photos"
    world.tree.walks[elsewhere] = world.tree.walks.pop(ROOT)
    moved = await libraries.add(world.deps, elsewhere, None)
    assert (moved.library_id, moved.root, moved.revision) == (library.library_id, elsewhere, 2)
    world.preparer.read.clear()
    assert await world.look(moved) == []
    assert world.preparer.read == []


async def test_another_folder_is_another_library(world: World) -> None:
    """Other pictures do not inherit the name of a library that is away."""
    library = await world.start({b"a.jpg": "a", b"b.jpg": "b"})
    del world.tree.walks[ROOT]
    world.folder({b"x.jpg": "x"}, b"/mnt/other")
    other = await libraries.add(world.deps, b"/mnt/other", None)
    assert other.library_id != library.library_id
    world.folder({b"y.jpg": "y"}, b"/mnt/third")
    with pytest.raises(AppError, match="does not hold"):
        await libraries.change(world.deps, library.library_id, b"/mnt/third", None)


@pytest.mark.parametrize(
    ("path", "status"),
    [(b"photos", 422), (b"/nowhere", 422), (b"/home/photos/sub", 409), (b"/home", 409), (b"/home/data/previews", 409)],
)
async def test_folders_that_cannot_be_libraries(world: World, path: bytes, status: int) -> None:
    """Relative, absent, overlapping with a library, or PictoPy's own."""
    await world.start({b"a.jpg": "a"})
    if status == 409:
        world.folder({b"a.jpg": "a"}, path)
    with pytest.raises(AppError) as error:
        await libraries.add(world.deps, path, None)
    assert error.value.status == status


async def test_taking_a_library_out_keeps_what_was_said(world: World) -> None:
    """Photos are removed for everyone; adding the folder again brings them back as they were."""
    library = await world.start({b"a.jpg": "a", b"b.jpg": "b"})
    async with world.store.unit() as unit:
        await stating.state(unit, PhotoId("a" * 32), Stated(favourite=True), T0)
    await libraries.take_out(world.deps, library.library_id)
    names = [type(one).__name__ for one in world.store.published[-4:]]
    assert names == ["PhotoRemoved", "PhotoRemoved", LibraryRemoved.__name__, "IngestStated"]
    with pytest.raises(AppError):
        await libraries.take_out(world.deps, LibraryId("other"))
    again = await libraries.add(world.deps, ROOT, None)
    told = await world.look(again)
    assert [one.photo.favourite for one in told if isinstance(one, PhotoChanged)] == [True, False]
