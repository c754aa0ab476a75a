"""Faces in a packet, in the three ways that programs say them: found in any spelling, added beside what stands there,
taken away alone. All three count in the stored picture, before the EXIF orientation is applied."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from pictopy_contracts.geometry import Box
from pictopy_exif.domain import rdf
from pictopy_exif.domain.namespaces import tag
from pictopy_exif.domain.packet import Packet
from pictopy_exif.domain.statements import SAME_FACE_IOU, Region

MWG, MICROSOFT, IPTC = "mwg-rs:Regions", "MP:RegionInfo", "Iptc4xmpExt:ImageRegion"
_SAME_DRAWING_IOU = 0.9  # programs that write a region again count its sides in whole pixels
_ROUNDING = 2e-6  # fraction of the picture; we write six decimals
_AREA = ("stArea:x", "stArea:y", "stArea:w", "stArea:h")
_BOUNDARY = ("Iptc4xmpExt:rbX", "Iptc4xmpExt:rbY", "Iptc4xmpExt:rbW", "Iptc4xmpExt:rbH")
_LI = tag("rdf:li")


@dataclass(frozen=True)
class Found:
    """A region that stands in the packet; `box` is None where its area cannot be read."""

    name: str
    box: Box | None
    element: ET.Element


@dataclass(frozen=True)
class _Way:
    """One way of saying a face. `listed`: the field that holds the list; None where the property is the list."""

    listed: str | None
    name: Callable[[ET.Element], str]
    box: Callable[[ET.Element], Box | None]
    fill: Callable[[ET.Element, Region], None]


def found(packet: Packet, prop: str = MWG) -> list[Found]:
    bag, way = _bag(packet, prop), _WAYS[prop]
    return [] if bag is None else [Found(way.name(each), way.box(each), each) for each in bag.findall(_LI)]


def holds(packet: Packet, wanted: Region) -> bool:
    """True if a region of that name lies on that face, whoever drew it."""
    same_name = (each.box for each in found(packet, wanted.prop) if each.name == wanted.name)
    return any(box is not None and box.iou(wanted.box) >= SAME_FACE_IOU for box in same_name)


def holds_exactly(packet: Packet, region: Region) -> bool:
    return _exact(packet, region) is not None


def renamed(packet: Packet, ours: Iterable[Region], wanted: Collection[Region]) -> Iterator[Region]:
    """What became of regions of ours to which another program gave another name, where the face is to have a name that
    was said here since: two names would lie on it."""
    for mine in ours:
        on_face = [each for each in wanted if each.prop == mine.prop and each.box.iou(mine.box) >= SAME_FACE_IOU]
        if not on_face or holds(packet, mine):
            continue
        for each in found(packet, mine.prop):
            is_drawn_by_us = each.box is not None and each.box.iou(mine.box) >= _SAME_DRAWING_IOU
            if is_drawn_by_us and each.name not in {region.name for region in on_face}:
                yield mine.model_copy(update={"name": each.name, "box": each.box})


def add(packet: Packet, region: Region) -> None:
    regions = rdf.make(packet, region.prop)
    if region.prop == MWG:
        _apply_dimensions(regions, region)
    entry = ET.SubElement(_made_bag(regions, _WAYS[region.prop].listed), _LI)
    _WAYS[region.prop].fill(ET.SubElement(entry, tag("rdf:Description")), region)


def remove(packet: Packet, region: Region) -> None:
    """Takes exactly this region away; the whole structure goes with the last one."""
    bag, exact = _bag(packet, region.prop), _exact(packet, region)
    if bag is None or exact is None:
        return
    bag.remove(exact)
    if not bag.findall(_LI):
        rdf.remove(packet, region.prop)


def box_of(x: str | None, y: str | None, w: str | None, h: str | None) -> Box | None:
    """From centre and size as text; cut to the picture; None where the numbers make no box."""
    return _made_box(x, y, w, h, shift=0.5)


def box_at(x: str | None, y: str | None, w: str | None, h: str | None) -> Box | None:
    """From the upper left corner and size as text."""
    return _made_box(x, y, w, h, shift=0.0)


def box_in(rectangle: str | None) -> Box | None:
    """From Microsoft's four numbers with commas between them."""
    numbers: list[str | None] = [each.strip() for each in (rectangle or "").split(",")]
    return box_at(*numbers) if len(numbers) == 4 else None


def _made_box(x: str | None, y: str | None, w: str | None, h: str | None, shift: float) -> Box | None:
    try:
        at_x, at_y, width, height = (float(each or "") for each in (x, y, w, h))
        left, top = at_x - width * shift, at_y - height * shift
        return Box(x1=max(left, 0.0), y1=max(top, 0.0), x2=min(left + width, 1.0), y2=min(top + height, 1.0))
    except (ValueError, ValidationError):
        return None


