"""Which source wins, as the table of `resolve` says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pictopy_ingest.domain.facts import Facts
from pictopy_ingest.domain.metadata.places import Place
from pictopy_ingest.domain.metadata.resolve import Container, Evidence, Pixels, facts_of
from pictopy_ingest.domain.metadata.tags import Notes, Tags, Value
from pictopy_ingest.domain.metadata.takeout import Takeout, parse

NOW = datetime(2024, 6, 1, tzinfo=UTC)
_clock = datetime.fromisoformat
PIXELS = Pixels(400, 300, 1)
EVIDENCE = Evidence("IMG_20110101_111111.jpg", "jpeg", datetime(2022, 1, 1, tzinfo=UTC), NOW, Tags())
EXIF = {"Exif.Photo.DateTimeOriginal": "2001:01:01 01:01:01"}
DIGITIZED = {"Exif.Photo.DateTimeDigitized": "2002:01:01 01:01:01"}
XMP = {"Xmp.photoshop.DateCreated": "2003-01-01T01:01:01"}
IPTC = {"Iptc.Application2.DateCreated": "2004-01-01", "Iptc.Application2.TimeCreated": "01:01:01+00:00"}
GPS = {"Exif.GPSInfo.GPSDateStamp": "2005:01:01", "Exif.GPSInfo.GPSTimeStamp": "1/1 1/1 1/1"}
DATED = {"Exif.Image.DateTime": "2010:01:01 01:01:01"}


def _facts(evidence: Evidence, pixels: Pixels = PIXELS) -> Facts:
    return facts_of(evidence, pixels)


def test_the_order_of_times() -> None:
    """Take the first source away again and again: the next one speaks, down to the file's own time."""
    sidecar = Tags(xmp={"Xmp.exif.DateTimeOriginal": "2000-01-01T01:01:01"})
    container = Container(created_at=datetime(2006, 1, 1, tzinfo=UTC))
    takeout = Takeout(taken_at=datetime(2007, 1, 1, tzinfo=UTC))
    exif = [EXIF, DIGITIZED, GPS, DATED]
    all_of_them = replace(
        EVIDENCE,
        embedded=Tags({k: v for part in exif for k, v in part.items()}, XMP, IPTC),
        sidecar=sidecar,
        takeout=takeout,
        container=container,
    )
    steps: list[tuple[Evidence, int, str]] = [(all_of_them, 2000, "sidecar")]
    steps.append((replace(all_of_them, sidecar=None), 2001, "exif"))
    steps.append((replace(steps[-1][0], embedded=Tags(DIGITIZED | GPS | DATED, XMP, IPTC)), 2002, "exif"))
    steps.append((replace(steps[-1][0], embedded=Tags(GPS | DATED, XMP, IPTC)), 2003, "xmp"))
    steps.append((replace(steps[-1][0], embedded=Tags(GPS | DATED, {}, IPTC)), 2004, "iptc"))
    steps.append((replace(steps[-1][0], embedded=Tags(GPS | DATED)), 2005, "gps"))
    steps.append((replace(steps[-1][0], embedded=Tags(DATED)), 2006, "container"))
    steps.append((replace(steps[-1][0], container=None), 2007, "sidecar"))
    steps.append((replace(steps[-1][0], takeout=None), 2011, "filename"))
    steps.append((replace(steps[-1][0], name="x.jpg"), 2010, "exif"))
    steps.append((replace(steps[-1][0], embedded=Tags()), 2022, "mtime"))
    for evidence, year, source in steps:
        facts = _facts(evidence)
        assert facts.taken_at_local is not None
        assert (facts.taken_at_local.year, facts.time_source) == (year, source)


def test_a_zero_time_lets_the_next_one_speak() -> None:
    """A zero DateTimeOriginal hides neither DateTimeDigitized nor a sidecar."""
    zero = {"Exif.Photo.DateTimeOriginal": "0000:00:00 00:00:00"}
    facts = _facts(replace(EVIDENCE, embedded=Tags(zero | DIGITIZED)))
    assert facts.taken_at_local == _clock("2002-01-01T01:01:01")
    assert facts.warnings == ()


