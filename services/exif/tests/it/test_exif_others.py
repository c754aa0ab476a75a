"""exiftool as another program between two writes of ours: it changes one property, and the next wish is in all."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import Photo, PhotoChanged
from pictopy_exif import consumers
from pictopy_exif.fake_library import FakeLibrary
from pictopy_exif.undoing import undo_photo
from pictopy_testing import metadata
from pictopy_testing.metadata import make_jpeg

pytestmark = pytest.mark.it
ROME = {"taken_at_local": "2020-01-02T03:04:05", "taken_offset_min": 60}
PARIS = {"taken_at_local": "2021-05-06T07:08:09", "taken_offset_min": 120}
HERE = {"latitude_deg": 41.5, "longitude_deg": 12.25, "location": "Trevi", "city": "Rome", "country": "Italy"}
THERE = {"latitude_deg": -33.5, "longitude_deg": 151.5, "location": "Quay", "city": "Sydney", "country": "Australia"}
TEXTS = {"caption": ("XMP-dc:Description", "IPTC:Caption-Abstract", "IFD0:ImageDescription")}
TEXTS["title"] = ("XMP-dc:Title", "IPTC:ObjectName", "IFD0:XPTitle")
SAYS: dict[str, dict[str, dict[str, Any]]] = {
    "rating": {
        str(stars): {
            **dict.fromkeys(("XMP-xmp:Rating", "IFD0:Rating"), stars),
            **dict.fromkeys(("XMP-microsoft:RatingPercent", "IFD0:RatingPercent"), percent),
        }
        for stars, percent in ((3, 50), (5, 99), (1, 1))
    },
    **{
        name: {word: dict.fromkeys(props, word) for word in ("ours", "theirs", "море")} for name, props in TEXTS.items()
    },
    "time": {
        "was": {"ExifIFD:DateTimeOriginal": "2020:01:02 03:04:05", "ExifIFD:OffsetTimeOriginal": "+01:00"},
        "now": {
            "ExifIFD:DateTimeOriginal": "2021:05:06 07:08:09",
            "ExifIFD:OffsetTimeOriginal": "+02:00",
            "XMP-exif:DateTimeOriginal": "2021:05:06 07:08:09+02:00",
            "XMP-photoshop:DateCreated": "2021:05:06 07:08:09+02:00",
            "IPTC:DateCreated": "2021:05:06",
            "IPTC:TimeCreated": "07:08:09+02:00",
        },
    },
    "place": {
        "now": {
            "GPS:GPSLatitude": 33.5,
            "GPS:GPSLatitudeRef": "S",
            "GPS:GPSLongitude": 151.5,
            "GPS:GPSLongitudeRef": "E",
            "XMP-exif:GPSLatitude": -33.5,
            "XMP-exif:GPSLongitude": 151.5,
            "XMP-photoshop:City": "Sydney",
            "XMP-photoshop:Country": "Australia",
            "XMP-iptcCore:Location": "Quay",
            "IPTC:City": "Sydney",
            "IPTC:Sub-location": "Quay",
            "IPTC:Country-PrimaryLocationName": "Australia",
        }
    },
}
"""What a wish is in each property, by exiftool."""
LISTS = ("XMP-dc:Subject", "XMP-digiKam:TagsList", "XMP-lr:HierarchicalSubject", "IPTC:Keywords", "IFD0:XPKeywords")


def exiftool(*arguments: str) -> str:
    return metadata.exiftool("-q", "-m", *arguments).decode()


class Between:
    """Photos into which we write, exiftool writes, and we write again."""

    def __init__(self, root: Path, there: FakeLibrary) -> None:
        self.root, self.there = root, there
        self.revision = 100

    async def photo(self, name: str, said: dict[str, Any]) -> None:
        """With blocks of all three kinds, in which something of others stands."""
        make_jpeg(self.root / name)
        foreign = ("-XMP-dc:Subject=Rome", "-IPTC:Keywords=Rome", "-IPTC:City=Nowhere", "-XPKeywords=Rome")
        exiftool("-overwrite_original", *foreign, str(self.root / name))
        await self.say(name, said)

    async def say(self, name: str, said: dict[str, Any]) -> None:
        """As ingest tells it, which has read the file again."""
        self.revision += 1
        photo = {
            **{"photo_id": name, "revision": self.revision, "kind": "photo", "format": "jpeg", "orientation": 1},
            **{"width_px": 40, "height_px": 30, "added_at": datetime.now(UTC), "stated": sorted(said), **said},
            "files": [self.there._file(name)],
        }
        await consumers.on_photo_changed(PhotoChanged(photo=Photo.model_validate(photo)), self.there.deps)

    async def settle(self) -> None:
        await self.there.settle()
        assert await self.there.deps.store.wishes("failed", "", 100) == []

    def tags(self) -> dict[str, dict[str, Any]]:
        found = json.loads(exiftool("-j", "-G1", "-struct", "-n", str(self.root)))
        return {Path(each["SourceFile"]).name: each for each in found}

    async def undo_all(self, as_found: dict[str, bytes]) -> None:
        """Back to what exiftool had left, and no further: that is no longer as we wrote it."""
        for name, data in as_found.items():
            undone = await undo_photo(PhotoId(name), self.there.deps)
            assert (self.root / name).read_bytes() == data
            assert [each.reason for each in undone.refused] == ["the file was changed by someone else since"]


@pytest.fixture
async def between(tmp_path: Path) -> Between:
    return Between(tmp_path, await FakeLibrary(tmp_path).open())


def said_of(concept: str, word: str) -> dict[str, Any]:
    if concept in ("time", "place"):
        return {("time", "was"): ROME, ("time", "now"): PARIS, ("place", "was"): HERE, ("place", "now"): THERE}[
            (concept, word)
        ]
    return {concept: int(word) if concept == "rating" else word}


CHANGES = {
    "rating": [(f"-{prop}={value}", "3", wish) for prop, value in SAYS["rating"]["5"].items() for wish in "51"],
    "caption": [(f"-{prop}=theirs", "ours", wish) for prop in TEXTS["caption"] for wish in ("theirs", "море")],
    "title": [(f"-{prop}=theirs", "ours", wish) for prop in TEXTS["title"] for wish in ("theirs", "море")],
    "time": [(f"-{prop}={value}", "was", "now") for prop, value in SAYS["time"]["now"].items()],
    "place": [(f"-{prop}={value}", "was", "now") for prop, value in SAYS["place"]["now"].items()],
}


@pytest.mark.parametrize("concept", CHANGES)
async def test_one_value_changed_by_exiftool(between: Between, concept: str) -> None:
    """Every property of the concept says the new wish, the foreign keywords stay, and undo goes back to exiftool's."""
    names = {f"{number:02}.jpg": each for number, each in enumerate(CHANGES[concept])}
    for name, (_, was, _) in names.items():
        await between.photo(name, said_of(concept, was))
    await between.settle()
    for name, (change, _, _) in names.items():
        exiftool("-overwrite_original", "-n", change, str(between.root / name))
    as_found = {name: (between.root / name).read_bytes() for name in names}
    for name, (_, _, wish) in names.items():
        await between.say(name, said_of(concept, wish))
    await between.settle()
    tags = between.tags()
    for name, (change, _, wish) in names.items():
        wanted = SAYS[concept][wish]
        assert {key: tags[name].get(key) for key in wanted} == {
            key: value if isinstance(value, str) else pytest.approx(value, abs=1e-5) for key, value in wanted.items()
        }, change
        assert {key: tags[name].get(key) for key in ("XMP-dc:Subject", "IPTC:Keywords")} == {
            "XMP-dc:Subject": ["Rome"],
            "IPTC:Keywords": "Rome",
        }
    await between.undo_all({name: data for name, data in as_found.items() if tags[name]})


