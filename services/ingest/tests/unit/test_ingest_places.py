"""Places: the whole globe, and nothing but it."""

import pytest

from pictopy_ingest.domain.metadata import places
from pictopy_ingest.domain.metadata.places import Place
from pictopy_ingest.domain.metadata.tags import Notes, Tags


def _exif(latitude: str, north: str, longitude: str, east: str) -> Tags:
    tags = {"Latitude": latitude, "LatitudeRef": north, "Longitude": longitude, "LongitudeRef": east}
    return Tags({f"Exif.GPSInfo.GPS{name}": value for name, value in tags.items()})


@pytest.mark.parametrize(
    ("tags", "place"),
    [
        (_exif("41/1 13/1 1308/100", "N", "96/1 4/1 1785/100", "W"), Place(41.2203, -96.071625)),
        (_exif("0/1 0/1 0/1", "N", "9/1 30/1 0/1", "E"), Place(0.0, 9.5)),
        (_exif("33/1 30/1 0/0", "S", "151/1 0/1 0/0", "E"), Place(-33.5, 151.0)),
        (_exif("48/1", "N", "2/1", "E"), Place(48.0, 2.0)),
    ],
)
def test_exif_places(tags: Tags, place: Place) -> None:
    """Degrees, minutes, seconds with their hemispheres; a latitude of exactly 0.0 is the equator."""
    assert places.exif_place(tags, Notes()) == place


@pytest.mark.parametrize(
    ("tags", "is_noted"),
    [
        (_exif("999/1 0/1 0/1", "N", "2/1 0/1 0/1", "E"), True),
        (_exif("0/0 0/0 0/0", "N", "0/0 0/0 0/0", "E"), True),
        (_exif("48/1 0/1 0/1", "N", "181/1 0/1 0/1", "E"), True),
        (_exif("0/1 0/1 0/1", "N", "0/1 0/1 0/1", "E"), False),
    ],
)
def test_impossible_places_are_dropped(tags: Tags, is_noted: bool) -> None:
    """GPS 999 and 0/0 leave a warning; 0, 0 is what cameras without a fix write."""
    notes = Notes()
    assert places.exif_place(tags, notes) is None
    assert bool(notes.lines) is is_noted


@pytest.mark.parametrize(
    ("north", "east"),
    [("40,14.0786450N", "76,17.2284900W"), ("40,14,4.7187N", "76,17,13.7094W"), ("40.23464408", "-76.28714150")],
)
def test_xmp_places(north: str, east: str) -> None:
    """Degrees with minutes, with seconds, or plain."""
    found = places.xmp_place(Tags(xmp={"Xmp.exif.GPSLatitude": north, "Xmp.exif.GPSLongitude": east}), Notes())
    assert found is not None
    assert (found.latitude_deg, found.longitude_deg) == pytest.approx((40.234644, -76.287142), abs=1e-5)


def test_places_of_films() -> None:
    """ISO 6709, as QuickTime has it."""
    assert places.iso6709_place("+48.8577-002.2950+035.000/", Notes()) == Place(48.8577, -2.295)
    assert places.iso6709_place("nowhere", Notes()) is None
