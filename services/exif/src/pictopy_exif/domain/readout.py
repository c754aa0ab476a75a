"""What a second, independent reader found in a file, and whether it is what was meant."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pictopy_contracts.geometry import Box
from pictopy_exif.domain import regions
from pictopy_exif.domain.exif_tags import TAGS
from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.statements import SAME_FACE_IOU, Item, Region, Statement, Text, Value, block_of, in_words

Found: TypeAlias = str | list[str] | dict[str, str]

_EXIV2_PREFIX = {"Iptc4xmpExt": "iptcExt", "Iptc4xmpCore": "iptc"}
_EXIV2_GROUPS = {"image": "Image", "exif": "Photo", "gps": "GPSInfo"}
_REGION = {
    regions.MWG: re.compile(r"Xmp\.mwg-rs\.Regions/mwg-rs:RegionList\[(\d+)\]/(.+)", re.S),
    regions.MICROSOFT: re.compile(r"Xmp\.MP\.RegionInfo/MPRI:Regions\[(\d+)\]/(.+)", re.S),
    regions.IPTC: re.compile(r"Xmp\.iptcExt\.ImageRegion\[(\d+)\]/(.+)", re.S),
}
_NAME = {
    regions.MWG: ("mwg-rs:Name",),
    regions.MICROSOFT: ("MPReg:PersonDisplayName",),
    regions.IPTC: ("Iptc4xmpExt:PersonInImage", "Iptc4xmpExt:PersonInImage[1]"),
}
_DEFAULT = 'lang="x-default"'


@dataclass(frozen=True)
class Readout:
    """`xmp`, `iptc`, `exif`: exiv2's key to its value; `packet`: the XMP as it stands in the file."""

    xmp: Mapping[str, Found] = field(default_factory=dict)
    iim_keywords: tuple[str, ...] = ()
    packet: bytes | None = None
    iptc: Mapping[str, Found] = field(default_factory=dict)
    exif: Mapping[str, Found] = field(default_factory=dict)


def unmet(wanted: Iterable[Statement], found: Readout) -> list[str]:
    """The wanted statements that the second reader does not see, in words."""
    return [in_words(said) for said in wanted if not _is_seen(said, found)]


def lost(before: Readout, after: Readout, change: Change) -> list[str]:
    """What others had written and the second reader no longer finds as it was."""
    gone = [
        key
        for old, new in ((before.xmp, after.xmp), (before.iptc, after.iptc), (before.exif, after.exif))
        for key in old
        if _prop_of(key) not in change.props and not _is_bookkeeping(key, change) and new.get(key) != old[key]
    ]
    items = [said for said in _listed(before, change) if said not in change.removed and not _is_seen(said, after)]
    return [*gone, *map(in_words, items), *_faces_lost(before, after, change)]


def _faces_lost(before: Readout, after: Readout, change: Change) -> Iterator[str]:
    for prop in change.props & _REGION.keys():
        removed = {said.name for said in change.removed if isinstance(said, Region) and said.prop == prop}
        there = list(_regions(after, prop))
        for each in _regions(before, prop):
            if _name(prop, each) not in removed and each not in there:
                yield f"region {_name(prop, each)!r}"


def _is_bookkeeping(key: str, change: Change) -> bool:
    """What follows from our own change: where directories stand, the alphabet of an IPTC block, and the structure
    around a field of ours."""
    if key in {whole for prop in change.props if "/" in prop for whole in _around(prop)}:
        return True
    blocks = {block_of(prop) for prop in change.props}
    if key.startswith("Exif."):
        return "exif" in blocks and key in ("Exif.Image.ExifTag", "Exif.Image.GPSTag", "Exif.Photo.InteroperabilityTag")
    return key == "Iptc.Envelope.CharacterSet" and "iptc" in blocks


def _is_seen(said: Statement, found: Readout) -> bool:
    match said:
        case Region():
            return any(_is_region(said, each) for each in _regions(found, said.prop))
        case Item():
            return said.value in _items(found, said.prop)
        case Text():
            value = found.xmp.get(_key(said.prop))
            return said.value == (value.get(_DEFAULT) if isinstance(value, dict) else value)
        case Value():
            return _plain(found, said.prop) == said.value


def _is_region(said: Region, fields: Mapping[str, Found]) -> bool:
    box = _box(said.prop, fields)
    return _name(said.prop, fields) == said.name and box is not None and box.iou(said.box) >= SAME_FACE_IOU