def test_exact_and_inexact_instants() -> None:
    """With an offset the instant is exact; without one it is the wall clock read as UTC."""
    with_offset = EXIF | {"Exif.Photo.OffsetTimeOriginal": "+02:00", "Exif.Photo.SubSecTimeOriginal": "25"}
    exact = _facts(replace(EVIDENCE, embedded=Tags(with_offset)))
    assert exact.taken_at == datetime(2000, 12, 31, 23, 1, 1, 250_000, tzinfo=UTC)
    assert (exact.taken_at_local, exact.taken_offset_min) == (_clock("2001-01-01T01:01:01.250000"), 120)
    inexact = _facts(replace(EVIDENCE, embedded=Tags(EXIF)))
    assert (inexact.taken_at, inexact.taken_offset_min) == (datetime(2001, 1, 1, 1, 1, 1, tzinfo=UTC), None)


def test_a_film_keeps_its_own_wall_clock() -> None:
    """QuickTime's creationdate has an offset: local time and instant are both exact."""
    container = Container(
        created_at=datetime(2020, 5, 1, 12, tzinfo=timezone(timedelta(hours=-3))), place="+00.5+010.0/"
    )
    facts = _facts(replace(EVIDENCE, name="x.mov", format="mov", container=container))
    assert (facts.taken_at_local, facts.taken_offset_min) == (_clock("2020-05-01T12:00:00"), -180)
    assert facts.taken_at == datetime(2020, 5, 1, 15, tzinfo=UTC)
    assert (facts.kind, facts.place_source, facts.latitude_deg) == ("video", "container", 0.5)


def test_utc_alone_is_shown_by_the_sun_of_its_place() -> None:
    """A Takeout time of a photo in New York is shown five hours earlier."""
    takeout = Takeout(taken_at=datetime(2007, 1, 1, tzinfo=UTC), place=Place(40.7, -74.0))
    facts = _facts(replace(EVIDENCE, name="x.jpg", takeout=takeout))
    assert facts.taken_at == datetime(2007, 1, 1, tzinfo=UTC)
    assert facts.taken_at_local == _clock("2006-12-31T19:00:00")


def test_a_sidecar_wins_unless_the_file_is_newer() -> None:
    """Title, caption, keywords and rating come from the sidecar, but not from one older than the file says it is."""
    old, new = {"Xmp.xmp.MetadataDate": "2020-01-01T00:00:00"}, {"Xmp.xmp.MetadataDate": "2021-01-01T00:00:00"}
    said: dict[str, Value] = {"Xmp.dc.title": "sidecar", "Xmp.xmp.Rating": "5", "Xmp.dc.subject": ["a"]}
    embedded: dict[str, Value] = {"Xmp.dc.title": "file", "Xmp.xmp.Rating": "1", "Xmp.dc.subject": ["b"]}
    first = _facts(replace(EVIDENCE, embedded=Tags(xmp=embedded), sidecar=Tags(xmp=said)))
    assert (first.title, first.rating, first.keywords) == ("sidecar", 5, ("a",))
    second = _facts(replace(EVIDENCE, embedded=Tags(xmp=embedded | new), sidecar=Tags(xmp=said | old)))
    assert (second.title, second.rating, second.keywords) == ("file", 1, ("b",))


def test_rating_zero_in_a_sidecar_takes_the_stars_away() -> None:
    """0 is said, and means none: the file's old stars do not come back."""
    facts = _facts(
        replace(EVIDENCE, embedded=Tags(xmp={"Xmp.xmp.Rating": "3"}), sidecar=Tags(xmp={"Xmp.xmp.Rating": "0"}))
    )
    assert facts.rating is None


@pytest.mark.parametrize(("orientation", "size"), [(1, (400, 300)), (3, (400, 300)), (6, (300, 400)), (8, (300, 400))])
def test_sizes_are_of_the_picture_as_seen(orientation: int, size: tuple[int, int]) -> None:
    """Width and height swap for the lying orientations."""
    facts = _facts(EVIDENCE, Pixels(400, 300, orientation))
    assert (facts.width_px, facts.height_px) == size


