"""What other programs read: any name, on the right face, in every orientation."""

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from pictopy_contracts.geometry import Box
from pictopy_exif.domain.containers.jpeg import JPEG
from pictopy_exif.fake_library import FakeLibrary
from pictopy_testing.metadata import by_exiftool, listed, make_jpeg

pytestmark = pytest.mark.it

HARD_NAMES = [
    "Smith, John",
    "{x} | = ] \"quoted\" 'single' \\ <tag> & amp;",
    "two\nlines",
    "Анна Каренина",
    "山田 太郎",
    "שרה לוי",
    "👩‍👧 Zoë",
    "a;b/c",
]


async def library(root: Path) -> FakeLibrary:
    return await FakeLibrary(root).open()


@pytest.mark.parametrize("name", HARD_NAMES)
async def test_any_name_reaches_other_readers_unchanged(tmp_path: Path, name: str) -> None:
    """exiftool reads the very name in region, PersonInImage and keywords, and the pixels are the same."""
    before = make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", name)
    await there.settle()
    found = by_exiftool(tmp_path / "a.jpg")
    region = found["RegionInfo"]["RegionList"][0]
    assert [region["Name"], region["Type"]] == [name, "Face"]
    assert listed(found["PersonInImage"]) == [name]
    assert name in listed(found["Subject"])
    assert ("TagsList" in found) == ("/" not in name)
    assert ("HierarchicalSubject" in found) == ("|" not in name)
    assert JPEG.rest_digest((tmp_path / "a.jpg").read_bytes()) == JPEG.rest_digest(before)


async def test_exiv2_reads_what_was_written(tmp_path: Path) -> None:
    """The exiv2 program finds the name in the region too."""
    program = shutil.which("exiv2")
    if program is None:
        pytest.skip("the exiv2 program is not installed: it is the judge of this test")
    make_jpeg(tmp_path / "a.jpg")
    there = await library(tmp_path)
    await there.named("p", "a.jpg", "Анна, {x}")
    await there.settle()
    out = subprocess.run([program, "-PXkt", str(tmp_path / "a.jpg")], capture_output=True, check=True).stdout.decode()
    assert "RegionList[1]/mwg-rs:Name" in out
    assert out.count("Анна, {x}") >= 5


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_region_lies_on_the_face_in_every_orientation(tmp_path: Path, orientation: int) -> None:
    """The written area, cut from the stored pixels, is the face that is seen after Pillow's own rotation."""
    stored = Image.new("RGB", (80, 60), "black")
    seen = ImageOps.exif_transpose(_oriented(stored, orientation))
    face = Box(x1=0.1, y1=0.5, x2=0.35, y2=0.75)
    painted = seen.copy()
    painted.paste("white", _pixels(face, seen.size))
    stored = _back(painted, orientation)
    _save(stored, tmp_path / "a.jpg", orientation)
    there = await library(tmp_path)
    await there.photo("p", "a.jpg", size=seen.size, orientation=orientation)
    await there.faces("p", anna=face)
    await there.person("anna", "Anna")
    await there.settle()
    info = by_exiftool(tmp_path / "a.jpg")["RegionInfo"]
    width, height = stored.size
    assert (info["AppliedToDimensions"]["W"], info["AppliedToDimensions"]["H"]) == (width, height)
    area = {key: float(value) for key, value in info["RegionList"][0]["Area"].items() if key != "Unit"}
    left, top = (area["X"] - area["W"] / 2) * width, (area["Y"] - area["H"] / 2) * height
    right, bottom = left + area["W"] * width, top + area["H"] * height
    assert stored.getbbox() == tuple(round(each) for each in (left, top, right, bottom))


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    width, height = size
    return round(box.x1 * width), round(box.y1 * height), round(box.x2 * width), round(box.y2 * height)


def _oriented(image: Image.Image, orientation: int) -> Image.Image:
    image = image.copy()
    image.getexif()[0x0112] = orientation
    return image


def _back(seen: Image.Image, orientation: int) -> Image.Image:
    """The stored picture of which Pillow makes `seen`: found by trying, not by our own table."""
    for way in (None, *Image.Transpose):
        stored = seen.copy() if way is None else seen.transpose(way)
        if ImageOps.exif_transpose(_oriented(stored, orientation)).tobytes() == seen.tobytes():
            return stored
    raise AssertionError("no way back")


def _save(image: Image.Image, path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(path, exif=exif)