def _name(prop: str, fields: Mapping[str, Found]) -> str | None:
    for each in _NAME[prop]:
        value = fields.get(each)
        if value:
            return value[0] if isinstance(value, list) else str(value)
    return None


def _box(prop: str, fields: Mapping[str, Found]) -> Box | None:
    def text(name: str) -> str | None:
        value = fields.get(name)
        return value if isinstance(value, str) else None

    if prop == regions.MICROSOFT:
        return regions.box_in(text("MPReg:Rectangle"))
    if prop == regions.MWG:
        return regions.box_of(*(text(f"mwg-rs:Area/stArea:{each}") for each in "xywh"))
    return regions.box_at(*(text(f"Iptc4xmpExt:RegionBoundary/Iptc4xmpExt:rb{each}") for each in "XYWH"))


def _regions(found: Readout, prop: str) -> Iterator[dict[str, Found]]:
    """Fields of each region, without its place in the list."""
    listed: dict[str, dict[str, Found]] = {}
    for key, value in found.xmp.items():
        if match := _REGION[prop].fullmatch(key):
            listed.setdefault(match[1], {})[match[2]] = value
    yield from listed.values()


def _listed(found: Readout, change: Change) -> Iterator[Item]:
    for prop in sorted({said.prop for said in (*change.added, *change.removed) if isinstance(said, Item)}):
        yield from (Item(prop=prop, value=value) for value in _items(found, prop))


def _items(found: Readout, prop: str) -> list[str]:
    """exiv2 gives a list as a whole, and entry by entry where entries have qualifiers."""
    if prop == "EXIF:XPKeywords":
        return [said for each in (_plain(found, prop) or "").split(";") if (said := each.strip())]
    key, where = _key(prop), found.iptc if block_of(prop) == "iptc" else found.xmp
    values = [value for each, value in where.items() if each == key or each.startswith(f"{key}[")]
    listed = (value if isinstance(value, list) else [value] if isinstance(value, str) else [] for value in values)
    return [item for each in listed for item in each]


def _plain(found: Readout, prop: str) -> str | None:
    block = block_of(prop)
    value = {"xmp": found.xmp, "iptc": found.iptc, "exif": found.exif}[block].get(_key(prop))
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, str):
        return None
    if prop in ("EXIF:XPKeywords", "EXIF:XPTitle"):
        return _from_wide(value)
    return {"IIM:DateCreated": value.replace("-", ""), "IIM:TimeCreated": value.replace(":", "")}.get(prop, value)


def _from_wide(value: str) -> str:
    """exiv2 shows Windows' texts as the numbers of their bytes, or reads them itself, with the zero at their end."""
    try:
        return bytes(int(each) for each in value.split()).decode("utf-16-le").rstrip("\0")
    except ValueError:
        return value.rstrip("\0")


def _key(prop: str) -> str:
    """`exif:GPSLatitude` as exiv2 names it; `A/B` is in the first entry of A."""
    outer, _, inner = prop.partition("/")
    prefix, _, local = outer.partition(":")
    if prefix == "IIM":
        return f"Iptc.Application2.{local}"
    if prefix == "EXIF":
        return f"Exif.{_EXIV2_GROUPS[TAGS[local].directory]}.{local}"
    key = f"Xmp.{_EXIV2_PREFIX.get(prefix, prefix)}.{local}"
    return f"{key}[1]/{inner}" if inner else key


def _around(prop: str) -> tuple[str, str]:
    """The list that holds the structure of which this is a field, and its first entry."""
    outer = _key(prop.partition("/")[0])
    return outer, f"{outer}[1]"


def _prop_of(key: str) -> str:
    """`Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]` is part of `mwg-rs:Regions`; a field of the first structure in a list
    is one of its own."""
    block, prefix, rest = key.split(".", 2)
    if block != "Xmp":
        return f"{'IIM' if block == 'Iptc' else 'EXIF'}:{rest}"
    owner = next((ours for ours, theirs in _EXIV2_PREFIX.items() if theirs == prefix), prefix)
    whole = re.split(r"[/\[]", rest, maxsplit=1)
    name = f"{owner}:{whole[0]}"
    if name == "Iptc4xmpExt:LocationCreated":
        match = re.fullmatch(r"LocationCreated\[1\]/([^/\[]+)", rest)
        return f"{name}/{match[1]}" if match else name
    return name
