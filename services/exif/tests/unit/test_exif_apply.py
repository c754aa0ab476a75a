"""Wishes into blocks: which block says what, what stays out of it and why, and the way back to the byte."""

from datetime import datetime

import piexif
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_contracts.geometry import Box
from pictopy_exif.domain import iim, packet, rdf
from pictopy_exif.domain.apply import LEGACY_DIGEST, SIDECAR, Applied, apply
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.exif_tags import Exif
from pictopy_exif.domain.mapping import statements_of
from pictopy_exif.domain.merge import Change, Ours, ours_after
from pictopy_exif.domain.statements import Statement, block_of
from pictopy_exif.domain.wishes import Concepts, Moment, NamedFace, Picture, Place, Wishes

PICTURE = Picture(width_px=400, height_px=300)
BOX = Box(x1=0.1, y1=0.2, x2=0.3, y2=0.6)
EVERYTHING = Wishes(
    faces=(NamedFace(name="Анна, {x} | = ]", box=BOX),),
    event="Wedding",
    trip="Italy",
    keywords=("beach", "x" * 65, "a;b"),
    caption="At the sea",
    title="Sea",
    rating=4,
    favourite=True,
    hidden=True,
    albums=("Best",),
    place=Place(latitude_deg=52.520008, longitude_deg=-13.404954, location="Mitte", city="Berlin", country="Germany"),
    time=Moment(at_local=datetime(2020, 1, 2, 3, 4, 5), offset_min=-330),  # noqa: DTZ001  naive by its nature
    machine_tags=("dog",),
)


def exif_block() -> bytes:
    groups = {
        "0th": {piexif.ImageIFD.Make: "Cam", 0x9C9E: "old".encode("utf-16-le") + b"\0\0"},
        "Exif": {piexif.ExifIFD.MakerNote: b"secret", piexif.ExifIFD.DateTimeOriginal: b"1999:01:01 00:00:00"},
    }
    made: bytes = piexif.dump(groups)
    return made[6:]


def dataset(number: int, data: bytes, record: int = 2) -> bytes:
    return bytes([0x1C, record, number]) + len(data).to_bytes(2, "big") + data


IPTC = dataset(25, b"beach") + dataset(105, b"Head") + dataset(120, b"old caption")
ALL_BLOCKS = Blocks(xmp=None, iptc=IPTC, exif=exif_block())


def said(wishes: Wishes) -> tuple[Statement, ...]:
    return statements_of(wishes, PICTURE)


def once_more(applied: Applied, wishes: Wishes, *changes: Change) -> Applied:
    return apply(applied.blocks, said(wishes), ours_after(changes))


@pytest.mark.parametrize("blocks", [ALL_BLOCKS, Blocks(), Blocks(exif=exif_block()), Blocks(iptc=IPTC)])
def test_everything_goes_in_and_comes_out_again(blocks: Blocks) -> None:
    """Said twice it changes nothing the second time; taken away, the blocks are what they were, to the byte."""
    first = apply(blocks, said(EVERYTHING), Ours())
    assert once_more(first, EVERYTHING, first.change).change.is_nothing
    last = once_more(first, Wishes(), first.change)
    assert last.blocks == blocks
    assert set(last.change.removed) == set(first.change.added)


