"""Times: what is read, what is believed, what is dropped."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_ingest.domain.metadata import times
from pictopy_ingest.domain.metadata.tags import Notes, Tags

NOW = datetime(2024, 6, 1, tzinfo=UTC)
_clock = datetime.fromisoformat


@pytest.mark.parametrize(
    ("text", "clock", "offset"),
    [
        ("2019:03:21 11:04:22", "2019-03-21T11:04:22", None),
        ("2019:03:21 11:04:22+05:30", "2019-03-21T11:04:22", 330),
        ("2009-08-29T13:18:08.017", "2009-08-29T13:18:08.017000", None),
        ("2023-11-15T12:30:00Z", "2023-11-15T12:30:00", 0),
        ("2009-08-29 13:18:08+00:00", "2009-08-29T13:18:08", 0),
        ("2009-08-29", "2009-08-29T00:00:00", None),
        ("2012:08:05 11:39:59 ", "2012-08-05T11:39:59", None),
    ],
)
def test_forms_of_time(text: str, clock: str, offset: int | None) -> None:
    """EXIF, XMP and IPTC forms are read, with their offset."""
    found = times.moment(text, Notes(), NOW)
    assert found == times.Moment(datetime.fromisoformat(clock), offset)


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "", None, "0000-00-00T00:00:00Z"])
def test_blank_times_are_silent(text: str | None) -> None:
    """A camera without a clock said nothing: no time, and no warning."""
    notes = Notes()
    assert times.moment(text, notes, NOW) is None
    assert notes.lines == ()


@pytest.mark.parametrize(
    "text", ["0001:01:01 00:00:00", "2019:13:41 25:61:61", "9999:12:31 00:00:00", "soon", "2024:06:09 00:00:00"]
)
def test_impossible_times_are_dropped_with_a_note(text: str) -> None:
    """Year 1, month 13, the future, words: never a date, always a warning."""
    notes = Notes()
    assert times.moment(text, notes, NOW) is None
    assert len(notes.lines) == 1


def test_an_impossible_offset_costs_only_the_offset() -> None:
    """+25:00 is dropped with a warning, the wall clock stays."""
    notes = Notes()
    tags = Tags({"Exif.Photo.DateTimeOriginal": "2019:03:21 11:04:22", "Exif.Photo.OffsetTimeOriginal": "+25:00"})
    assert times.exif_moment(tags, "Original", notes, NOW) == times.Moment(_clock("2019-03-21T11:04:22"))
    assert "+25:00" in notes.lines[0]


def test_the_distance_to_gps_time_is_the_offset() -> None:
    """A wall clock 5 hours behind GPS time is at -05:00; one 7 minutes off a quarter is not told."""
    gps = times.Moment(_clock("2019-03-21T16:04:21"), is_utc=True)
    clock = times.Moment(_clock("2019-03-21T11:04:22"))
    assert times.with_offset(clock, gps).offset_min == -300
    assert times.with_offset(times.Moment(clock.clock + timedelta(minutes=7)), gps).offset_min is None


@pytest.mark.parametrize(
    ("name", "clock"),
    [
        ("IMG_20230514_183005.jpg", "2023-05-14T18:30:05"),
        ("PXL_20230514_183005123.jpg", "2023-05-14T18:30:05"),
        ("2023-05-14 18.30.05.jpg", "2023-05-14T18:30:05"),
        ("Screenshot_2023-05-14-18-30-05.png", "2023-05-14T18:30:05"),
        ("VID_20230514_183005.mp4", "2023-05-14T18:30:05"),
        ("DSC00001.jpg", None),
        ("99999999_999999.jpg", None),
        ("IMG_20231399_183005.jpg", None),
    ],
)
def test_times_in_names(name: str, clock: str | None) -> None:
    """Names that phones give tell the time; numbers that are no time do not."""
    found = times.name_moment(name, NOW)
    assert (found.clock.isoformat() if found else None) == clock


@given(st.text(alphabet="0123456789:-+TZ ./", max_size=32))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    """Whatever stands in a tag, there is a plausible time or none."""
    found = times.moment(text, Notes(), NOW)
    assert found is None or times.is_plausible(found.clock, NOW)
