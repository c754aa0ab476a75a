"""Everything that a person can say of a photo, in files of each kind, as exiftool reads it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from pictopy_contracts.messages import Photo, PhotoAdded
from pictopy_exif import consumers
from pictopy_exif.fake_library import FakeLibrary
from pictopy_testing import metadata

pytestmark = pytest.mark.it
SAID: dict[str, Any] = {
    "title": "Die Küste",
    "caption": "At the sea: «море»",
    "keywords": ["beach", "夏"],
    "rating": 4,
    "favourite": True,
    "hidden": True,
    "albums": ["Best of, 2020"],
    "taken_at_local": "2020-01-02T03:04:05",
    "taken_offset_min": 120,
    "latitude_deg": -33.856784,
    "longitude_deg": 151.215297,
    "location": "The Rocks",
    "city": "Sydney",
    "country": "Australia",
}
IN_XMP = {
    "XMP-dc:Title": "Die Küste",
    "XMP-dc:Description": "At the sea: «море»",
    "XMP-dc:Subject": ["beach", "夏"],
    "XMP-xmp:Rating": 4,
    "XMP-microsoft:RatingPercent": 75,
    "XMP-photoshop:DateCreated": "2020:01:02 03:04:05+02:00",
    "XMP-exif:DateTimeOriginal": "2020:01:02 03:04:05+02:00",
    "XMP-photoshop:City": "Sydney",
    "XMP-photoshop:Country": "Australia",
    "XMP-iptcCore:Location": "The Rocks",
}
IN_EXIF = {
    "ExifIFD:DateTimeOriginal": "2020:01:02 03:04:05",
    "ExifIFD:OffsetTimeOriginal": "+02:00",
    "GPS:GPSLatitudeRef": "S",
    "GPS:GPSLongitudeRef": "E",
    "IFD0:ImageDescription": "At the sea: «море»",
    "IFD0:Rating": 4,
    "IFD0:XPTitle": "Die Küste",
    "IFD0:XPKeywords": "beach;夏",
}
IN_IPTC = {
    "IPTC:Keywords": ["Rome", "beach", "夏"],
    "IPTC:Caption-Abstract": "At the sea: «море»",
    "IPTC:ObjectName": "Die Küste",
    "IPTC:City": "Sydney",
    "IPTC:Sub-location": "The Rocks",
    "IPTC:Country-PrimaryLocationName": "Australia",
    "IPTC:DateCreated": "2020:01:02",
    "IPTC:TimeCreated": "03:04:05+02:00",
}


def exiftool(*arguments: str) -> str:
    return metadata.exiftool("-q", "-m", *arguments).decode()


def tags(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(exiftool("-j", "-G1", "-struct", "-n", str(path)))[0]
    return found


async def state(there: FakeLibrary, path: str, said: dict[str, Any]) -> None:
    """As ingest tells it: `stated` names what a person said, null and empty take it back."""
    photo_id = await there.photo("p", path)
    known = await there.deps.store.photo(photo_id)
    assert known is not None
    photo = {
        **{
            "photo_id": "p",
            "revision": 100 if said == SAID else 200,
            "format": Path(path).suffix[1:],
            "files": known.files,
        },
        **{"width_px": 40, "height_px": 30, "added_at": datetime.now(UTC), **said, "stated": sorted(SAID)},
    }
    await consumers.on_photo_added(PhotoAdded(photo=Photo.model_validate(photo)), there.deps)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.heic", "a.mp4"])
async def test_everything_said_is_read_by_exiftool_and_goes_again(tmp_path: Path, name: str) -> None:
    """XMP in all, EXIF where the file can hold it; taken back, the properties are gone."""
    path = tmp_path / name
    image = Image.radial_gradient("L").resize((40, 30)).convert("RGB")
    if name.endswith(".mp4"):
        path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    elif name.endswith(".heic"):
        pillow_heif.from_pillow(image).save(path)
    else:
        image.save(path)
    before = path.read_bytes()
    there = await FakeLibrary(tmp_path).open()
    await state(there, name, SAID)
    await there.settle()
    holder = tmp_path / f"{name}.xmp" if name.endswith(".mp4") else path
    found = tags(holder)
    assert {key: found.get(key) for key in IN_XMP} == IN_XMP
    own = {key.partition(":")[2]: value for key, value in found.items() if key.startswith("XMP-pictopy:")}
    assert own == {"Favourite": True, "Hidden": True, "Albums": ["Best of, 2020"], "Version": 1}
    [created] = found["XMP-iptcExt:LocationCreated"]
    assert (created["City"], created["CountryName"], created["Sublocation"]) == ("Sydney", "Australia", "The Rocks")
    assert created["GPSLatitude"] == pytest.approx(-33.856784, abs=1e-6)
    assert found["XMP-exif:GPSLongitude"] == pytest.approx(151.215297, abs=1e-6)
    if holder == path:
        assert {key: found.get(key) for key in IN_EXIF} == IN_EXIF
        assert found["Composite:GPSLatitude"] == pytest.approx(-33.856784, abs=1e-6)
    nothing: dict[str, Any] = {key: [] if isinstance(value, list) else None for key, value in SAID.items()}
    await state(there, name, {**nothing, "favourite": False, "hidden": False})
    await there.settle()
    if holder == path:
        assert tags(path).keys() & {*IN_XMP, *IN_EXIF, "XMP-pictopy:Albums"} == set()
    assert not (tmp_path / f"{name}.xmp").exists()
    if name not in ("a.tif", "a.heic", "a.webp"):  # whose containers keep the place that was made for it
        assert path.read_bytes() == before


async def test_the_iptc_block_follows_where_there_is_one(tmp_path: Path) -> None:
    """In UTF-8, with its digest renewed, and given back with the old words."""
    path = tmp_path / "a.jpg"
    Image.new("RGB", (40, 30)).save(path)
    exiftool("-overwrite_original", "-IPTC:Keywords=Rome", "-IPTC:Caption-Abstract=old", "-IPTCDigest=new", str(path))
    before = path.read_bytes()
    there = await FakeLibrary(tmp_path).open()
    await state(there, "a.jpg", SAID)
    await there.settle()
    found = tags(path)
    assert {key: found.get(key) for key in IN_IPTC} == IN_IPTC
    digests = json.loads(exiftool("-j", "-IPTCDigest", "-CurrentIPTCDigest", str(path)))[0]
    assert digests["IPTCDigest"] == digests["CurrentIPTCDigest"]
    nothing: dict[str, Any] = {key: [] if isinstance(value, list) else None for key, value in SAID.items()}
    await state(there, "a.jpg", {**nothing, "favourite": False, "hidden": False})
    await there.settle()
    assert path.read_bytes() == before