def test_each_block_says_what_the_table_says() -> None:
    """EXIF and IPTC by readers of their own."""
    blocks = apply(ALL_BLOCKS, said(EVERYTHING), Ours()).blocks
    assert blocks.exif is not None
    found = piexif.load(b"Exif\0\0" + blocks.exif)
    assert found["Exif"][piexif.ExifIFD.DateTimeOriginal] == b"2020:01:02 03:04:05"
    assert found["Exif"][piexif.ExifIFD.OffsetTimeOriginal] == b"-05:30"
    assert found["Exif"][piexif.ExifIFD.MakerNote] == b"secret"
    assert found["GPS"][piexif.GPSIFD.GPSLongitudeRef] == b"W"
    assert found["GPS"][piexif.GPSIFD.GPSLatitude] == ((52, 1), (31, 1), (120288, 10000))
    assert (found["0th"][0x4746], found["0th"][0x4749], found["0th"][piexif.ImageIFD.Make]) == (4, 75, b"Cam")
    keywords = bytes(found["0th"][0x9C9E]).decode("utf-16-le").rstrip("\0").split(";")
    assert keywords == ["old", "Анна, {x} | = ]", "Wedding", "Italy", "beach", "x" * 65]
    assert blocks.iptc is not None
    read = iim.parse(blocks.iptc)
    assert read.items("IIM:Keywords") == ["beach", "Анна, {x} | = ]", "Wedding", "Italy", "a;b"]
    times = [read.single(f"IIM:{name}") for name in ("Caption", "DateCreated", "TimeCreated", "City")]
    assert times == ["At the sea", "20200102", "030405-0530", "Berlin"]
    assert dataset(90, b"\x1b%G", 1) in blocks.iptc
    assert dataset(105, b"Head") in blocks.iptc


def test_what_an_older_block_cannot_hold_is_named_and_stands_in_xmp() -> None:
    """Too long for IPTC, a semicolon for Windows: never cut, never lost."""
    applied = apply(ALL_BLOCKS, said(EVERYTHING), Ours())
    assert any("longer than the 64 bytes of IIM:Keywords" in why for why in applied.left_out)
    assert any("'a;b' cannot stand in EXIF:XPKeywords" in why for why in applied.left_out)
    tree = packet.parse(applied.blocks.xmp or b"")
    assert {"a;b", "x" * 65} <= set(rdf.items(tree, "dc:subject"))


def test_a_name_taken_away_goes_from_every_block_and_nothing_else_does() -> None:
    """Another name, and a keyword that both of us said, stay."""
    both = Wishes(faces=(NamedFace(name="Anna", box=BOX), NamedFace(name="Bob", box=BOX)), keywords=("beach",))
    first = apply(ALL_BLOCKS, said(both), Ours())
    left = Wishes(faces=both.faces[1:])
    second = once_more(first, left, first.change)
    alone = apply(ALL_BLOCKS, said(left), Ours())
    assert (second.blocks.iptc, second.blocks.exif) == (alone.blocks.iptc, alone.blocks.exif)
    assert "Anna" not in (second.blocks.xmp or b"").decode()
    assert iim.keywords(second.blocks.iptc) == ("beach", "Bob")


def test_a_block_that_someone_changed_since_keeps_their_change() -> None:
    """Ours goes from it; their words stay."""
    first = apply(ALL_BLOCKS, said(EVERYTHING), Ours())
    exif = Exif(first.blocks.exif)
    theirs = next(each for each in said(Wishes(rating=1)) if each.prop == "EXIF:Rating")
    exif.put(theirs)
    changed = Blocks(first.blocks.xmp, first.blocks.iptc, exif.to_bytes())
    last = apply(changed, (), ours_after([first.change]))
    found = piexif.load(b"Exif\0\0" + (last.blocks.exif or b""))
    assert found["0th"][0x4746] == 1
    assert found["Exif"][piexif.ExifIFD.DateTimeOriginal] == b"1999:01:01 00:00:00"
    assert not found["GPS"]


def test_only_a_place_or_a_time_makes_an_exif_block() -> None:
    """A name alone makes neither EXIF nor IPTC."""
    named = apply(Blocks(), said(Wishes(keywords=("beach",))), Ours())
    assert (named.blocks.exif, named.blocks.iptc, named.blocks.xmp is None) == (None, None, False)
    placed = apply(Blocks(), said(Wishes(keywords=("beach",), place=EVERYTHING.place)), Ours())
    assert placed.blocks.exif is not None
    assert placed.change.made_exif


def test_a_sidecar_holds_xmp_alone() -> None:
    """And the keywords of the file's IPTC block stay in view."""
    applied = apply(Blocks(), said(Wishes(keywords=("sea",))), Ours(), SIDECAR, ["from IPTC"])
    assert applied.blocks.exif is applied.blocks.iptc is None
    assert {block_of(each.prop) for each in applied.wanted} == {"xmp"}
    assert rdf.items(packet.parse(applied.blocks.xmp or b""), "dc:subject") == ["sea", "from IPTC"]


