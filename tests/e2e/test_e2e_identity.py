"""Renaming and moving, while the stack is up or down, loses nothing and repeats no work."""

from pathlib import Path

import nats
import pytest

from pictopy_testing.folders import write_photo
from pictopy_testing.stack import Running, Stack, wait_until

pytest_plugins = ["pictopy_testing.stack_plugin"]
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def make_library(root: Path, first_seed: int) -> Path:
    for number in range(6):
        write_photo(root / "old" / f"{number}.jpg", first_seed + number)
    return root


def paths_of(running: Running, library_id: str) -> dict[str, str]:
    """Path to photo id of every photo of a library."""
    photos = running.items("ingest", "/v1/photos", library=library_id)
    return {file["path"]: photo["photo_id"] for photo in photos for file in photo["files"]}


async def analysed(running: Running) -> int:
    """How many results vision has ever published."""
    log = (running.data / "nats" / "nats.conf").read_text(encoding="utf-8")
    port = int(log.split("127.0.0.1:")[1].split('"')[0])
    token = (running.data / "token").read_text(encoding="ascii").strip()
    client = await nats.connect(f"nats://127.0.0.1:{port}", token=token)
    try:
        info = await client.jetstream().stream_info("VISION", subjects_filter="vision.photo.analysed.v1")
        return sum((info.state.subjects or {}).values())
    finally:
        await client.close()


async def test_files_moved_while_up(running: Running, tmp_path: Path) -> None:
    """Moved and renamed files keep their ids and their favourites, and vision looks at none of them again."""
    root = make_library(tmp_path / "photos", 2000)
    library = running.add_library(root)
    running.settle()
    before, looks = paths_of(running, library), await analysed(running)
    assert len(before) == 6
    running.call("PATCH", "ingest", f"/v1/photos/{before['old/1.jpg']}", json={"favourite": True})

    (root / "new").mkdir()
    for number in range(6):
        (root / "old" / f"{number}.jpg").rename(root / "new" / f"moved-{number}.jpg")
    wait_until(lambda: set(paths_of(running, library)) == {f"new/moved-{n}.jpg" for n in range(6)}, 60, running.left)
    running.settle()

    after = paths_of(running, library)
    assert {path.replace("new/moved-", "old/"): photo_id for path, photo_id in after.items()} == before
    assert running.get("ingest", f"/v1/photos/{after['new/moved-1.jpg']}")["favourite"] is True
    assert await analysed(running) == looks


async def test_a_folder_renamed_while_up_and_down(tmp_path: Path) -> None:
    """A library under a new name, with files moved inside, keeps its photos and favourites; none is analysed again."""
    root = make_library(tmp_path / "photos", 2100)
    stack = Stack(tmp_path / "data")
    with stack.up(root) as running:
        running.settle()
        library = running.items("ingest", "/v1/libraries")[0]["library_id"]
        ids, looks = set(paths_of(running, library).values()), await analysed(running)
        favourite = paths_of(running, library)["old/2.jpg"]
        running.call("PATCH", "ingest", f"/v1/photos/{favourite}", json={"favourite": True})
        running.settle()

    renamed = root.rename(tmp_path / "pictures")
    (renamed / "old" / "2.jpg").rename(renamed / "two.jpg")
    with stack.up(renamed) as running:
        running.settle()
        everything = running.items("ingest", "/v1/photos")
        assert {photo["photo_id"] for photo in everything} == ids
        kept = running.get("ingest", f"/v1/photos/{favourite}")
        assert kept["favourite"] is True
        assert "two.jpg" in [file["path"] for file in kept["files"]]
        assert await analysed(running) == looks
        assert running.items("search", "/v1/search", favourite=True)[0]["photo_id"] == favourite
