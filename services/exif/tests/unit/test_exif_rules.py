"""Wishes, boxes, targets, names and the second look: the pure rules."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import FaceId, PersonId, PhotoId
from pictopy_contracts.messages import AssignedFace, Photo
from pictopy_exif.document import with_table
from pictopy_exif.domain import mapping
from pictopy_exif.domain.containers import Unsafe
from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.orientation import stored_size, to_oriented, to_stored
from pictopy_exif.domain.readout import Readout, lost, unmet
from pictopy_exif.domain.records import said_of
from pictopy_exif.domain.retry import wait_after
from pictopy_exif.domain.statements import Item, Region, Statement, Text, Value
from pictopy_exif.domain.targets import FileFacts, sidecar_name, target_of, temp_name, why_not_embedded
from pictopy_exif.domain.wishes import Happening, Person, Picture, Stated, Wishes, wishes_of
from pictopy_exif.judging import moved

BOX = Box(x1=0.1, y1=0.2, x2=0.3, y2=0.6)
NOW = datetime(2020, 1, 1, tzinfo=UTC)
PICTURE = Picture(width_px=300, height_px=400, orientation=6)


def face(person: str | None, *, is_face: bool = True) -> AssignedFace:
    person_id = PersonId(person) if person else None
    return AssignedFace(face_id=FaceId("f"), box=BOX, person_id=person_id, is_face=is_face)


def people(**named: Person) -> dict[PersonId, Person]:
    return {PersonId(key): person for key, person in named.items()}


@pytest.mark.parametrize(
    ("assigned", "person"),
    [
        (face(None), Person(name="Anna")),
        (face("a"), Person()),
        (face("a"), Person(name="  \0 ")),
        (face("a"), Person(name="Anna", hidden=True)),
        (face("a"), Person(name="Anna", is_gone=True)),
        (face("a", is_face=False), Person(name="Anna")),
        (face("a"), Person(name="Anna", merged_into=PersonId("a"))),
    ],
)
def test_only_a_named_visible_person_is_a_wish(assigned: AssignedFace, person: Person) -> None:
    """Everything else is a machine's guess, or hidden."""
    if person.merged_into == "a":
        assert wishes_of([assigned], people(a=person), []).faces
        return
    assert wishes_of([assigned], people(a=person), []).is_empty


def test_a_name_that_only_stands_in_files_is_no_reason_to_write() -> None:
    """An import alone changes no file; a face that a person assigned here is said."""
    marie = people(a=Person(name="Marie", name_source="file"))
    assert wishes_of([face("a"), face("a").model_copy(update={"source": "file"})], marie, []).is_empty
    assert wishes_of([face("a").model_copy(update={"source": "user"})], marie, []).faces


def test_only_what_was_said_here_of_a_photo_counts() -> None:
    """A caption set in PictoPy is written, keywords that stand in the file are left alone."""
    photo = Photo(
        photo_id=PhotoId("p"),
        revision=1,
        format="jpeg",
        files=(),
        width_px=4,
        height_px=3,
        added_at=NOW,
        caption="At the sea",
        keywords=("from the file",),
        stated=("caption", "favourite", "taken_at_local"),
        taken_at_local=datetime(2020, 1, 2, 3, 4, 5),  # noqa: DTZ001  naive by its nature
    )
    said = {"caption": "At the sea", "favourite": False, "taken_at_local": "2020-01-02T03:04:05"}
    assert said_of(photo) == said
    in_album = photo.model_copy(update={"albums": ("Best",)})
    assert said_of(in_album) == said
    assert said_of(in_album.model_copy(update={"stated": (*photo.stated, "albums")})) == {**said, "albums": ["Best"]}


def test_a_merged_person_has_the_name_of_the_other() -> None:
    """Until cluster tells the new assignment of each photo."""
    merged = people(a=Person(name="x", is_gone=True, merged_into=PersonId("b")), b=Person(name="Anna"))
    assert [each.name for each in wishes_of([face("a")], merged, []).faces] == ["Anna"]


def test_an_event_counts_only_by_its_users_title() -> None:
    """The event's own title comes before the trip's."""
    trip = Happening(kind="trip", title="A trip", title_source="user")
    event = Happening(title="Wedding", title_source="user")
    assert wishes_of([], {}, [trip, event]).event == "Wedding"
    assert wishes_of([], {}, [trip, Happening(title="auto")]).event == "A trip"
    assert wishes_of([], {}, [Happening(title="auto")]).is_empty