def _exact(packet: Packet, region: Region) -> ET.Element | None:
    for each in found(packet, region.prop):
        if each.name == region.name and each.box is not None and _is_same(each.box, region.box):
            return each.element
    return None


def _is_same(one: Box, other: Box) -> bool:
    pairs = ((one.x1, other.x1), (one.y1, other.y1), (one.x2, other.x2), (one.y2, other.y2))
    return all(abs(a - b) <= _ROUNDING for a, b in pairs)


def _bag(packet: Packet, prop: str) -> ET.Element | None:
    regions, name = rdf.find(packet, prop), _WAYS[prop].listed
    listed = regions if regions is None or name is None else rdf.part(regions, name)
    return None if listed is None else rdf.array_of(listed)


def _made_bag(regions: ET.Element, name: str | None) -> ET.Element:
    listed = regions if name is None else rdf.part(regions, name)
    if listed is None:
        listed = ET.SubElement(rdf.inside(regions), tag(name or ""))
    array = rdf.array_of(listed)
    return ET.SubElement(listed, tag("rdf:Bag")) if array is None else array


def _apply_dimensions(regions: ET.Element, region: Region) -> None:
    if rdf.part(regions, "mwg-rs:AppliedToDimensions") is not None:
        return
    size = {"stDim:w": str(region.width_px), "stDim:h": str(region.height_px), "stDim:unit": "pixel"}
    _structure(rdf.inside(regions), "mwg-rs:AppliedToDimensions", size)


def _area_of(entry: ET.Element) -> Box | None:
    area = rdf.part(entry, "mwg-rs:Area")
    return None if area is None else box_of(*(rdf.field(area, name) for name in _AREA))


def _fill_mwg(entry: ET.Element, region: Region) -> None:
    _say(entry, {"mwg-rs:Name": region.name, "mwg-rs:Type": "Face"})
    area = dict(zip(_AREA, region.area, strict=True))
    _structure(entry, "mwg-rs:Area", {**area, "stArea:unit": "normalized"})


def _fill_microsoft(entry: ET.Element, region: Region) -> None:
    _say(entry, {"MPReg:Rectangle": ", ".join(region.corner), "MPReg:PersonDisplayName": region.name})


def _name_in(entry: ET.Element) -> str:
    """The person shown in an IPTC region, which may name several."""
    people = rdf.part(entry, "Iptc4xmpExt:PersonInImage")
    array = None if people is None else rdf.array_of(people)
    first = None if array is None else array.find(_LI)
    return "" if first is None else first.text or ""


def _boundary_of(entry: ET.Element) -> Box | None:
    """None for circles, polygons and pixels: what we would compare with is a rectangle in fractions."""
    boundary = rdf.part(entry, "Iptc4xmpExt:RegionBoundary")
    if boundary is None or rdf.field(boundary, "Iptc4xmpExt:rbUnit") != "relative":
        return None
    return box_at(*(rdf.field(boundary, name) for name in _BOUNDARY))


def _fill_iptc(entry: ET.Element, region: Region) -> None:
    numbers = dict(zip(_BOUNDARY, region.corner, strict=True))
    fixed = {"Iptc4xmpExt:rbShape": "rectangle", "Iptc4xmpExt:rbUnit": "relative"}
    _structure(entry, "Iptc4xmpExt:RegionBoundary", {**fixed, **numbers})
    _list(entry, "Iptc4xmpExt:PersonInImage", region.name)


def _list(holder: ET.Element, name: str, value: str) -> None:
    array = ET.SubElement(ET.SubElement(holder, tag(name)), tag("rdf:Bag"))
    ET.SubElement(array, _LI).text = value


def _structure(holder: ET.Element, name: str, fields: dict[str, str]) -> None:
    _say(ET.SubElement(holder, tag(name)), fields)


def _say(element: ET.Element, fields: dict[str, str]) -> None:
    """As attributes, which is how Lightroom writes regions, and the only spelling that some readers know."""
    for key, value in fields.items():
        element.set(tag(key), value)


_WAYS: dict[str, _Way] = {
    MWG: _Way("mwg-rs:RegionList", lambda each: rdf.field(each, "mwg-rs:Name") or "", _area_of, _fill_mwg),
    MICROSOFT: _Way(
        "MPRI:Regions",
        lambda each: rdf.field(each, "MPReg:PersonDisplayName") or "",
        lambda each: box_in(rdf.field(each, "MPReg:Rectangle")),
        _fill_microsoft,
    ),
    IPTC: _Way(None, _name_in, _boundary_of, _fill_iptc),
}
