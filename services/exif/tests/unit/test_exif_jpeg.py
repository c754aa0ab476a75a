"""XMP, IPTC and EXIF in and out of a JPEG's segments, byte for byte."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_exif.domain import build, rdf, tiff
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.containers import Unsafe, extended
from pictopy_exif.domain.containers.jpeg import JPEG, MAX_XMP_BYTES
from pictopy_exif.domain.digest import digest_of, digests_of
from pictopy_exif.domain.merge import Ours
from pictopy_exif.domain.packet import parse
from pictopy_exif.domain.patch import Edit, Patch
from pictopy_exif.domain.statements import Item

XMP = b"http://ns.adobe.com/xap/1.0/\0"
EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
SUBJECT = b"<rdf:Description><dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
WANTED = [Item(prop="dc:subject", value="Anna")]


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + bytes(len(data) % 2)


JFIF = segment(0xE0, b"JFIF\0" + bytes(9))
EXIF = segment(0xE1, b"Exif\0\0" + tiff.empty())
INDEX = tiff.with_values(
    tiff.empty(), {"image": {0xB002: tiff.Value(7, struct.pack("<8I", 0, 900, 0, 0, 0, 9, 700, 0))}}
)
MPF = segment(0xE2, b"MPF\0" + INDEX)
REST = segment(0xDB, bytes(65)) + segment(0xDA, bytes(10)) + b"scan\xff\x00data\xff\xd9trailer"
IPTC = b"\x1c\x02\x05\0\x05Title"


def jpeg_of(*segments: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(segments) + REST


def xmp(body: bytes = RDF + SUBJECT) -> bytes:
    return segment(0xE1, XMP + body)


def photoshop(*resources: bytes) -> bytes:
    return segment(0xED, b"Photoshop 3.0\0" + b"".join(resources))


def with_xmp(data: bytes, packet: bytes | None) -> tuple[bytes, Patch]:
    found = JPEG.blocks(data)
    return JPEG.with_blocks(data, Blocks(packet, found.iptc, found.exif))


@pytest.mark.parametrize(
    "data",
    [
        jpeg_of(),
        jpeg_of(JFIF),
        jpeg_of(EXIF, MPF),
        jpeg_of(JFIF, EXIF, xmp(), MPF),
        jpeg_of(MPF, EXIF, xmp()),
        jpeg_of(EXIF, b"\xff\xff", MPF),
        jpeg_of(JFIF, photoshop(resource(1000, b"odd"), resource(0x0404, IPTC))),
    ],
)
def test_a_splice_changes_the_packet_only_and_comes_undone(data: bytes) -> None:
    """The new file without its packet is the old one without its own; the patch gives back the old bytes."""
    new, patch = with_xmp(data, b"<new/>")
    assert JPEG.blocks(new).xmp == b"<new/>"
    assert JPEG.rest_digest(new) == JPEG.rest_digest(data)
    assert patch.undo(new) == data
    assert Patch.unpack(patch.pack()).undo(new) == data


def test_a_new_packet_stands_behind_jfif_and_exif() -> None:
    """Where readers that want EXIF first still find it."""
    new, _ = with_xmp(jpeg_of(JFIF, EXIF, photoshop()), b"<new/>")
    assert new.startswith(b"\xff\xd8" + JFIF + EXIF + xmp(b"<new/>") + photoshop())


def test_a_packet_can_be_taken_out() -> None:
    """And the file is as if it had never been there."""
    data = jpeg_of(EXIF, xmp())
    new, patch = with_xmp(data, None)
    assert (new, patch.undo(new)) == (jpeg_of(EXIF), data)


@pytest.mark.parametrize(("front", "moved"), [((EXIF, MPF, xmp()), 700 + 20), ((EXIF, xmp(), MPF), 700)])
def test_the_index_of_pictures_follows_what_moves_them(front: tuple[bytes, ...], moved: int) -> None:
    """It counts from its own place: what is put between it and the second picture is added, and the first's length."""
    data = jpeg_of(*front)
    new, _ = with_xmp(data, RDF + SUBJECT + b" " * 20)
    [entries] = [new[at : at + 32] for at in [new.index(INDEX[:10]) + INDEX.index(struct.pack("<II", 0, 900))]]
    assert struct.unpack("<8I", entries) == (0, 920, 0, 0, 0, 9, moved, 0)
    assert JPEG.rest_digest(new) == JPEG.rest_digest(data)
    wrong = new.replace(struct.pack("<I", moved), struct.pack("<I", moved + 1))
    assert JPEG.rest_digest(wrong) != JPEG.rest_digest(data)


