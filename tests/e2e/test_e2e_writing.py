"""A name that a person gives goes into the files, comes back out, and never into a library that is read-only."""

import csv
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pictopy_testing import shared
from pictopy_testing.folders import hashes, write_photo
from pictopy_testing.stack import Running, wait_until

pytest_plugins = ["pictopy_testing.stack_plugin"]
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def portraits(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight photos of one real person and four others, imported and settled."""
    shared.models()
    lfw = shared.photos("lfw_half")
    with (lfw / "labels.csv").open(encoding="utf-8") as labels:
        rows = list(csv.DictReader(labels))
    identity = Counter(row["identity"] for row in rows).most_common(1)[0][0]
    root = tmp_path_factory.mktemp("portraits") / "photos"
    root.mkdir()
    for row in [row for row in rows if row["identity"] == identity][:8]:
        source = next(lfw.rglob(Path(row["file"]).name))
        shutil.copyfile(source, root / f"same-{source.name}")
    for number in range(4):
        write_photo(root / f"other-{number}.jpg", 4000 + number)
    running.add_library(root)
    running.settle()
    return root


def exiftool(folder: Path) -> dict[str, dict[str, Any]]:
    """What another program reads from each JPEG of the folder."""
    told = subprocess.run(["exiftool", "-struct", "-j", str(folder)], capture_output=True, check=True, text=True)
    return {Path(item["SourceFile"]).name: item for item in json.loads(told.stdout)}


def person_of(running: Running, file_name: str) -> tuple[str, str]:
    """Photo id, and person of the face in the middle."""
    photos = running.items("ingest", "/v1/photos")
    photo_id = next(p["photo_id"] for p in photos if any(f["path"] == file_name for f in p["files"]))
    faces = running.items("cluster", f"/v1/photos/{photo_id}/faces")
    middle = min(faces, key=lambda face: abs(face["box"]["x1"] + face["box"]["x2"] - 1))
    return photo_id, middle["person_id"]


@pytest.mark.photos
@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool reads what we wrote")
def test_a_name_goes_into_the_files_and_out_again(running: Running, portraits: Path) -> None:
    """Naming writes the name over the face into each file of that person and into no other, and the decision into the
    library's journal; undo gives back every byte."""
    before = hashes(portraits)
    first = sorted(name for name in before if name.startswith("same-"))[0]
    _, person = person_of(running, first)
    running.post("cluster", "/v1/decisions", {"kind": "name", "person_id": person, "name": "Åsa O'Neil"})

    def named() -> set[str]:
        return {name for name, told in exiftool(portraits).items() if "Åsa O'Neil" in (told.get("PersonInImage") or [])}

    wait_until(lambda: len(named()) >= 6, 60, running.left)
    running.settle()
    assert all(name.startswith("same-") for name in named())
    region = exiftool(portraits)[first]["RegionInfo"]["RegionList"][0]
    assert (region["Name"], region["Type"]) == ("Åsa O'Neil", "Face")
    assert abs(float(region["Area"]["X"]) - 0.5) < 0.25
    changed = {name for name, digest in hashes(portraits).items() if before.get(name) != digest}
    assert changed == named() | {".pictopy/journal.jsonl"}

    running.post("exif", "/v1/undo", {"all": True})
    wait_until(lambda: hashes(portraits) == before, 60, running.left)
    running.settle()
    assert hashes(portraits) == before


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A library that not even root can write into."""
    root = tmp_path / "photos"
    for number in range(3):
        write_photo(root / f"{number}.jpg", 4100 + number)
    mounted = subprocess.run(["mount", "--bind", "-o", "ro", str(root), str(root)], check=False, capture_output=True)
    if mounted.returncode:
        root.chmod(0o555)
        try:
            (root / "probe").touch()
        except PermissionError:
            yield root
            root.chmod(0o755)
            return
        (root / "probe").unlink()
        pytest.skip("root without the right to mount cannot make a folder read-only")
    yield root
    subprocess.run(["umount", str(root)], check=True)


def test_a_read_only_library_works(running: Running, read_only: Path) -> None:
    """It is imported and searched like any other; what should be written into it is reported, and nothing dies."""
    before = hashes(read_only)
    library = running.add_library(read_only)
    running.settle()
    photos = running.items("ingest", "/v1/photos", library=library)
    assert len(photos) == 3
    photo_id = photos[0]["photo_id"]
    assert running.post("exif", f"/v1/photos/{photo_id}/write", {"caption": "by the sea"})["refused"]
    assert [wish["reason"] for wish in failed_wishes(running, photo_id) if wish["reason"]]
    assert hashes(read_only) == before


def failed_wishes(running: Running, photo_id: str) -> list[dict[str, Any]]:
    """What could not be written, and why."""
    return [wish for wish in running.items("exif", "/v1/wishes/failed") if wish["photo_id"] == photo_id]
