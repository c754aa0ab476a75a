"""Tags of a TIFF stream, set and taken away around what must not move."""

import struct

import piexif
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_exif.domain import tiff
from pictopy_exif.domain.tiff import Damaged, Value

NOTE = b"MAKER\0" + struct.pack("<HHHII", 1, 1, 4, 1, 0x1234)
THUMBNAIL = b"\xff\xd8\xff\xdb\0\x04ab\xff\xda\0\x02\xff\xd9"


def made() -> bytes:
    """As piexif writes it: big-endian, with a MakerNote and a thumbnail."""
    dump = piexif.dump(
        {
            "0th": {piexif.ImageIFD.Make: b"Maker", piexif.ImageIFD.Orientation: 6},
            "Exif": {piexif.ExifIFD.MakerNote: NOTE, piexif.ExifIFD.ISOSpeedRatings: 100},
            "1st": {piexif.ImageIFD.Compression: 6},
            "thumbnail": THUMBNAIL,
        }
    )
    return bytes(dump[6:])


def test_a_changed_stream_reads_back_and_nothing_else_moves() -> None:
    """New, longer, shorter and removed tags; MakerNote and thumbnail lie at the same place."""
    data = made()
    changes = {
        "image": {piexif.ImageIFD.Make: tiff.text("A longer maker than before"), 270: tiff.text("Überschrift")},
        "exif": {piexif.ExifIFD.DateTimeOriginal: tiff.text("2020:01:02 03:04:05"), 34855: None},
        "gps": {1: tiff.text("N"), 2: tiff.numbers(data, tiff.RATIONAL, 52, 1, 30, 1, 0, 1)},
    }
    new = tiff.with_values(data, changes)  # type: ignore[arg-type]  # literals in a plain dict
    assert new.index(NOTE) == data.index(NOTE)
    found = piexif.load(new)
    assert found["0th"][piexif.ImageIFD.Make] == b"A longer maker than before"
    assert found["0th"][270] == "Überschrift".encode()
    assert found["0th"][piexif.ImageIFD.Orientation] == 6
    assert found["Exif"][piexif.ExifIFD.MakerNote] == NOTE
    assert found["Exif"][piexif.ExifIFD.DateTimeOriginal] == b"2020:01:02 03:04:05"
    assert 34855 not in found["Exif"]
    assert found["GPS"][2] == ((52, 1), (30, 1), (0, 1))
    assert found["thumbnail"] == THUMBNAIL
    assert tiff.find(new, "gps", 1) == tiff.text("N")
    assert tiff.with_values(new, changes) == new  # type: ignore[arg-type]  # literals in a plain dict


def test_a_value_that_fits_stays_in_its_place() -> None:
    """The stream does not grow with each change of a time."""
    data = tiff.with_values(made(), {"image": {306: tiff.text("2020:01:02 03:04:05")}})
    again = tiff.with_values(data, {"image": {306: tiff.text("2021:01:02 03:04:05")}})
    assert len(again) == len(data)
    assert tiff.find(again, "image", 306) == tiff.text("2021:01:02 03:04:05")
    gone = tiff.with_values(again, {"image": {306: None}})
    assert (len(gone), tiff.find(gone, "image", 306)) == (len(data), None)


def test_an_empty_stream_takes_tags() -> None:
    """For files that had no EXIF yet."""
    new = tiff.with_values(tiff.empty(), {"image": {270: tiff.text("x" * 10)}, "exif": {36867: tiff.text("2020")}})
    found = piexif.load(new)
    assert (found["0th"][270], found["Exif"][36867]) == (b"x" * 10, b"2020")
    assert tiff.tags(new, "gps") == frozenset()


def test_numbers_are_those_of_the_streams_order() -> None:
    """What is packed for a stream is unpacked from it."""
    for data in (made(), tiff.empty()):
        assert tiff.integers(data, tiff.numbers(data, tiff.SHORT, 1, 513)) == (1, 513)


@given(st.binary(max_size=120), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_any_bytes_are_changed_or_refused(tail: bytes, head: bytes) -> None:
    """A damaged stream never raises anything but Damaged."""
    try:
        new = tiff.with_values(head + tail, {"image": {270: Value(2, b"hello world\0")}})
    except Damaged:
        return
    assert tiff.find(new, "image", 270) == Value(2, b"hello world\0")


@pytest.mark.parametrize("data", [b"", b"II+\0", b"MM\0*\0\0"])
def test_what_is_no_stream_is_refused(data: bytes) -> None:
    """BigTIFF too: its offsets are longer."""
    with pytest.raises(Damaged):
        tiff.find(data, "image", 270)