def test_iptc_is_changed_among_photoshops_other_resources() -> None:
    """They stay in their order; the digest by which Photoshop trusts the block is that of the new one."""
    others = resource(1005, b"odd"), resource(1061, bytes(16)), resource(1000, b"path!")
    data = jpeg_of(EXIF, photoshop(others[0], resource(0x0404, IPTC), *others[1:]))
    assert JPEG.blocks(data).iptc == IPTC
    new, patch = JPEG.with_blocks(data, Blocks(None, IPTC * 2, tiff.empty()))
    digest = resource(0x0425, hashlib.md5(IPTC * 2, usedforsecurity=False).digest())
    assert photoshop(others[0], resource(0x0404, IPTC * 2), digest, others[2]) in new
    assert JPEG.rest_digest(new) == JPEG.rest_digest(data)
    assert patch.undo(new) == data
    gone, _ = JPEG.with_blocks(new, Blocks(None, None, tiff.empty()))
    assert photoshop(others[0], others[2]) in gone


def test_resources_longer_than_a_segment_are_parted_and_joined() -> None:
    """As Photoshop does with its own."""
    data = jpeg_of(EXIF)
    new, _ = JPEG.with_blocks(data, Blocks(None, IPTC * 9000, tiff.empty()))
    assert JPEG.blocks(new).iptc == IPTC * 9000
    back, _ = JPEG.with_blocks(new, Blocks(None, None, tiff.empty()))
    assert back == data


def test_damaged_resources_are_left_alone() -> None:
    """XMP can still be written; IPTC cannot."""
    data = jpeg_of(EXIF, photoshop(resource(1000, b"fine"), b"8BIM\x04\x04\0\0\0\0\xff\xff"))
    assert with_xmp(data, b"<new/>")[0] != data
    with pytest.raises(Unsafe, match="damaged"):
        JPEG.with_blocks(data, Blocks(None, IPTC, tiff.empty()))


LARGE = b'<rdf:Description xmlns:d="http://ns.google.com/photos/1.0/depthmap/"><d:Data>%s</d:Data></rdf:Description>'


def large(size: int) -> bytes:
    return RDF + LARGE % (b"x" * size) + SUBJECT


def test_a_packet_too_long_for_a_segment_is_parted() -> None:
    """The large foreign property goes on in extended segments with the right GUID and digest, and comes back whole."""
    data = jpeg_of(EXIF)
    new, patch = with_xmp(data, large(150_000))
    read = JPEG.blocks(new).xmp
    assert read is not None
    assert rdf.items(parse(read), "dc:subject") == ["a"]
    assert b"x" * 150_000 in read
    assert b"HasExtendedXMP" not in read
    main = new[new.index(XMP) + len(XMP) : new.index(EXTENDED)]
    assert b"<rdf:li>a</rdf:li>" in main
    heads = _places(new, EXTENDED)
    assert len(heads) == 3
    guid = new[heads[0] + len(EXTENDED) :][:32]
    assert guid in main
    body = b"".join(new[at + len(EXTENDED) + 40 : at - 2 + int.from_bytes(new[at - 2 : at], "big")] for at in heads)
    assert hashlib.md5(body, usedforsecurity=False).hexdigest().upper().encode() == guid
    assert JPEG.rest_digest(new) == JPEG.rest_digest(data)
    assert patch.undo(new) == data
    small, _ = with_xmp(new, RDF + SUBJECT)
    assert small == jpeg_of(EXIF, xmp())


def _places(data: bytes, what: bytes) -> list[int]:
    found, at = [], data.find(what)
    while at >= 0:
        found.append(at)
        at = data.find(what, at + 1)
    return found


def test_what_other_programs_look_for_is_not_put_where_they_do_not_look() -> None:
    """Keywords stay in the main packet; if they alone are too long, the file gets a sidecar."""
    data, keywords = jpeg_of(EXIF), b"<rdf:li>keyword</rdf:li>" * 4000
    with pytest.raises(Unsafe, match=str(MAX_XMP_BYTES)):
        with_xmp(data, RDF + SUBJECT.replace(b"<rdf:li>a</rdf:li>", keywords))


