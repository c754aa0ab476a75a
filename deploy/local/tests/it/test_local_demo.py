"""The generated library: a believable few years, the same each time."""

from datetime import date, datetime
from pathlib import Path

import numpy as np
import piexif
import pytest
from PIL import Image

from pictopy_local.demo.plan import HOME, OLD_PHONE, TRIPS, Shot, anniversary, plan
from pictopy_local.demo.scenes import SCENES
from pictopy_local.demo.write import paint, write_jpeg, write_screenshot, write_video

TODAY = date(2026, 3, 14)
SHOT = Shot("2024/IMG_1.JPG", "beach", 4, datetime(2024, 7, 2, 15, 30), HOME, OLD_PHONE, 47.99612, 7.84943, rating=5)  # noqa: DTZ001 - a camera's clock


@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_the_plan_is_a_life_of_four_years(today: date) -> None:
    """A few hundred photos, none in the future, each trip and each earlier «today» among them, each file once."""
    shots = plan(today)
    assert 180 <= len(shots) <= 350
    assert len({shot.path for shot in shots}) == len(shots)
    assert all(shot.taken_at_local.date() < today for shot in shots)
    assert {trip.place.name for trip in TRIPS} <= {shot.place.name for shot in shots}
    days = {shot.taken_at_local.date() for shot in shots}
    assert {anniversary(today, years_ago) for years_ago in (1, 2, 3)} <= days


def test_the_plan_is_the_same_for_the_same_day() -> None:
    """Nothing but the day decides what is made."""
    assert plan(TODAY) == plan(TODAY)


def test_there_are_bursts_and_favourites() -> None:
    """Near-duplicates and rated photos are there to be found."""
    shots = plan(TODAY)
    assert sum(shot.burst > 0 for shot in shots) >= 10
    assert any(shot.rating for shot in shots)


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_every_scene_is_a_picture(scene: str) -> None:
    """Two seeds give two different pictures with real contrast."""
    one, two = (np.clip(SCENES[scene](np.random.default_rng(seed)), 0, 1) for seed in (1, 2))
    assert one.shape == two.shape == (960, 1280, 3)
    assert float(one.std()) > 0.05
    assert not np.array_equal(one, two)


def test_a_jpeg_carries_time_place_and_rating(tmp_path: Path) -> None:
    """What the camera knew stands in the file."""
    write_jpeg(tmp_path, SHOT)
    file = tmp_path / SHOT.path
    exif = piexif.load(str(file))
    assert exif["Exif"][piexif.ExifIFD.DateTimeOriginal] == b"2024:07:02 15:30:00"
    assert exif["Exif"][piexif.ExifIFD.OffsetTimeOriginal] == b"+02:00"
    assert exif["GPS"][piexif.GPSIFD.GPSTimeStamp] == ((13, 1), (30, 1), (0, 1))
    assert b'xmp:Rating="5"' in file.read_bytes()
    with Image.open(file) as picture:
        assert picture.size == (1280, 960)


def test_shots_of_a_burst_are_alike_but_not_equal() -> None:
    """A burst is found as near-duplicates, not as copies."""
    later = Shot(**{**SHOT.__dict__, "burst": 1})
    difference = np.abs(paint(SHOT).astype(float) - paint(later).astype(float)).mean()
    assert 0.2 < difference < 20


def test_videos_and_screenshots_open(tmp_path: Path) -> None:
    """The odd ones are real files too."""
    write_screenshot(tmp_path / "s.png", 1)
    write_video(tmp_path / "v.mp4", SHOT)
    with Image.open(tmp_path / "s.png") as screen:
        assert screen.format == "PNG"
    assert b"ftyp" in (tmp_path / "v.mp4").read_bytes()[:16]
