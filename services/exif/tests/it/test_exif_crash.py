"""Power loss and errors at every step of a write: old or new, never a mix, and never without a row."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from pictopy_contracts.ids import PhotoId
from pictopy_exif.disk import PosixDisk
from pictopy_exif.domain import jpeg
from pictopy_exif.fake_disk import FailingDisk
from pictopy_exif.fake_library import FakeLibrary, deps_for
from pictopy_exif.fakes import FakeStore
from pictopy_exif.loop import recover
from pictopy_exif.undoing import undo_day

pytestmark = pytest.mark.it

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
@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
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
    is_new = after != before or (tmp_path / "a.png.xmp").exists()
    assert row.status == ("written" if is_new else "failed")
    assert row.reason or row.status == "written"
    assert not [each for each in _names(tmp_path) if each.endswith(".tmp")]
    if name == "a.jpg":
        assert jpeg.rest_digest(after) == jpeg.rest_digest(before)
    async with there.deps.store.unit() as unit:
        await unit.mark([PhotoId("p")], 0.0)
    await there.settle()
    assert [each.status for each in await there.deps.store.ledger(None, None, 10)] == ["written"]


@pytest.mark.parametrize("step", range(8))
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
        with (tmp_path / "a.jpg").open("ab") as file:
            file.write(b"a trailer of theirs")

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
    assert after.endswith(b"a trailer of theirs")


KILLED = """
import asyncio, os, pickle, signal, sys
from pathlib import Path
from pictopy_exif.disk import PosixDisk
from pictopy_exif.fake_disk import FailingDisk
from pictopy_exif.fake_library import FakeLibrary, deps_for
from pictopy_exif.fakes import FakeStore

root, kept, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
store = FakeStore()

def die(name):
    kept.write_bytes(pickle.dumps(store.__dict__))  # what Postgres would hold at this moment
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    disk = FailingDisk(PosixDisk(keep_mtime=True), step, die)
    there = await FakeLibrary(root, deps_for(store, disk)).open()
    await there.named("p", "a.jpg", "Anna")
    await there.settle()

asyncio.run(main())
"""


@pytest.mark.parametrize("step", range(2, 10))
async def test_kill_9_at_any_step_is_repaired_at_the_next_start(tmp_path: Path, step: int) -> None:
    """After recovery the row agrees with the file and nothing of ours lies about."""
    root, kept = tmp_path / "library", tmp_path / "kept"
    root.mkdir()
    Image.new("RGB", (40, 30)).save(root / "a.jpg")
    before = (root / "a.jpg").read_bytes()
    command = [sys.executable, "-c", KILLED, str(root), str(kept), str(step)]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ})
    assert done.returncode == -9, done.stderr
    store = FakeStore()
    store.__dict__.update(pickle.loads(kept.read_bytes()))
    deps = deps_for(store)
    await recover(deps)
    assert _names(root) == ["a.jpg"]
    rows = await store.ledger(None, None, 10)
    is_new = (root / "a.jpg").read_bytes() != before
    assert [row.status for row in rows] in ([], ["written" if is_new else "failed"])
    assert is_new == any(row.verified for row in rows)
    assert len(store.published) == is_new
