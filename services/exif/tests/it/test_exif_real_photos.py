"""Real photos of many cameras and programs: written, judged by exiftool and Pillow, undone to the byte."""

import hashlib
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from pictopy_exif.domain.jpeg import is_jpeg
from pictopy_exif.fake_library import FakeLibrary
from pictopy_exif.undoing import undo_day
from pictopy_testing.shared import photos

pytestmark = [pytest.mark.it, pytest.mark.photos]
SETS = ["exif_samples", "exif_orientation", "immich_assets"]
NAME = 'Анна, "Smith" {x} | y'
OURS = ("Subject", "TagsList", "HierarchicalSubject", "PersonInImage", "Region", "XMPToolkit")
NOT_METADATA = ("[ExifTool]", "[System]", "[File]", "[Composite]")
Dump = dict[str, Counter[str]]


def _copies(name: str, root: Path) -> list[Path]:
    files = [path for path in sorted(photos(name).rglob("*")) if path.is_file() and path.suffix not in (".csv", ".txt")]
    copied = []
    for number, path in enumerate(files):
        if is_jpeg(path.read_bytes()[:3]):
            copied.append(Path(shutil.copyfile(path, root / f"{number:03}{path.suffix}")))
    return copied


def _dump(files: list[Path]) -> Dump:
    """All metadata of each file as exiftool prints them, in one process."""
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool is not installed: it is the judge of this test")
    command = [program, "-a", "-G1", "-s", "-u", "-m", *map(str, files)]
    out = subprocess.run(command, capture_output=True, check=False).stdout.decode(errors="replace")
    found: Dump = {}
    lines: Counter[str] = Counter()
    for line in out.splitlines():
        if line.startswith("======== "):
            lines = found.setdefault(Path(line.removeprefix("======== ")).name, Counter())
        elif not line.startswith(NOT_METADATA):
            lines[line] += 1
    return found


def _lost(before: Counter[str], after: Counter[str]) -> list[str]:
    """Lines that are there no longer; a list that we added to must still begin as it did."""
    gone = [line for line in (before - after) if "[XMP" in line and line.split()[1].startswith(OURS)]
    kept = [line for line in gone if any(each.startswith(line) for each in after)]
    return [line for line in (before - after) if line not in kept and "XMPToolkit" not in line]


def _pixels(path: Path) -> str | None:
    """None where Pillow cannot decode it, before as after."""
    try:
        with Image.open(path) as image:
            return hashlib.sha256(image.tobytes()).hexdigest()
    except (OSError, SyntaxError, ValueError):
        return None


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SETS)
async def test_real_files_are_written_kept_and_given_back(tmp_path: Path, name: str) -> None:
    """Every JPEG says the name; no foreign tag is lost, no pixel changed, and undo gives back the very bytes."""
    files = _copies(name, tmp_path)
    originals = {path.name: path.read_bytes() for path in files}
    before, pixels = _dump(files), {path.name: _pixels(path) for path in files}
    there = await FakeLibrary(tmp_path).open()
    for path in files:
        await there.named(path.name, path.name, NAME)
    await there.settle()
    rows = await there.deps.store.ledger(None, None, 1000)
    assert {row.status for row in rows} == {"written"}
    assert {row.path for row in rows} == set(originals)
    embedded = [tmp_path / row.path for row in rows if row.target == "embedded"]
    after = _dump(files)
    assert {path.name: _lost(before[path.name], after[path.name]) for path in files} == {
        path.name: [] for path in files
    }
    assert all(any(NAME in line and "PersonInImage" in line for line in after[path.name]) for path in embedded)
    assert {path.name: _pixels(path) for path in files} == pixels
    await undo_day(None, there.deps)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == originals
    assert len(embedded) >= len(files) - 1