@pytest.mark.parametrize("wish", [["theirs"], ["море"], []])
async def test_a_keyword_changed_by_exiftool_in_one_list(between: Between, wish: list[str]) -> None:
    """Ours goes from the other lists and the new one into all; what exiftool put in stays where it put it, and the
    lists that only we filled show it too."""
    names = dict(zip((f"{number}.jpg" for number in range(len(LISTS))), LISTS, strict=True))
    for name in names:
        await between.photo(name, {"keywords": ["ours"]})
    await between.settle()
    for name, prop in names.items():
        change = ("-IFD0:XPKeywords=Rome;theirs",) if "XP" in prop else (f"-{prop}-=ours", f"-{prop}+=theirs")
        exiftool("-overwrite_original", *change, str(between.root / name))
    as_found = {name: (between.root / name).read_bytes() for name in names}
    for name in names:
        await between.say(name, {"keywords": wish})
    await between.settle()
    tags = between.tags()
    for name, changed in names.items():
        for prop in LISTS:
            value = tags[name].get(prop, [])
            found = value.split(";") if "XP" in prop else value if isinstance(value, list) else [value]
            is_ours_alone = prop in LISTS[1:3] and prop != changed
            in_view = {"Rome", *(["theirs"] if changed == LISTS[0] else [])} if wish or not is_ours_alone else set()
            others = {"Rome", "theirs"} if prop == changed else in_view if is_ours_alone else {"Rome"}
            assert set(found) == {*others, *wish}, (changed, prop)
            assert len(found) == len(set(found))
    await between.undo_all(as_found)


@pytest.mark.parametrize("name", ["Bea", "Clara"])
async def test_a_face_renamed_by_exiftool_in_one_kind_of_region(between: Between, name: str) -> None:
    """The face has the name that was said last, once in each kind of region."""
    there = between.there
    for path in ("0.jpg", "1.jpg"):
        make_jpeg(between.root / path)
        await there.named(path, path, "Anna")
    await between.settle()
    exiftool("-overwrite_original", "-XMP-mwg-rs:RegionName=Bea", str(between.root / "0.jpg"))
    exiftool("-overwrite_original", "-XMP-MP:RegionPersonDisplayName=Bea", str(between.root / "1.jpg"))
    as_found = {path: (between.root / path).read_bytes() for path in ("0.jpg", "1.jpg")}
    for path in as_found:
        await there.named(path, path, name)
    await between.settle()
    for each in between.tags().values():
        assert [region["Name"] for region in each["XMP-mwg-rs:RegionInfo"]["RegionList"]] == [name]
        assert [region["PersonDisplayName"] for region in each["XMP-MP:RegionInfoMP"]["Regions"]] == [name]
        assert [region["PersonInImage"] for region in each["XMP-iptcExt:ImageRegion"]] == [[name]]
        assert each["XMP-iptcExt:PersonInImage"] == [name]
        assert each["XMP-dc:Subject"] == [name]
    await between.undo_all(as_found)