def test_absurd_values_only_leave_warnings() -> None:
    """Year 1, GPS 999 and a rating of 17 cost themselves, nothing else."""
    tags = Tags(
        {
            "Exif.Photo.DateTimeOriginal": "0001:01:01 00:00:00",
            "Exif.GPSInfo.GPSLatitude": "999/1 0/1 0/1",
            "Exif.GPSInfo.GPSLongitude": "2/1 0/1 0/1",
            "Exif.Image.Orientation": "77",
        },
        {"Xmp.xmp.Rating": "17", "Xmp.dc.title": "still here"},
    )
    facts = _facts(replace(EVIDENCE, embedded=tags))
    assert len(facts.warnings) == 4
    assert (facts.title, facts.time_source, facts.latitude_deg) == ("still here", "filename", None)


def test_takeout_json() -> None:
    """Time, place, caption and star of a Takeout sidecar; other JSON is none."""
    text = b"""{"title": "x.jpg", "description": "Sea", "favorited": true,
        "photoTakenTime": {"timestamp": "1167609600"},
        "geoData": {"latitude": 0.0, "longitude": 0.0}, "geoDataExif": {"latitude": 1.5, "longitude": 2.5},
        "people": [{"name": "Ana"}, {"no": 1}]}"""
    expected = Takeout(datetime(2007, 1, 1, tzinfo=UTC), Place(1.5, 2.5), "Sea", ("Ana",), favourite=True)
    assert parse(text, Notes()) == expected
    assert parse(b'{"other": 1}', Notes()) is None
    assert parse(b"[" * 100_000, Notes()) is None
    assert parse(b'{"photoTakenTime": {"timestamp": "99999999999999999999"}, "geoData": 5}', Notes()) == Takeout()


def test_where_in_words() -> None:
    """LocationCreated speaks before the older fields, and never half of each; a sidecar speaks before the file."""
    created: dict[str, Value] = {"Xmp.iptcExt.LocationCreated[1]/Iptc4xmpExt:City": "Rome"}
    older: dict[str, Value] = {"Xmp.photoshop.City": "Roma", "Xmp.photoshop.Country": "Italia"}
    iim: dict[str, Value] = {"Iptc.Application2.City": "Rom", "Iptc.Application2.SubLocation": "Trastevere"}
    first = _facts(replace(EVIDENCE, embedded=Tags(xmp=created | older, iptc=iim)))
    assert (first.location, first.city, first.country) == (None, "Rome", None)
    second = _facts(replace(EVIDENCE, embedded=Tags(xmp=older, iptc=iim)))
    assert (second.location, second.city, second.country) == ("Trastevere", "Roma", "Italia")
    third = _facts(replace(EVIDENCE, embedded=Tags(xmp=older), sidecar=Tags(xmp=created)))
    assert third.city == "Rome"


def test_our_own_namespace() -> None:
    """Favourite, hidden and albums come back from a folder that was copied alone; False in a sidecar is said too."""
    ours: dict[str, Value] = {
        "Xmp.pictopy.Favourite": "True",
        "Xmp.pictopy.Hidden": "True",
        "Xmp.pictopy.Albums": ["Rome", "Best", "Rome"],
    }
    facts = _facts(replace(EVIDENCE, embedded=Tags(xmp=ours)))
    assert (facts.favourite, facts.hidden, facts.albums) == (True, True, ("Rome", "Best"))
    no = Tags(xmp={"Xmp.pictopy.Favourite": "False"})
    assert not _facts(replace(EVIDENCE, embedded=Tags(xmp=ours), sidecar=no)).favourite
    assert not _facts(replace(EVIDENCE, embedded=no, takeout=Takeout(favourite=True))).favourite
    assert _facts(replace(EVIDENCE, takeout=Takeout(favourite=True))).favourite