def test_a_damaged_older_block_does_not_lose_the_write() -> None:
    """XMP goes in; the row says what was left out; the block stays as it is."""
    applied = apply(Blocks(iptc=b"\x1c\2\x19\xff", exif=b"II*\0\xff\xff\0\0"), said(EVERYTHING), Ours())
    assert applied.blocks.xmp is not None
    assert (applied.blocks.iptc, applied.blocks.exif) == (b"\x1c\2\x19\xff", b"II*\0\xff\xff\0\0")
    assert len(applied.left_out) >= 2


def test_the_digest_of_old_photoshops_is_renewed() -> None:
    """Else they would take the IPTC block for the newer one."""
    tree = packet.new()
    rdf.set_value(tree, LEGACY_DIGEST, iim.digest(IPTC).hex().upper())
    xmp = packet.to_bytes(tree)
    first = apply(Blocks(xmp, IPTC), said(Wishes(caption="new")), Ours())
    now = rdf.text(packet.parse(first.blocks.xmp or b""), LEGACY_DIGEST)
    assert now == iim.digest(first.blocks.iptc or b"").hex().upper()
    assert once_more(first, Wishes(caption="new"), first.change).change.is_nothing
    last = once_more(first, Wishes(), first.change)
    assert rdf.text(packet.parse(last.blocks.xmp or b""), LEGACY_DIGEST) == iim.digest(IPTC).hex().upper()


def test_latin_text_keeps_reading_as_it_did() -> None:
    """A block that names no alphabet and holds Latin-1 is not made UTF-8: what has no letters there stays out of it."""
    latin = dataset(25, "für".encode("latin-1"))
    applied = apply(Blocks(iptc=latin), said(Wishes(keywords=("über", "Анна"))), Ours())
    assert applied.blocks.iptc == latin + dataset(25, "über".encode("latin-1"))
    assert any("alphabet" in why for why in applied.left_out)


@given(st.lists(st.text(min_size=1, max_size=20).map(packet.sayable).map(str.strip).filter(bool), unique=True))
def test_any_keywords_come_back_from_iptc(words: list[str]) -> None:
    """Whatever the alphabet."""
    block = iim.parse(IPTC)
    new = [each for each in said(Wishes(keywords=tuple(words))) if each.prop == "IIM:Keywords"]
    for each in new:
        if block.why_not(each) is None and not block.says(each):
            block.put(each)
    assert set(iim.keywords(block.to_bytes())) >= {each for each in words if len(each.encode()) <= 64}


@given(st.binary(max_size=200))
def test_any_bytes_are_an_iptc_block_or_refused(data: bytes) -> None:
    """What is read is written again as it was."""
    try:
        block = iim.parse(b"\x1c" + data)
    except iim.IimError:
        return
    assert block.to_bytes() == b"\x1c" + data


def test_concepts_decide_what_may_be_written() -> None:
    """Off: never; confirmed: only what was confirmed, and of that only what is still said."""
    assert EVERYTHING.chosen(Concepts(people="off", place="off"), None).faces == ()
    asking = Concepts(people="confirmed", keywords="confirmed", title="confirmed", machine_tags="on")
    nothing = EVERYTHING.chosen(asking, None)
    assert (nothing.faces, nothing.keywords, nothing.title) == ((), (), None)
    assert (nothing.caption, nothing.machine_tags) == ("At the sea", ("dog",))
    before = Wishes(faces=EVERYTHING.faces, keywords=("beach", "gone"), title="Other")
    some = EVERYTHING.chosen(asking, before)
    assert (some.faces, some.keywords, some.title) == (EVERYTHING.faces, ("beach",), None)
    assert EVERYTHING.chosen(Concepts(), None).machine_tags == ()


def test_an_undo_from_before_these_wishes_were_known_still_holds() -> None:
    """Digests of old wishes are what they were."""
    assert Wishes(caption="c", rating=3).digest == "93a4a4e5d4d2a2d2b837996a8408bd33"
