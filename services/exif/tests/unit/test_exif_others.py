"""Another program changed one of the properties in which we had said something: the next wish is said in all."""

from datetime import datetime

import piexif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictopy_contracts.geometry import Box
from pictopy_exif.domain import iim, packet, regions
from pictopy_exif.domain.apply import apply
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.exif_tags import Exif
from pictopy_exif.domain.iim import Iim
from pictopy_exif.domain.mapping import statements_of
from pictopy_exif.domain.merge import Ours, ours_after
from pictopy_exif.domain.statements import Item, Region, Statement, block_of
from pictopy_exif.domain.wishes import Moment, NamedFace, Picture, Place, Wishes
from pictopy_exif.domain.xmp import Xmp

PICTURE = Picture(width_px=400, height_px=300)
BOX = Box(x1=0.1, y1=0.2, x2=0.3, y2=0.6)
EXIF = piexif.dump({"0th": {piexif.ImageIFD.Make: b"Cam", 0x9C9E: "Rome".encode("utf-16-le") + b"\0\0"}})[6:]
IPTC = b"\x1c\2\x19\0\4Rome"
words = st.sampled_from(["Anna", "Bea", "Zoë", "море", "夏"])
degrees = st.integers(-80, 80)
days = st.integers(1, 28).map(lambda day: datetime(2020, 5, day, 3, 4, 5))  # noqa: DTZ001  naive by its nature
places = st.builds(Place, latitude_deg=degrees, longitude_deg=degrees, location=words, city=words, country=words)
CONCEPTS: dict[str, st.SearchStrategy[Wishes]] = {
    "rating": st.builds(Wishes, rating=st.integers(0, 5)),
    "caption": st.builds(Wishes, caption=words),
    "title": st.builds(Wishes, title=words),
    "keywords": st.lists(words, unique=True, max_size=3).map(lambda found: Wishes(keywords=tuple(found))),
    "people": words.map(lambda name: Wishes(faces=(NamedFace(name=name, box=BOX),))),
    "place": places.map(lambda place: Wishes(place=place)),
    "time": st.builds(Moment, at_local=days, offset_min=st.integers(-11, 11).map(lambda hours: 60 * hours)).map(
        lambda time: Wishes(time=time)
    ),
}


def said(wishes: Wishes) -> tuple[Statement, ...]:
    return statements_of(wishes, PICTURE)


def opened(blocks: Blocks, prop: str) -> Xmp | Iim | Exif:
    block = block_of(prop)
    if block == "xmp":
        return Xmp(packet.parse(blocks.xmp or b""))
    return Exif(blocks.exif) if block == "exif" else iim.parse(blocks.iptc or b"")


def changed(blocks: Blocks, prop: str, was: Wishes, now: Wishes) -> Blocks:
    """As another program does it: in this property alone what `now` says stands instead of what `was` said."""
    holder = opened(blocks, prop)
    for each in said(was):
        if each.prop == prop:
            holder.take(each, None)
    for each in said(now):
        if each.prop == prop and not holder.says(each):
            holder.put(each)
    if isinstance(holder, Xmp):
        return Blocks(packet.to_bytes(holder.packet), blocks.iptc, blocks.exif)
    if isinstance(holder, Exif):
        return Blocks(blocks.xmp, blocks.iptc, holder.to_bytes())
    return Blocks(blocks.xmp, holder.to_bytes(), blocks.exif)


def standing(blocks: Blocks, statements: tuple[Statement, ...]) -> set[Statement]:
    """Those that stand; there is nothing in a block that is not there."""
    there = [each for each in statements if getattr(blocks, block_of(each.prop)) is not None]
    return {each for each in there if opened(blocks, each.prop).says(each)}


def before_us(*, with_older: bool) -> Blocks:
    tree = packet.new()
    Xmp(tree).put(Item(prop="dc:subject", value="Rome"))
    return Blocks(packet.to_bytes(tree), *((IPTC, EXIF) if with_older else ()))


@pytest.mark.parametrize("concept", CONCEPTS)
@settings(max_examples=60, deadline=None)
@given(data=st.data(), with_older=st.booleans())
def test_every_property_says_the_new_wish(concept: str, data: st.DataObject, with_older: bool) -> None:
    """Whatever we wrote, whichever property another program changed, whatever is wished next: all that stands in a file
    follows, what others put into lists stays, once is enough, and what is ours goes again."""
    was, theirs, wish = (data.draw(CONCEPTS[concept]) for _ in range(3))
    blocks = before_us(with_older=with_older)
    first = apply(blocks, said(was), Ours())
    prop = data.draw(st.sampled_from(sorted({each.prop for each in (*said(was), *said(theirs))} or {"dc:subject"})))
    if getattr(first.blocks, block_of(prop)) is None:
        return
    found = changed(first.blocks, prop, was, theirs)
    their_items = {each for each in said(theirs) if each.prop == prop and isinstance(each, Item)} - {*said(was)}

    second = apply(found, said(wish), ours_after([first.change]))
    assert second.left_out == ()
    wanted = {each for each in said(wish) if getattr(second.blocks, block_of(each.prop)) is not None}
    assert standing(second.blocks, said(wish)) == wanted
    assert their_items <= standing(second.blocks, said(theirs))
    assert standing(second.blocks, said(was)) <= wanted | their_items
    assert "Rome" in opened(second.blocks, "dc:subject").items("dc:subject")
    for way in (regions.MWG, regions.MICROSOFT, regions.IPTC):
        names = [each.name for each in regions.found(packet.parse(second.blocks.xmp or b""), way)]
        assert names == [face.name for face in wish.faces]

    writes = [first.change, second.change]
    assert apply(second.blocks, said(wish), ours_after(writes)).change.is_nothing
    last = apply(second.blocks, (), ours_after(writes))
    left = {each for each in standing(last.blocks, said(wish)) if isinstance(each, Item | Region)}
    assert left <= {each for each in said(theirs) if each.prop == prop}
    assert "Rome" in opened(last.blocks, "dc:subject").items("dc:subject")
