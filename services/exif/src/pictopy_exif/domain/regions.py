"""Faces in a packet (mwg-rs): found in any spelling, added beside what stands there, taken away alone."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from pydantic import ValidationError

from pictopy_contracts.geometry import Box
from pictopy_exif.domain import rdf
from pictopy_exif.domain.namespaces import tag
from pictopy_exif.domain.packet import Packet
from pictopy_exif.domain.statements import SAME_FACE_IOU, Region

PROP = "mwg-rs:Regions"
_ROUNDING = 2e-6  # fraction of the picture; we write six decimals
_FIELDS = ("stArea:x", "stArea:y", "stArea:w", "stArea:h")


@dataclass(frozen=True)
class Found:
    """A region that stands in the packet; `box` is None where its area cannot be read."""

    name: str
    box: Box | None
    element: ET.Element


def found(packet: Packet) -> list[Found]:
    bag = _bag(packet)
    if bag is None:
        return []
    entries = bag.findall(tag("rdf:li"))
    return [Found(rdf.field(each, "mwg-rs:Name") or "", _box(each), each) for each in entries]


def holds(packet: Packet, wanted: Region) -> bool:
    """True if a region of that name lies on that face, whoever drew it."""
    same_name = (each.box for each in found(packet) if each.name == wanted.name)
    return any(box is not None and box.iou(wanted.box) >= SAME_FACE_IOU for box in same_name)


def holds_exactly(packet: Packet, region: Region) -> bool:
    return _exact(packet, region) is not None


def add(packet: Packet, region: Region) -> None:
    regions = rdf.make(packet, PROP)
    _apply_dimensions(regions, region)
    _append(_made_bag(regions), region)


def remove(packet: Packet, region: Region) -> None:
    """Takes exactly this region away; the whole structure goes with the last one."""
    bag, exact = _bag(packet), _exact(packet, region)
    if bag is None or exact is None:
        return
    bag.remove(exact)
    if not bag.findall(tag("rdf:li")):
        rdf.remove(packet, PROP)


def _exact(packet: Packet, region: Region) -> ET.Element | None:
    for each in found(packet):
        if each.name == region.name and each.box is not None and _is_same(each.box, region.box):
            return each.element
    return None


def _is_same(one: Box, other: Box) -> bool:
    pairs = ((one.x1, other.x1), (one.y1, other.y1), (one.x2, other.x2), (one.y2, other.y2))
    return all(abs(a - b) <= _ROUNDING for a, b in pairs)


def _bag(packet: Packet) -> ET.Element | None:
    regions = rdf.find(packet, PROP)
    listed = None if regions is None else rdf.part(regions, "mwg-rs:RegionList")
    return None if listed is None else rdf.array_of(listed)


def _box(entry: ET.Element) -> Box | None:
    area = rdf.part(entry, "mwg-rs:Area")
    if area is None:
        return None
    return box_of(*(rdf.field(area, name) for name in _FIELDS))


def box_of(x: str | None, y: str | None, w: str | None, h: str | None) -> Box | None:
    """From centre and size as text; cut to the picture; None where the numbers make no box."""
    try:
        cx, cy, width, height = (float(each or "") for each in (x, y, w, h))
        left, top, right, bottom = cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2
        return Box(x1=max(left, 0.0), y1=max(top, 0.0), x2=min(right, 1.0), y2=min(bottom, 1.0))
    except (ValueError, ValidationError):
        return None


def _apply_dimensions(regions: ET.Element, region: Region) -> None:
    if rdf.part(regions, "mwg-rs:AppliedToDimensions") is not None:
        return
    size = {"stDim:w": str(region.width_px), "stDim:h": str(region.height_px), "stDim:unit": "pixel"}
    _structure(rdf.inside(regions), "mwg-rs:AppliedToDimensions", size)


def _made_bag(regions: ET.Element) -> ET.Element:
    listed = rdf.part(regions, "mwg-rs:RegionList")
    if listed is None:
        listed = ET.SubElement(rdf.inside(regions), tag("mwg-rs:RegionList"))
    array = rdf.array_of(listed)
    return ET.SubElement(listed, tag("rdf:Bag")) if array is None else array


def _append(bag: ET.Element, region: Region) -> None:
    entry = ET.SubElement(bag, tag("rdf:li"), {tag("rdf:parseType"): "Resource"})
    ET.SubElement(entry, tag("mwg-rs:Name")).text = region.name
    ET.SubElement(entry, tag("mwg-rs:Type")).text = "Face"
    area = dict(zip(_FIELDS, region.area, strict=True))
    _structure(entry, "mwg-rs:Area", {**area, "stArea:unit": "normalized"})


def _structure(holder: ET.Element, name: str, fields: dict[str, str]) -> None:
    element = ET.SubElement(holder, tag(name), {tag("rdf:parseType"): "Resource"})
    for key, value in fields.items():
        ET.SubElement(element, tag(key)).text = value