def test_the_same_wishes_have_the_same_digest() -> None:
    """Whatever the order in which faces are told."""
    named = people(a=Person(name="Anna"), b=Person(name="Beate"))
    one = wishes_of([face("a"), face("b")], named, [], Stated(keywords=("x", "x", " ")))
    other = wishes_of([face("b"), face("a")], named, [], Stated(keywords=("x",)))
    assert (one, one.digest) == (other, other.digest)
    assert one.digest != Wishes().digest


def test_wishes_are_said_by_the_table() -> None:
    """Regions in the stored picture, names in all lists, and only where a list can hold them."""
    wishes = wishes_of([face("a")], people(a=Person(name="A/B|C")), [], Stated(caption="c", rating=-1))
    said = mapping.statements_of(wishes, PICTURE)
    drawn = [each for each in said if isinstance(each, Region)]
    assert [each.prop for each in drawn] == ["mwg-rs:Regions", "MP:RegionInfo", "Iptc4xmpExt:ImageRegion"]
    assert {(each.width_px, each.height_px, each.box) for each in drawn} == {(400, 300, to_stored(BOX, 6))}
    assert {each.prop for each in said} - {each.prop for each in drawn} == {
        *("Iptc4xmpExt:PersonInImage", "dc:subject", "IIM:Keywords", "EXIF:XPKeywords"),
        *("dc:description", "IIM:Caption", "EXIF:ImageDescription", "xmp:Rating"),
    }


def test_the_documentation_is_the_table() -> None:
    """`python -m pictopy_exif.document docs/metadata.md` has been run since the mapping changed."""
    page = (Path(__file__).parents[4] / "docs/metadata.md").read_text(encoding="utf-8")
    assert page == with_table(page)


fractions = st.floats(0, 0.5, allow_nan=False)


@given(fractions, fractions, st.integers(1, 8))
def test_a_box_turned_to_the_stored_picture_turns_back(x: float, y: float, orientation: int) -> None:
    """To within rounding, for all eight orientations."""
    box = Box(x1=x, y1=y, x2=x + 0.3, y2=y + 0.4)
    back = to_oriented(to_stored(box, orientation), orientation)
    assert back.iou(box) > 0.999999


def test_an_unknown_orientation_is_taken_for_none() -> None:
    """As every reader does."""
    assert to_stored(BOX, 0) == to_stored(BOX, 99) == BOX
    assert stored_size(3, 2, 9) == (3, 2)


def facts(
    head: bytes = b"\xff\xd8\xff", *, name: str = "a", links: int = 1, is_writable: bool = True, size: int = 5
) -> FileFacts:
    return FileFacts(name, head, size, NOW, links, is_writable)


@pytest.mark.parametrize(
    ("given_facts", "reason"),
    [
        (facts(), None),
        (facts(b"\x89PNG\r\n\x1a\n"), None),
        (facts(b"II*\0\x08\0\0\0", name="a.TIF"), None),
        (facts(b"II*\0\x08\0\0\0", name="a.nef"), "AVIF files only"),
        (facts(b"GIF89a"), "AVIF files only"),
        (facts(links=2), "hard links"),
        (facts(is_writable=False), "read-only"),
        (facts(size=99), "larger than"),
    ],
)
def test_why_a_file_is_not_written_into(given_facts: FileFacts, reason: str | None) -> None:
    """In words for people."""
    found = why_not_embedded(given_facts, 10)
    assert (found is None) if reason is None else (found is not None and reason in found)


def test_policies() -> None:
    """Sidecar always; embedded where possible; embedded or nothing."""
    assert target_of("sidecar", None) == "sidecar"
    assert target_of("embedded_else_sidecar", None) == target_of("embedded", None) == "embedded"
    assert target_of("embedded_else_sidecar", "why") == "sidecar"
    with pytest.raises(Unsafe, match="why"):
        target_of("embedded", "why")


