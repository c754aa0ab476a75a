"""Whole writes on real files: what other readers see afterwards, what stays, and the way back."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import FileWritten
from pictopy_exif.domain.records import Rules
from pictopy_exif.fake_library import FACE, FakeLibrary
from pictopy_exif.fakes import FakeStore
from pictopy_exif.loop import write_due
from pictopy_exif.preparing import TRIES_FOR_INGEST
from pictopy_exif.undoing import undo_day, undo_photo, undo_write
from pictopy_exif.writing import fulfil
from pictopy_runtime.errors import AppError
from pictopy_testing.metadata import by_exiftool, listed, make_jpeg

pytestmark = pytest.mark.it


async def library(root: Path) -> FakeLibrary:
    return await FakeLibrary(root).open()


async def test_undo_gives_back_the_very_bytes(tmp_path: Path) -> None:
    """Two writes undone in reverse order leave the file as it was, to the byte and with its time."""
    before = make_jpeg(tmp_path / "a.jpg")
    os.utime(tmp_path / "a.jpg", (1_000_000_000, 1_000_000_000))
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    await there.person("p-person", "Anna Maria")
    await there.settle()
    assert "Anna Maria" in str(by_exiftool(tmp_path / "a.jpg"))
    undone = await undo_photo(PhotoId("p"), there.deps)
    assert len(undone.write_ids) == 2
    assert (tmp_path / "a.jpg").read_bytes() == before
    assert (tmp_path / "a.jpg").stat().st_mtime == 1_000_000_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg"]


async def test_undone_wishes_stay_undone_until_the_user_says_more(tmp_path: Path) -> None:
    """After an undo nothing is written by itself; a new name is."""
    before = make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    await undo_day(None, there.deps)
    await there.photo("p", "a.jpg")
    await there.settle()
    assert (tmp_path / "a.jpg").read_bytes() == before
    await there.person("p-person", "Beate")
    await there.settle()
    assert "Beate" in str(by_exiftool(tmp_path / "a.jpg"))


async def test_a_name_taken_away_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """Where we made the packet and nothing is left to say, the packet goes too."""
    before = make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    await there.person("p-person", None)
    await there.settle()
    assert (tmp_path / "a.jpg").read_bytes() == before


async def test_only_our_own_names_are_taken_away(tmp_path: Path) -> None:
    """A keyword that another program had written before us stays when the same name is withdrawn."""
    make_jpeg(tmp_path / "a.jpg")
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool is not installed: it plays the other program")
    subprocess.run([program, "-q", "-XMP:Subject=Anna", "-XMP:Subject=beach", str(tmp_path / "a.jpg")], check=True)
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    assert listed(by_exiftool(tmp_path / "a.jpg")["TagsList"]) == ["People/Anna", "Anna", "beach"]
    await there.person("p-person", "Anna", hidden=True)
    await there.settle()
    found = by_exiftool(tmp_path / "a.jpg")
    assert listed(found["Subject"]) == ["Anna", "beach"]
    assert not {"PersonInImage", "RegionInfo", "TagsList"} & set(found)


async def test_a_file_that_says_it_already_is_not_written(tmp_path: Path) -> None:
    """Our echo, and a second look, write nothing."""
    make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    after = (tmp_path / "a.jpg").stat()
    await there.photo("p", "a.jpg")
    await there.settle()
    assert len(await there.deps.store.ledger(None, None, 10)) == 1
    assert (tmp_path / "a.jpg").stat().st_ino == after.st_ino


async def test_a_photo_without_a_human_word_is_never_touched(tmp_path: Path) -> None:
    """Unnamed and hidden people and automatic event titles are no reason to write."""
    before = make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.photo("p", "a.jpg")
    await there.faces("p", unnamed=FACE, hidden=FACE)
    await there.person("unnamed", None)
    await there.person("hidden", "Anna", hidden=True)
    await there.event("e", "Berlin, May 2020", "p", by_user=False)
    await there.settle()
    assert (tmp_path / "a.jpg").read_bytes() == before
    assert await there.deps.store.ledger(None, None, 10) == []


async def test_a_gif_gets_a_sidecar_and_undo_takes_it_away(tmp_path: Path) -> None:
    """The picture itself stays byte for byte; the sidecar is `name.ext.xmp`."""
    Image.new("RGB", (40, 30)).save(tmp_path / "a.gif")
    before = (tmp_path / "a.gif").read_bytes()
    there = await library(tmp_path)
    await there.named("p", "a.gif", "Anna")
    await there.settle()
    assert listed(by_exiftool(tmp_path / "a.gif.xmp")["PersonInImage"]) == ["Anna"]
    await undo_day(None, there.deps)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif"]
    assert (tmp_path / "a.gif").read_bytes() == before


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.avif"])
async def test_every_format_is_written_into_and_given_back(tmp_path: Path, name: str) -> None:
    """Two writes one upon the other, undone to the very bytes; other programs read the last."""
    Image.radial_gradient("L").resize((40, 30)).convert("RGB").save(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    there = await library(tmp_path)
    await there.named("p", name, "Anna")
    await there.settle()
    await there.person("p-person", "Beate, \u7530\u4e2d")
    await there.settle()
    assert listed(by_exiftool(tmp_path / name)["PersonInImage"]) == ["Beate, \u7530\u4e2d"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]
    await undo_day(None, there.deps)
    assert (tmp_path / name).read_bytes() == before


async def test_a_new_sidecar_says_all_that_the_file_says(tmp_path: Path) -> None:
    """Readers look no further than the sidecar: keywords of the file must not vanish behind it."""
    make_jpeg(tmp_path / "a.jpg")
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool is not installed: it plays the other program")
    subprocess.run([program, "-q", "-XMP:Subject=beach", "-XMP:Rating=4", str(tmp_path / "a.jpg")], check=True)
    there = await FakeLibrary(tmp_path).open("sidecar")
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    found = by_exiftool(tmp_path / "a.jpg.xmp")
    assert (listed(found["Subject"]), found["Rating"]) == (["beach", "Anna"], 4)
    await there.person("p-person", None)
    await there.settle()
    assert not (tmp_path / "a.jpg.xmp").exists()


async def test_all_copies_of_a_photo_are_written(tmp_path: Path) -> None:
    """A picture that lies in two folders says the name in both."""
    make_jpeg(tmp_path / "a.jpg")
    shutil.copy(tmp_path / "a.jpg", tmp_path / "b.jpg")
    there = await library(tmp_path)
    await there.photo("p", "a.jpg", "b.jpg")
    await there.faces("p", anna=FACE)
    await there.person("anna", "Anna")
    await there.settle()
    assert all(listed(by_exiftool(tmp_path / each)["PersonInImage"]) == ["Anna"] for each in ("a.jpg", "b.jpg"))


async def test_a_hard_linked_file_gets_a_sidecar(tmp_path: Path) -> None:
    """A write would part the links, so the file stays and the ledger says why."""
    before = make_jpeg(tmp_path / "a.jpg")
    os.link(tmp_path / "a.jpg", tmp_path / "backup.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    [row] = await there.deps.store.ledger(None, None, 10)
    assert (row.target, row.status) == ("sidecar", "written")
    assert "2 hard links" in (row.reason or "")
    assert (tmp_path / "a.jpg").read_bytes() == before


async def test_undo_refuses_a_file_that_someone_changed_since(tmp_path: Path) -> None:
    """What another program wrote after us is never thrown away."""
    make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    changed = (tmp_path / "a.jpg").read_bytes() + b"trailer"
    (tmp_path / "a.jpg").write_bytes(changed)
    [write_id] = await there.deps.store.undoable(None)
    with pytest.raises(AppError, match="changed by someone else") as raised:
        await undo_write(write_id, there.deps)
    assert raised.value.status == 409
    assert (tmp_path / "a.jpg").read_bytes() == changed


async def test_undo_finds_a_file_that_moved(tmp_path: Path) -> None:
    """The ledger follows the photo to its new place."""
    before = make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.jpg").rename(tmp_path / "sub/b.jpg")
    await there.move("p", "sub/b.jpg")
    await there.settle()
    await undo_day(None, there.deps)
    assert (tmp_path / "sub/b.jpg").read_bytes() == before


async def test_a_name_taken_away_goes_from_a_moved_file_too(tmp_path: Path) -> None:
    """What is ours is known by the photo, not by its path alone."""
    before = make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    (tmp_path / "a.jpg").rename(tmp_path / "b.jpg")
    await there.move("p", "b.jpg")
    await there.person("p-person", None)
    await there.settle()
    assert (tmp_path / "b.jpg").read_bytes() == before


async def test_mode_and_extended_attributes_are_kept(tmp_path: Path) -> None:
    """The new file differs from the old one in its XMP only."""
    make_jpeg(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").chmod(0o640)
    try:
        os.setxattr(tmp_path / "a.jpg", "user.note", b"mine")
    except OSError:
        pytest.skip("this file system holds no extended attributes")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    assert (tmp_path / "a.jpg").stat().st_mode & 0o777 == 0o640
    assert os.getxattr(tmp_path / "a.jpg", "user.note") == b"mine"


async def test_a_path_out_of_the_library_is_refused(tmp_path: Path) -> None:
    """Neither dots nor a link lead to a file outside."""
    root = tmp_path / "library"
    root.mkdir()
    before = make_jpeg(tmp_path / "outside.jpg")
    (root / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    there = await library(root)
    await there.photo("p", "../outside.jpg", "link.jpg")
    await there.faces("p", anna=FACE)
    await there.person("anna", "Anna")
    await there.settle()
    rows = await there.deps.store.ledger(None, None, 10)
    assert [row.reason for row in rows] == ["the path leads out of its library"] * 2
    assert (tmp_path / "outside.jpg").read_bytes() == before


async def test_a_name_of_any_bytes_is_written(tmp_path: Path) -> None:
    """A file name that is not UTF-8 is a file like any other."""
    path = os.fsdecode(b"caf\xe9\n.jpg")
    make_jpeg(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").rename(tmp_path / path)
    there = await library(tmp_path)
    await there.named("p", path, "Anna")
    await there.settle()
    [row] = await there.deps.store.ledger(None, None, 10)
    assert row.status == "written"


async def test_a_picture_that_took_anothers_place_is_not_given_its_names(tmp_path: Path) -> None:
    """Until ingest has seen it, nobody knows who is on it."""
    make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    other = make_jpeg(tmp_path / "a.jpg", size=(30, 20))
    await there.settle()
    [row] = await there.deps.store.ledger(None, None, 10)
    assert (row.status, row.reason) == ("failed", "the file is not as it was imported; it waits for the next scan")
    assert (tmp_path / "a.jpg").read_bytes() == other


async def test_a_file_that_ingest_is_silent_about_is_written_in_the_end(tmp_path: Path) -> None:
    """Another program touched nothing that ingest tells of: after some tries that is taken for certain."""
    make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    with (tmp_path / "a.jpg").open("ab") as file:
        file.write(b"a trailer of theirs")
    statuses = []
    for _ in range(TRIES_FOR_INGEST):
        state = await there.deps.store.photo(PhotoId("p"))
        assert state is not None
        tried_again = replace(state.wish, attempts=state.wish.attempts + 1)
        async with there.deps.store.unit() as unit:
            await unit.settle(PhotoId("p"), state.wish, tried_again, 60.0)
        await fulfil(PhotoId("p"), there.deps)
        statuses += [row.status for row in await there.deps.store.ledger(None, None, 10)]
    assert statuses == [*["failed"] * (TRIES_FOR_INGEST - 1), "written"]
    assert (tmp_path / "a.jpg").read_bytes().endswith(b"a trailer of theirs")


async def test_a_library_that_is_told_late_is_written_then(tmp_path: Path) -> None:
    """Photos may be heard of before their library."""
    make_jpeg(tmp_path / "a.jpg")
    there = FakeLibrary(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.settle()
    await there.open()
    await there.settle()
    assert listed(by_exiftool(tmp_path / "a.jpg")["PersonInImage"]) == ["Anna"]


async def test_a_missing_file_is_listed_and_tried_later(tmp_path: Path) -> None:
    """The others go on."""
    make_jpeg(tmp_path / "b.jpg")
    there = await library(tmp_path)
    await there.named("a", "gone.jpg", "Anna")
    await there.named("b", "b.jpg", "Beate")
    await there.settle()
    [(photo_id, wish)] = await there.deps.store.wishes("failed", "", 10)
    assert (photo_id, wish.reason, wish.due_at is not None) == ("a", "the file is not there", True)
    assert listed(by_exiftool(tmp_path / "b.jpg")["PersonInImage"]) == ["Beate"]
    assert await there.deps.store.waiting() == 0


async def test_several_changes_become_one_message_each_write(tmp_path: Path) -> None:
    """Each write tells the others once, with the hashes of before and after."""
    make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    await there.event("e", "Wedding", "p")
    await there.settle()
    store = there.deps.store
    assert isinstance(store, FakeStore)
    [message] = store.published.values()
    assert isinstance(message, FileWritten)
    [row] = await store.ledger(None, None, 10)
    assert (message.hash_before, message.hash_after) == (row.hash_before, row.hash_after)
    assert by_exiftool(tmp_path / "a.jpg")["Event"] == "Wedding"


async def test_nothing_is_written_while_paused_or_off(tmp_path: Path) -> None:
    """Wishes wait; the files stay."""
    before = make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Anna")
    for rules in (Rules(paused=True), Rules(policy="off")):
        async with there.deps.store.unit() as unit:
            await unit.set_rules(rules)
        assert await write_due(there.deps) == 0
    assert (tmp_path / "a.jpg").read_bytes() == before


async def test_videos_get_names_without_regions(tmp_path: Path) -> None:
    """A box has no place in a moving picture."""
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    there = await library(tmp_path)
    await there.photo("p", "a.mp4", kind="video")
    await there.faces("p", anna=FACE)
    await there.person("anna", "Anna")
    await there.settle()
    found = by_exiftool(tmp_path / "a.mp4.xmp")
    assert listed(found["PersonInImage"]) == ["Anna"]
    assert "RegionInfo" not in found
