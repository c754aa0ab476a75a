"""Merging: added where missing, taken away only where ours, in whichever spelling the packet has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_contracts.geometry import Box
from pictopy_exif.domain import packet, rdf, regions
from pictopy_exif.domain.merge import Change, Ours, merge, ours_after, with_keywords_kept_in_view
from pictopy_exif.domain.packet import Packet
from pictopy_exif.domain.statements import Item, Region, Statement, Text, Value, from_json, to_json
from pictopy_exif.domain.xmp import Xmp

BOX = Box(x1=0.1, y1=0.2, x2=0.3, y2=0.6)
NS = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
    ' xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"'
)
ADDED: tuple[Statement, ...] = (
    Item(prop="dc:subject", value="Anna"),
    Item(prop="digiKam:TagsList", value="People/Anna"),
    Text(prop="Iptc4xmpExt:Event", value="Wedding"),
    Value(prop="xmp:Rating", value="5"),
    Region(name="Anna", box=BOX, width_px=400, height_px=300),
)


def packet_of(body: str, attributes: str = "") -> Packet:
    rdf_ns = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    text = f'<rdf:RDF {rdf_ns}><rdf:Description rdf:about="" {NS} {attributes}>{body}</rdf:Description></rdf:RDF>'
    return packet.parse(text.encode())


def region(area: str, name: str = "Bob") -> str:
    """A region in the short spelling of Lightroom."""
    return (
        '<mwg-rs:Regions><rdf:Description><mwg-rs:AppliedToDimensions stDim:w="40" stDim:h="30" stDim:unit="pixel"/>'
        f'<mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="Face">'
        f"<mwg-rs:Area {area}/></rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></rdf:Description>"
        "</mwg-rs:Regions>"
    )


BOBS = region('stArea:x="0.5" stArea:y="0.5" stArea:w="0.2" stArea:h="0.2" stArea:unit="normalized"')


def test_all_kinds_of_statement_are_added_and_said() -> None:
    """After a merge the packet says each wish, also when read again."""
    tree = packet.new()
    change = merge(Xmp(tree), ADDED, Ours())
    assert change.added == ADDED
    assert all(Xmp(packet.parse(packet.to_bytes(tree))).says(said) for said in ADDED)


def test_merging_again_changes_nothing() -> None:
    """What is said already is not said twice."""
    tree = packet.new()
    merge(Xmp(tree), ADDED, Ours())
    assert merge(Xmp(tree), ADDED, Ours()).is_nothing


def test_taking_away_leaves_an_empty_packet() -> None:
    """Each kind of statement goes without a trace."""
    tree = packet.new()
    ours = ours_after([merge(Xmp(tree), ADDED, Ours())])
    change = merge(Xmp(tree), (), ours)
    assert set(change.removed) == set(ADDED)
    assert packet.is_empty(tree)


def test_a_foreign_region_stays_beside_ours_and_after_it() -> None:
    """Lightroom's spelling is read, added to, and left as it was."""
    tree = packet_of(BOBS)
    before = packet.to_bytes(tree)
    ours = ours_after([merge(Xmp(tree), ADDED[-1:], Ours())])
    assert [each.name for each in regions.found(tree)] == ["Bob", "Anna"]
    merge(Xmp(tree), (), ours)
    assert packet.to_bytes(tree) == before


def test_the_same_person_drawn_by_another_program_is_not_drawn_again() -> None:
    """A region of that name on that face is enough, and is never ours to take away."""
    tree = packet_of(BOBS)
    wanted = Region(name="Bob", box=Box(x1=0.38, y1=0.41, x2=0.6, y2=0.62), width_px=40, height_px=30)
    assert merge(Xmp(tree), [wanted], Ours()).is_nothing
    far = wanted.model_copy(update={"box": Box(x1=0.0, y1=0.0, x2=0.1, y2=0.1)})
    assert merge(Xmp(tree), [far], Ours()).added == (far,)


@pytest.mark.parametrize("area", ["", 'stArea:x="nan"', 'stArea:x="0.5" stArea:y="0.5" stArea:w="0" stArea:h="x"'])
def test_a_region_that_cannot_be_read_is_kept(area: str) -> None:
    """Not understood is no reason to throw away."""
    tree = packet_of(region(area))
    merge(Xmp(tree), ADDED, Ours())
    assert "Bob" in [each.name for each in regions.found(packet.parse(packet.to_bytes(tree)))]


def test_a_value_in_attribute_spelling_is_replaced_and_given_back() -> None:
    """What stood where our value went returns when ours goes."""
    tree = packet_of("", 'xmp:Rating="2" dc:description="old"')
    wanted: list[Statement] = [Value(prop="xmp:Rating", value="5"), Text(prop="dc:description", value="new")]
    change = merge(Xmp(tree), wanted, Ours())
    assert {said.value for said in change.replaced} == {"2", "old"}
    merge(Xmp(tree), (), ours_after([change]))
    assert (rdf.text(tree, "xmp:Rating"), rdf.text(tree, "dc:description")) == ("2", "old")


