"""Power loss and errors at every step of a write: old or new, never a mix, and never without a row."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from pictopy_contracts.ids import PhotoId
from pictopy_exif.app import MIGRATIONS
from pictopy_exif.disk import PosixDisk
from pictopy_exif.domain.containers import container_of
from pictopy_exif.fake_disk import FailingDisk
from pictopy_exif.fake_library import FACE, FakeLibrary, deps_for
from pictopy_exif.fakes import FakeStore
from pictopy_exif.loop import recover
from pictopy_exif.store import PostgresStore
from pictopy_exif.undoing import undo_day
from pictopy_runtime.database import PostgresDatabase
from pictopy_runtime.outbox import waiting
from pictopy_testing.database import migrated

pytestmark = pytest.mark.it

COMMENT = b"\xff\xfe\x00\x08theirs"
STEPS_OF_A_WRITE = 14  # more than there are: the last ones fail nothing


def _fail(step: str) -> None:
    raise OSError(28, f"No space left on device ({step})")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def _named(root: Path, disk: FailingDisk, name: str = "a.jpg") -> FakeLibrary:
    there = await FakeLibrary(root, deps_for(FakeStore(), disk)).open()
    await there.named("p", name, "Anna")
    return there


@pytest.mark.parametrize("step", range(STEPS_OF_A_WRITE))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.avif", "a.gif"])
async def test_an_error_at_any_step_leaves_old_or_new(tmp_path: Path, step: int, name: str) -> None:
    """The file is whole, nothing is left over, the ledger tells which, and a later try succeeds."""
    Image.new("RGB", (40, 30)).save(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    disk = FailingDisk(PosixDisk(keep_mtime=True), step, _fail)
    there = await _named(tmp_path, disk, name)
    await there.settle()
    await recover(there.deps)
    [row] = await there.deps.store.ledger(None, None, 10)
    after = (tmp_path / name).read_bytes()
    is_new = after != before or (tmp_path / "a.gif.xmp").exists()
    assert row.status == ("written" if is_new else "failed")
    assert row.reason or row.status == "written"
    assert not [each for each in _names(tmp_path) if each.endswith(".tmp")]
    if container := container_of(before[:16], name):
        assert container.rest_digest(after) == container.rest_digest(before)
    async with there.deps.store.unit() as unit:
        await unit.mark([PhotoId("p")], 0.0)
    await there.settle()
    assert [each.status for each in await there.deps.store.ledger(None, None, 10)] == ["written"]


@pytest.mark.parametrize("step", range(10))
async def test_an_error_at_any_step_of_an_undo_leaves_old_or_new(tmp_path: Path, step: int) -> None:
    """An undo that failed can be done again, and then gives back the very bytes."""
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg")
    before = (tmp_path / "a.jpg").read_bytes()
    disk = FailingDisk(PosixDisk(keep_mtime=True), None, _fail)
    there = await _named(tmp_path, disk)
    await there.settle()
    failing = FailingDisk(PosixDisk(keep_mtime=True), step, _fail)
    broken = FakeLibrary(tmp_path, deps_for(there.deps.store, failing))
    await undo_day(None, broken.deps)
    await recover(there.deps)
    [row] = await there.deps.store.ledger(None, None, 10)
    assert row.status == ("undone" if (tmp_path / "a.jpg").read_bytes() == before else "written")
    await undo_day(None, there.deps)
    assert (tmp_path / "a.jpg").read_bytes() == before
    assert _names(tmp_path) == ["a.jpg"]


async def test_a_file_that_changes_under_our_hands_is_read_and_merged_again(tmp_path: Path) -> None:
    """What another program writes between our reading and our writing is in the result."""
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg")

    def change(step: str) -> None:
        data = (tmp_path / "a.jpg").read_bytes()
        (tmp_path / "a.jpg").write_bytes(data[:2] + COMMENT + data[2:])

    steps = FailingDisk(PosixDisk(keep_mtime=True), None, _fail)
    probe = tmp_path / "probe"
    probe.mkdir()
    Image.new("RGB", (40, 30)).save(probe / "a.jpg")
    await (await _named(probe, steps)).settle()
    disk = FailingDisk(PosixDisk(keep_mtime=True), steps.steps.index("write_temp"), change)
    there = await _named(tmp_path, disk)
    await there.settle()
    [row] = await there.deps.store.ledger(None, None, 10)
    after = (tmp_path / "a.jpg").read_bytes()
    assert row.status == "written"
    assert b"Anna" in after
    assert COMMENT in after


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from pictopy_exif.disk import PosixDisk
from pictopy_exif.fake_disk import FailingDisk
from pictopy_exif.fake_library import FakeLibrary, deps_for
from pictopy_exif.store import PostgresStore
from pictopy_runtime.database import PostgresDatabase

root, dsn, schema, step = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])

def die(name):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    database = PostgresDatabase(dsn, schema)
    await database.open(30)
    disk = FailingDisk(PosixDisk(keep_mtime=True), step, die)
    there = await FakeLibrary(root, deps_for(PostgresStore(database), disk)).open()
    await there.named("p", "a.jpg", "Anna")
    await there.settle()

asyncio.run(main())
"""
SCHEMA = "exif_crash"


@pytest.fixture
async def committed(postgres_dsn: str) -> AsyncIterator[PostgresDatabase]:
    """A schema whose changes outlive the process that made them."""
    database = PostgresDatabase(postgres_dsn, SCHEMA)
    await database.open(30)
    await migrated(database, SCHEMA, MIGRATIONS)
    yield database
    async with database.transaction() as connection:
        await connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    await database.close()


@pytest.mark.parametrize("step", range(3, 10))
async def test_kill_9_at_any_step_is_repaired_at_the_next_start(
    tmp_path: Path, step: int, committed: PostgresDatabase, postgres_dsn: str
) -> None:
    """After recovery the row agrees with the file, nothing of ours lies about, and the write comes to its end once."""
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg")
    before = (tmp_path / "a.jpg").read_bytes()
    command = [sys.executable, "-c", KILLED, str(tmp_path), postgres_dsn, SCHEMA, str(step)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    store = PostgresStore(committed)
    deps = deps_for(store)
    await recover(deps)
    assert _names(tmp_path) == ["a.jpg"]
    is_new = (tmp_path / "a.jpg").read_bytes() != before
    [row] = await store.ledger(None, None, 10)
    assert (row.status, row.verified) == (("written", True) if is_new else ("failed", False))
    assert await waiting(committed) == is_new
    async with store.unit() as unit:
        await unit.mark([PhotoId("p")], 0.0)
    await FakeLibrary(tmp_path, deps).settle()
    assert [each.status for each in await store.ledger(None, None, 10)] == ["written"]
    assert await waiting(committed) == 1


async def test_halves_of_a_wish_that_arrive_at_the_same_moment_make_a_whole(
    tmp_path: Path, committed: PostgresDatabase
) -> None:
    """The face and the name, each in a transaction of its own: one of them sees the other, always."""
    store = PostgresStore(committed)
    there = FakeLibrary(tmp_path, deps_for(store))
    for number in range(30):
        photo_id, person = f"photo{number}", f"person{number}"
        await asyncio.gather(
            there.photo(photo_id, "a.jpg"), there.faces(photo_id, **{person: FACE}), there.person(person, "Anna")
        )
    assert await store.waiting() == 30