def split_packet(body: bytes, cut: int, guid: bytes = b"0" * 32) -> list[bytes]:
    head = EXTENDED + guid + len(body).to_bytes(4, "big")
    parts = ((0, body[:cut]), (cut, body[cut:]))
    return [segment(0xE1, head + offset.to_bytes(4, "big") + part) for offset, part in parts]


NOTED = RDF + b'<rdf:Description xmlns:n="http://ns.adobe.com/xmp/note/" n:HasExtendedXMP="%s"/></rdf:RDF>' % (
    b"0" * 32
)


def test_a_property_of_the_extended_packet_is_merged_with() -> None:
    """Half of a list is no list: both packets are one."""
    data = jpeg_of(EXIF, xmp(NOTED), *split_packet(RDF + SUBJECT, 20))
    built = build.embedded(JPEG, data, WANTED, Ours(), ())
    assert built is not None
    assert built.data is not None
    read = JPEG.blocks(built.data).xmp
    assert read is not None
    assert rdf.items(parse(read), "dc:subject") == ["a", "Anna"]
    assert JPEG.rest_digest(built.data) == JPEG.rest_digest(data)
    assert extended.guid_in(read) is None


def test_extended_segments_that_nothing_points_to_are_nobodys() -> None:
    """They stay, and say nothing."""
    data = jpeg_of(EXIF, xmp(), *split_packet(RDF + SUBJECT, 20))
    assert JPEG.blocks(data).xmp == RDF + SUBJECT
    assert _places(with_xmp(data, None)[0], EXTENDED)
    with pytest.raises(Unsafe, match="incomplete"):
        JPEG.blocks(jpeg_of(EXIF, xmp(NOTED), split_packet(RDF + SUBJECT, 20)[1]))


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
        build.embedded(JPEG, data, WANTED, Ours(), ())


def test_two_exif_blocks_are_not_written_into() -> None:
    """Nobody knows which of them others read; XMP still goes in."""
    data = jpeg_of(EXIF, EXIF)
    assert with_xmp(data, b"<new/>")[0] != data
    with pytest.raises(Unsafe, match="more than one EXIF"):
        JPEG.with_blocks(data, Blocks(exif=tiff.empty() + b"\0\0"))
    with pytest.raises(Unsafe, match="65527"):
        JPEG.with_blocks(jpeg_of(), Blocks(exif=tiff.empty() + bytes(70_000)))


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_apart_or_refused(tail: bytes) -> None:
    """A damaged header never raises anything but Unsafe."""
    try:
        JPEG.blocks(b"\xff\xd8\xff" + tail)
    except Unsafe:
        return


def test_a_patch_of_several_places_is_exact() -> None:
    """Edits are undone from the last place to the first."""
    patch = Patch((Edit(6, 1, b"world"), Edit(0, 3, b"hello")))
    assert Patch.unpack(patch.pack()).undo(b"abc - x!") == b"hello - world!"


@pytest.mark.parametrize("header", [b"", JFIF, JFIF + EXIF, JFIF + EXIF + MPF, segment(0xE1, XMP + SUBJECT) + MPF])
def test_the_front_of_a_file_tells_all_but_the_end_of_its_picture(header: bytes) -> None:
    """The digests of a file, of which only the header was in memory, are those of the whole."""
    assert JPEG.front is not None
    data = b"\xff\xd8" + header + REST
    front = data[: JPEG.front(data)]
    tail = data[len(front) :]
    picture, whole = digests_of([tail[:3], tail[3:]], JPEG.picture(front), [front])
    assert tail
    assert (picture, whole) == (JPEG.picture_digest(data), digest_of(data))
    assert JPEG.rest_digest(front, picture) == JPEG.rest_digest(data)
    assert JPEG.blocks(front) == JPEG.blocks(data)


def test_a_header_that_is_cut_off_is_no_front() -> None:
    """Then the whole file is read."""
    assert JPEG.front is not None
    data = b"\xff\xd8" + JFIF + EXIF + REST
    for end in range(2, len(data) - len(REST) + 70):
        with pytest.raises(Unsafe):
            JPEG.front(data[:end])