@pytest.mark.parametrize(
    ("neighbours", "name"),
    [
        ({"a.jpg"}, "a.jpg.xmp"),
        ({"a.jpg", "a.jpg.xmp", "a.xmp"}, "a.jpg.xmp"),
        ({"a.jpg", "a.jpg.XMP"}, "a.jpg.XMP"),
        ({"a.jpg", "a.xmp"}, "a.xmp"),
        ({"a.jpg", "a.cr2", "a.xmp"}, "a.jpg.xmp"),
        ({"a.jpg", "a.b.jpg", "a.xmp"}, "a.xmp"),
    ],
)
def test_an_existing_sidecar_is_continued_where_it_is_surely_this_photos(neighbours: set[str], name: str) -> None:
    """A RAW beside a JPEG makes `a.xmp` not the JPEG's."""
    assert sidecar_name("a.jpg", neighbours) == name


@pytest.mark.parametrize(
    ("neighbours", "name"),
    [
        ({"a.CR2", "a.jpg", "a.xmp"}, "a.xmp"),
        ({"a.CR2", "a.dng", "a.xmp"}, "a.CR2.xmp"),
        ({"a.CR2", "a.jpg"}, "a.CR2.xmp"),
        ({"a.CR2", "a.jpg", "a.xmp", "a.CR2.xmp"}, "a.CR2.xmp"),
    ],
)
def test_the_short_name_means_the_raw_of_a_pair(neighbours: set[str], name: str) -> None:
    """As Adobe's programs have it, which put a JPEG's metadata into the JPEG."""
    assert sidecar_name("a.CR2", neighbours) == name


def test_temporary_names_are_hidden_and_fit() -> None:
    """Also for a name as long as file systems take."""
    assert temp_name("a.jpg", 7) == ".a.jpg.pictopy-7.tmp"
    assert len(temp_name("ä" * 127, 7).encode()) <= 255


@pytest.mark.parametrize(
    ("written", "now"),
    [("s/a.jpg", "t/b.jpg"), ("s/a.jpg.xmp", "t/b.jpg.xmp"), ("s/a.xmp", "t/b.xmp")],
)
def test_the_written_file_moves_with_its_photo(written: str, now: str) -> None:
    """Itself, or its sidecar under either name."""
    assert moved(written, "s/a.jpg", "t/b.jpg") == now


def test_tries_grow_apart() -> None:
    """A minute at first, half a day in the end."""
    waits = [wait_after(attempts).total_seconds() for attempts in range(8)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60, 43200)


REGION = Region(name="Anna", box=BOX, width_px=400, height_px=300)
KEY = "Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:"
AREA = {f"{KEY}Area/stArea:{each}": value for each, value in zip("xywh", REGION.area, strict=True)}
SEEN = Readout(
    {
        "Xmp.dc.subject": ["beach", "Anna"],
        "Xmp.iptcExt.Event": {'lang="x-default"': "Wedding"},
        "Xmp.xmp.Rating": "5",
        "Xmp.lr.hierarchicalSubject[1]": "People|Anna",
        f"{KEY}Name": "Anna",
        **AREA,
        "Xmp.other.thing": "x",
    }
)
SAID: tuple[Statement, ...] = (
    Item(prop="dc:subject", value="Anna"),
    Item(prop="lr:hierarchicalSubject", value="People|Anna"),
    Text(prop="Iptc4xmpExt:Event", value="Wedding"),
    Value(prop="xmp:Rating", value="5"),
    REGION,
)


def test_the_second_reader_sees_each_wish_or_says_which_it_does_not() -> None:
    """All are found in the readout, none in an empty one."""
    assert unmet(SAID, SEEN) == []
    assert len(unmet(SAID, Readout())) == len(SAID)


def test_what_others_wrote_must_be_there_afterwards() -> None:
    """A lost property, keyword or region stops the write."""
    change = Change(added=SAID)
    assert lost(SEEN, SEEN, change) == []
    assert lost(SEEN, Readout({**SEEN.xmp, "Xmp.other.thing": "y"}), change) == ["Xmp.other.thing"]
    assert lost(SEEN, Readout({**SEEN.xmp, "Xmp.dc.subject": ["Anna"]}), change) == ["dc:subject 'beach'"]
    assert lost(SEEN, Readout({**SEEN.xmp, f"{KEY}Name": "Bob"}), change) == ["region 'Anna'"]
    assert lost(SEEN, Readout({**SEEN.xmp, f"{KEY}Name": "Bob"}), Change(removed=SAID)) == []