def test_translations_of_a_text_stay() -> None:
    """Only the default language is ours."""
    alt = '<rdf:Alt><rdf:li xml:lang="x-default">a</rdf:li><rdf:li xml:lang="de">b</rdf:li></rdf:Alt>'
    tree = packet_of(f"<dc:description>{alt}</dc:description>")
    merge(Xmp(tree), [Text(prop="dc:description", value="c")], Ours())
    assert rdf.items(tree, "dc:description") == ["c", "b"]


def test_a_plain_value_where_a_list_should_be_becomes_its_first_entry() -> None:
    """A keyword written wrongly by others is kept as a keyword."""
    tree = packet_of("", 'dc:subject="beach"')
    merge(Xmp(tree), ADDED[:1], Ours())
    assert rdf.items(tree, "dc:subject") == ["beach", "Anna"]


def test_what_someone_else_took_away_is_not_taken_twice() -> None:
    """Their change stays, and a packet without anything of ours is left alone."""
    tree = packet_of("<dc:subject><rdf:Bag><rdf:li>beach</rdf:li></rdf:Bag></dc:subject>")
    assert merge(Xmp(tree), (), Ours(ADDED)).is_nothing


def test_a_new_name_for_a_face_takes_the_old_one_away() -> None:
    """Renaming leaves one region and one keyword."""
    tree = packet.new()
    ours = ours_after([merge(Xmp(tree), ADDED, Ours())])
    renamed = (Item(prop="dc:subject", value="Beate"), Region(name="Beate", box=BOX, width_px=400, height_px=300))
    merge(Xmp(tree), renamed, ours)
    assert rdf.items(tree, "dc:subject") == ["Beate"]
    assert [each.name for each in regions.found(tree)] == ["Beate"]


def test_ours_is_what_all_writes_together_left() -> None:
    """Added, then taken away, then added by another write."""
    first = Change(added=ADDED[:2], made_packet=True)
    second = Change(removed=ADDED[:1], added=ADDED[2:3], replaced=(Text(prop="Iptc4xmpExt:Event", value="old"),))
    ours = ours_after([first, second])
    assert (ours.statements, ours.made_packet) == (ADDED[1:3], True)
    assert ours.replaced["Iptc4xmpExt:Event"].value == "old"
    assert not ours_after([first, second, Change(removed=ADDED[2:3])]).replaced


def test_keywords_stay_in_view_when_a_new_list_is_begun() -> None:
    """Readers that look at TagsList first would see our names alone: so the others' keywords go in too."""
    foreign = {"dc:subject": ["beach"], "IIM:Keywords": ["from IPTC"]}
    wanted = with_keywords_kept_in_view(foreign, ADDED[:2])
    assert wanted == (*ADDED[:2], Item(prop="digiKam:TagsList", value="beach"))
    empty = with_keywords_kept_in_view({"IIM:Keywords": ["from IPTC"]}, ADDED[:1])
    assert Item(prop="dc:subject", value="from IPTC") in empty
    assert with_keywords_kept_in_view(foreign, ADDED[2:]) == ADDED[2:]


def test_keywords_stay_in_view_when_others_added_to_our_list() -> None:
    """What we put into the list for the others' sake does not go while the list stays."""
    beach = Item(prop="digiKam:TagsList", value="beach")
    foreign = {"dc:subject": ["beach"], "digiKam:TagsList": ["theirs"]}
    assert with_keywords_kept_in_view(foreign, (), [beach.prop]) == (beach,)
    assert with_keywords_kept_in_view(foreign, ADDED[1:2]) == ADDED[1:2]
    assert with_keywords_kept_in_view({"dc:subject": ["beach"]}, (), [beach.prop]) == ()


names = st.text(min_size=1, max_size=30).map(packet.sayable).map(str.strip).filter(bool)
foreign = st.lists(names, unique=True, max_size=5)


@given(st.lists(names, unique=True, min_size=1, max_size=5), foreign)
def test_any_names_beside_any_foreign_keywords(ours_said: list[str], theirs: list[str]) -> None:
    """All are there after the merge; after taking ours away exactly theirs are, in their order."""
    tree = packet.new()
    for each in theirs:
        rdf.add_item(tree, "dc:subject", each, "Bag")
    wanted = [Item(prop="dc:subject", value=each) for each in ours_said]
    change = merge(Xmp(tree), wanted, Ours())
    tree = packet.parse(packet.to_bytes(tree))
    assert set(rdf.items(tree, "dc:subject")) == {*ours_said, *theirs}
    merge(Xmp(tree), (), ours_after([change]))
    assert rdf.items(tree, "dc:subject") == theirs


def test_statements_survive_the_ledger() -> None:
    """JSON and back."""
    assert from_json(to_json(ADDED)) == ADDED
