"""Real photos of many cameras and programs: written, judged by exiftool and three decoders, undone to the byte."""

import hashlib
import shutil
from collections import Counter
from pathlib import Path

import cv2
import pillow_heif
import pytest
from PIL import Image

from pictopy_exif.domain.containers import container_of
from pictopy_exif.domain.containers.jpeg import JPEG, is_jpeg
from pictopy_exif.exiv2 import Exiv2Reader
from pictopy_exif.fake_library import FakeLibrary
from pictopy_exif.undoing import undo_day
from pictopy_testing.metadata import exiftool
from pictopy_testing.shared import photos

pytestmark = [pytest.mark.it, pytest.mark.photos]
SETS = ["exif_samples", "exif_orientation", "immich_assets", "coco128"]
NAME = 'Анна, "Smith" {x} | y'
OURS = (
    "Subject",
    "TagsList",
    "HierarchicalSubject",
    "PersonInImage",
    "RegionInfo",
    "RegionInfoMP",
    "ImageRegion",
    "Keywords",
    "XPKeywords",
)
FOLLOWS = ("XMPToolkit", "IPTCDigest", "LegacyIPTCDigest", "CodedCharacterSet", "ThumbnailOffset", "MPImageLength")
PLACES = ("MediaDataOffset", "MediaDataSize", "ExifByteOrder", "ExifToolVersion")
NOT_METADATA = ("[ExifTool]", "[System]", "[File]", "[Composite]")
NO_PICTURE = (".csv", ".txt", ".json", ".xmp")
Dump = dict[str, Counter[str]]


def _copies(name: str, root: Path) -> list[Path]:
    files = [path for path in sorted(photos(name).rglob("*")) if path.is_file() and path.suffix not in NO_PICTURE]
    copied = []
    for number, path in enumerate(files):
        if container_of(path.read_bytes()[:16], path.name) is not None:
            copied.append(Path(shutil.copyfile(path, root / f"{number:03}{path.suffix}")))
    return copied


def _dump(files: list[Path]) -> Dump:
    """All metadata of each file as exiftool prints them, in one process."""
    out = exiftool("-a", "-G1", "-s", "-u", "-m", "-struct", *map(str, files), check=False).decode(errors="replace")
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
    gone = [line for line in (before - after) if _tag(line) not in (*FOLLOWS, *PLACES)]
    kept = [line for line in gone if _tag(line) in OURS and any(_begins(each, line) for each in after)]
    return [line for line in gone if line not in kept]


def _tag(line: str) -> str:
    return line.partition("]")[2].split(maxsplit=1)[0] if "]" in line else ""


def _begins(now: str, before: str) -> bool:
    """`now` says what `before` said, and more: entries of a list and fields of a structure may be added."""
    head, _, value = before.partition(": ")
    return now.startswith(head) and all(part.strip("[]{}") in now for part in value.split("},{"))


def _pixels(path: Path) -> list[str]:
    """As each of three decoders sees the picture, and which of them cannot."""
    found = []
    try:
        with Image.open(path) as image:
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
                found.append(hashlib.sha256(image.tobytes()).hexdigest())
    except (OSError, SyntaxError, ValueError):
        found.append("Pillow cannot")
    try:
        heif = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
        found += [hashlib.sha256(bytes(each.data)).hexdigest() for each in heif]
    except (ValueError, OSError, RuntimeError):
        found.append("libheif cannot")
    decoded = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    return [*found, "OpenCV cannot" if decoded is None else hashlib.sha256(decoded.tobytes()).hexdigest()]


def _is_same(before: list[str], after: list[str]) -> bool:
    """A decoder that could not read the file before may now, as OpenCV can where XMP stood behind the picture."""
    if len(before) != len(after):
        return False
    return all(old == new or old.endswith("cannot") for old, new in zip(before, after, strict=True))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SETS)
async def test_real_files_are_written_kept_and_given_back(tmp_path: Path, name: str) -> None:
    """Every file says the name; no foreign tag is lost, no pixel changed, and undo gives back the very bytes."""
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
    assert all(any("Анна" in line and "PersonInImage" in line for line in after[path.name]) for path in embedded)
    assert not [path.name for path in files if not _is_same(pixels[path.name], _pixels(path))]
    await undo_day(None, there.deps)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == originals
    assert len(embedded) >= len(files) - 1


@pytest.mark.parametrize("name", SETS)
def test_the_second_reader_finds_in_the_front_of_a_jpeg_what_it_finds_in_the_whole(name: str) -> None:
    """So it need not be given the megabytes of the picture."""
    assert JPEG.front is not None
    reader = Exiv2Reader()
    found = [path.read_bytes() for path in sorted(photos(name).rglob("*")) if path.suffix.lower() in (".jpg", ".jpeg")]
    assert found
    for data in filter(is_jpeg, found):
        assert reader.read(data[: JPEG.front(data)]) == reader.read(data)
