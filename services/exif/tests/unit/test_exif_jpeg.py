"""XMP in and out of a JPEG's segments, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_exif.domain import build, jpeg
from pictopy_exif.domain.jpeg import Unsafe
from pictopy_exif.domain.merge import Ours
from pictopy_exif.domain.patch import Edit, Patch
from pictopy_exif.domain.statements import Item

XMP = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
SUBJECT = b"<rdf:Description><dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
WANTED = [Item(prop="dc:subject", value="Anna")]


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


JFIF = segment(0xE0, b"JFIF\0" + bytes(9))
EXIF = segment(0xE1, b"Exif\0\0MM\0*" + bytes(10))
MPF = segment(0xE2, b"MPF\0MM\0*" + bytes(10))
REST = segment(0xDB, bytes(65)) + segment(0xDA, bytes(10)) + b"scan\xff\x00data\xff\xd9trailer"


def jpeg_of(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments) + REST


def xmp(body: bytes = RDF + SUBJECT) -> bytes:
    return segment(0xE1, XMP + body)


@pytest.mark.parametrize(
    "data",
    [
        jpeg_of(),
        jpeg_of(JFIF),
        jpeg_of(EXIF, MPF),
        jpeg_of(JFIF, EXIF, xmp(), MPF),
        jpeg_of(MPF, EXIF),
        jpeg_of(EXIF, b"\xff\xff", MPF),
    ],
)
def test_a_splice_changes_the_packet_only_and_comes_undone(data: bytes) -> None:
    """The new file without its packet is the old one without its own; the patch gives back the old bytes."""
    new, patch = jpeg.splice(data, jpeg.take_apart(data), b"<new/>")
    assert jpeg.take_apart(new).xmp == b"<new/>"
    assert jpeg.rest_digest(new) == jpeg.rest_digest(data)
    assert patch.undo(new) == data
    assert Patch.unpack(patch.pack()).undo(new) == data


def test_a_new_packet_stands_behind_jfif_and_exif() -> None:
    """Where readers that want EXIF first still find it, and before an index of pictures, which so stays right."""
    new, _ = jpeg.splice(jpeg_of(JFIF, EXIF, MPF), jpeg.take_apart(jpeg_of(JFIF, EXIF, MPF)), b"<new/>")
    assert new.startswith(b"\xff\xd8" + JFIF + EXIF + segment(0xE1, XMP + b"<new/>") + MPF)


def test_a_packet_can_be_taken_out() -> None:
    """And the file is as if it had never been there."""
    data = jpeg_of(EXIF, xmp())
    new, patch = jpeg.splice(data, jpeg.take_apart(data), None)
    assert (new, patch.undo(new)) == (jpeg_of(EXIF), data)


def test_a_packet_behind_the_index_of_pictures_is_not_lengthened() -> None:
    """The index counts from its own place: what lies between it and the pictures must not grow."""
    data = jpeg_of(EXIF, MPF, xmp())
    with pytest.raises(Unsafe, match="multi-picture"):
        jpeg.splice(data, jpeg.take_apart(data), b"<longer than before/>" * 20)


def test_a_packet_too_long_for_a_segment_is_refused() -> None:
    """65,502 bytes is the limit of the format; one more goes to a sidecar."""
    data = jpeg_of(EXIF)
    jpeg.splice(data, jpeg.take_apart(data), b"x" * jpeg.MAX_XMP_BYTES)
    with pytest.raises(Unsafe, match="65503"):
        jpeg.splice(data, jpeg.take_apart(data), b"x" * (jpeg.MAX_XMP_BYTES + 1))


def extended(body: bytes, cut: int) -> list[bytes]:
    head = EXTENDED + b"0" * 32 + len(body).to_bytes(4, "big")
    parts = ((0, body[:cut]), (cut, body[cut:]))
    return [segment(0xE1, head + offset.to_bytes(4, "big") + part) for offset, part in parts]


def test_the_main_packet_is_changed_beside_an_extended_one() -> None:
    """The extended part stays where and as it is."""
    body = RDF + b"<rdf:Description><dc:rights>r</dc:rights></rdf:Description></rdf:RDF>"
    data = jpeg_of(EXIF, xmp(), *extended(body, 20))
    assert jpeg.take_apart(data).extended == body
    built = build.embedded(data, WANTED, Ours(), ())
    assert built is not None
    assert built.data is not None
    assert jpeg.take_apart(built.data).extended == body
    assert jpeg.rest_digest(built.data) == jpeg.rest_digest(data)


def test_a_property_that_goes_on_in_the_extended_packet_is_not_touched() -> None:
    """Half of a list cannot be merged with; the file gets a sidecar."""
    data = jpeg_of(EXIF, xmp(RDF + b"</rdf:RDF>"), *extended(RDF + SUBJECT, 20))
    with pytest.raises(Unsafe, match="extended XMP holds dc:subject"):
        build.embedded(data, WANTED, Ours(), ())
    with pytest.raises(Unsafe, match="incomplete"):
        jpeg.take_apart(jpeg_of(EXIF, extended(RDF, 20)[1]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no JPEG"),
        (b"\x89PNG", "no JPEG"),
        (b"\xff\xd8\xff", "ends before"),
        (b"\xff\xd8\xff\xe0\0\x01" + bytes(20), "cut off"),
        (b"\xff\xd8\xff\xe1\xff\xff" + bytes(20), "cut off"),
        (b"\xff\xd8" + JFIF + b"junk", "damaged"),
        (b"\xff\xd8" + JFIF + b"\xff\xd9\0\0", "damaged"),
        (jpeg_of(xmp(), xmp()), "more than one"),
        (jpeg_of(xmp(b"<broken")), "XMP"),
    ],
)
def test_what_cannot_be_understood_is_refused(data: bytes, reason: str) -> None:
    """With a reason for people."""
    with pytest.raises(Unsafe, match=reason):
        build.embedded(data, WANTED, Ours(), ())


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_apart_or_refused(tail: bytes) -> None:
    """A damaged header never raises anything but Unsafe."""
    try:
        jpeg.take_apart(b"\xff\xd8\xff" + tail)
    except Unsafe:
        return


def test_a_patch_of_several_places_is_exact() -> None:
    """Edits are undone from the last place to the first."""
    patch = Patch((Edit(6, 1, b"world"), Edit(0, 3, b"hello")))
    assert Patch.unpack(patch.pack()).undo(b"abc - x!") == b"hello - world!"
