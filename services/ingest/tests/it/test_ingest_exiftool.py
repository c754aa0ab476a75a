"""Exiftool as the judge: it edits metadata, and the picture keeps its id."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pictopy_ingest.adapters.prepare import Workplace, prepare
from pictopy_ingest.adapters.walker import walk
from pictopy_ingest.domain.sizes import Limits
from pictopy_ingest.ports import Job, PictureFiles, Prepared

pytestmark = [
    pytest.mark.it,
    pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed"),
]
EDITS = {
    "words": ["-XMP-dc:Title=Sea", "-XMP-dc:Subject=sun", "-XMP:Rating=4", "-XMP-dc:Description=At the sea"],
    "person": ["-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=320,H=240,Unit=pixel},RegionList=[{Area={X=.5,Y=.5,"
               "W=.2,H=.2,Unit=normalized},Name=Ana,Type=Face}]}"],
    "place": ["-XMP-iptcExt:LocationCreatedSublocation=Trastevere", "-XMP-iptcExt:LocationCreatedCity=Rome",
              "-XMP-iptcExt:LocationCreatedCountryName=Italy", "-XMP-photoshop:City=elsewhere"],
    "older place": ["-XMP-iptcCore:Location=Trastevere", "-XMP-photoshop:City=Rome", "-XMP-photoshop:Country=Italy"],
    "ours": ["-XMP-pictopy:Favourite=True", "-XMP-pictopy:Hidden=True", "-XMP-pictopy:Albums=Rome, summer",
             "-XMP-pictopy:Albums=Best"],
    "time": ["-XMP-photoshop:DateCreated=2019-08-03T18:05:00+02:00"],
    "strip": ["-all="],
}  # fmt: skip
OUR_NAMESPACE = """
%Image::ExifTool::UserDefined = ('Image::ExifTool::XMP::Main' =>
    { pictopy => { SubDirectory => { TagTable => 'Image::ExifTool::UserDefined::pictopy' } } });
%Image::ExifTool::UserDefined::pictopy = ( GROUPS => { 0 => 'XMP', 1 => 'XMP-pictopy', 2 => 'Image' },
    NAMESPACE => { 'pictopy' => 'https://pictopy.org/ns/1.0/' }, WRITABLE => 'string',
    Favourite => {}, Hidden => {}, Albums => { List => 'Bag' } );
1;
"""


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(Limits(), PictureFiles(tmp_path / "data"))


def _photo(path: Path, size: tuple[int, int] = (320, 240)) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Cam", 1
    Image.effect_mandelbrot(size, (-2, -1, 1, 1), 80).convert("RGB").save(path, exif=exif)


def _read(path: Path, place: Workplace) -> Prepared:
    root = os.fsencode(path.parent)
    [seen] = [seen for seen in walk(root, b"/none").files if seen.path == os.fsencode(path.name)]
    outcome = prepare(Job(root, seen, datetime(2100, 1, 1, tzinfo=UTC)), place)
    assert isinstance(outcome, Prepared), outcome
    return outcome


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as opened:
        return opened.size


def _exiftool(path: Path, *arguments: str) -> None:
    config = path.with_name("exiftool.config")
    config.write_text(OUR_NAMESPACE, encoding="ascii")
    command = ["exiftool", "-config", str(config), "-q", "-q", "-m", "-overwrite_original", *arguments, str(path)]
    subprocess.run(command, check=True, timeout=60)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff", "heic", "avif", "gif"])
def test_an_edit_of_metadata_keeps_the_picture(ending: str, edit: str, tmp_path: Path, place: Workplace) -> None:
    """Words, regions, or all of it gone: the same id, another file."""
    path = tmp_path / f"x.{ending}"
    _photo(path)
    before, content = _read(path, place), path.read_bytes()
    _exiftool(path, *EDITS[edit])
    after = _read(path, place)
    assert path.read_bytes() != content or (edit == "strip" and ending in {"gif", "tiff"})
    assert after.photo_id == before.photo_id
    if edit == "words":
        assert (after.facts.title, after.facts.keywords, after.facts.rating) == ("Sea", ("sun",), 4)
        assert after.facts.caption == "At the sea"
    if edit == "person":
        [region] = after.facts.regions
        assert region.name == "Ana"
        assert region.box.x1 == pytest.approx(0.4)
    if edit in {"place", "older place"}:
        assert (after.facts.location, after.facts.city, after.facts.country) == ("Trastevere", "Rome", "Italy")
    if edit == "ours":
        assert (after.facts.favourite, after.facts.hidden) == (True, True)
        assert after.facts.albums == ("Rome, summer", "Best")
    if edit == "time":
        assert (str(after.facts.taken_at_local), after.facts.taken_offset_min) == ("2019-08-03 18:05:00", 120)


def test_turning_a_photo_keeps_its_id_and_turns_its_preview(tmp_path: Path, place: Workplace) -> None:
    """Another orientation tag is metadata: the id stays, the preview is made again, boxes turn along."""
    path = tmp_path / "x.jpg"
    _photo(path)
    _exiftool(path, *EDITS["person"])
    before = _read(path, place)
    _exiftool(path, "-n", "-Orientation=6")
    after = _read(path, place)
    assert after.photo_id == before.photo_id
    assert (after.facts.width_px, after.facts.height_px) == (240, 320)
    assert _size(place.pictures.preview(after.photo_id)) == (240, 320)
    assert _size(place.pictures.thumbnail(after.photo_id)) == (240, 320)


def test_other_pixels_are_another_picture(tmp_path: Path, place: Workplace) -> None:
    """An edited picture under the same name has another id."""
    path = tmp_path / "x.jpg"
    _photo(path)
    before = _read(path, place)
    with Image.open(path) as opened:
        turned = opened.rotate(180)
    turned.save(path)
    assert _read(path, place).photo_id != before.photo_id


def test_a_film_keeps_its_id(tmp_path: Path, place: Workplace) -> None:
    """Metadata of a movie stand outside of its media data."""
    path = tmp_path / "x.mp4"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(10):
            pixels = np.full((120, 160, 3), number * 20, np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        film.mux(stream.encode())
    before = _read(path, place)
    _exiftool(path, "-XMP-dc:Title=Sea", "-XMP:Rating=3")
    after = _read(path, place)
    assert after.photo_id == before.photo_id
    assert (after.facts.title, after.facts.rating) == ("Sea", 3)
