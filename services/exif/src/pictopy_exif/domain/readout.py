"""What a second, independent reader found in a file, and whether it is what was meant."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.regions import box_of
from pictopy_exif.domain.statements import SAME_FACE_IOU, Item, Region, Statement, Text, Value, in_words

Found: TypeAlias = str | list[str] | dict[str, str]

_EXIV2_PREFIX = {"Iptc4xmpExt": "iptcExt"}
_REGION = re.compile(r"Xmp\.mwg-rs\.Regions/mwg-rs:RegionList\[(\d+)\]/(.+)", re.S)
_DEFAULT = 'lang="x-default"'


@dataclass(frozen=True)
class Readout:
    """`xmp`: exiv2's key to its value; `packet`: the XMP as it stands in the file."""

    xmp: Mapping[str, Found] = field(default_factory=dict)
    iim_keywords: tuple[str, ...] = ()
    packet: bytes | None = None


def unmet(wanted: Iterable[Statement], found: Readout) -> list[str]:
    """The wanted statements that the second reader does not see, in words."""
    return [in_words(said) for said in wanted if not _is_seen(said, found)]


def lost(before: Readout, after: Readout, change: Change) -> list[str]:
    """What others had written and the second reader no longer finds as it was."""
    untouched = [key for key in before.xmp if _prop_of(key) not in change.props]
    gone = [key for key in untouched if after.xmp.get(key) != before.xmp[key]]
    items = [said for said in _listed(before, change) if said not in change.removed and not _is_seen(said, after)]
    removed = {said.name for said in change.removed if isinstance(said, Region)}
    kept = [each for each in _regions(before) if each.get("mwg-rs:Name") not in removed]
    faces = [f"region {each.get('mwg-rs:Name', '')!r}" for each in kept if each not in list(_regions(after))]
    return [*gone, *map(in_words, items), *faces]


def _is_seen(said: Statement, found: Readout) -> bool:
    match said:
        case Region():
            return any(_is_region(said, each) for each in _regions(found))
        case Item():
            return said.value in _items(found, said.prop)
        case Text():
            value = found.xmp.get(_key(said.prop))
            return said.value == (value.get(_DEFAULT) if isinstance(value, dict) else value)
        case Value():
            return found.xmp.get(_key(said.prop)) == said.value


def _is_region(said: Region, fields: Mapping[str, Found]) -> bool:
    area = (fields.get(f"mwg-rs:Area/stArea:{each}") for each in "xywh")
    box = box_of(*(each if isinstance(each, str) else None for each in area))
    return fields.get("mwg-rs:Name") == said.name and box is not None and box.iou(said.box) >= SAME_FACE_IOU


def _regions(found: Readout) -> Iterator[dict[str, Found]]:
    """Fields of each region, without its place in the list."""
    regions: dict[str, dict[str, Found]] = {}
    for key, value in found.xmp.items():
        if match := _REGION.fullmatch(key):
            regions.setdefault(match[1], {})[match[2]] = value
    yield from regions.values()


def _listed(found: Readout, change: Change) -> Iterator[Item]:
    for prop in sorted({said.prop for said in (*change.added, *change.removed) if isinstance(said, Item)}):
        yield from (Item(prop=prop, value=value) for value in _items(found, prop))


def _items(found: Readout, prop: str) -> list[str]:
    """exiv2 gives a list as a whole, and entry by entry where entries have qualifiers."""
    key = _key(prop)
    values = [value for each, value in found.xmp.items() if each == key or each.startswith(f"{key}[")]
    listed = (value if isinstance(value, list) else [value] if isinstance(value, str) else [] for value in values)
    return [item for each in listed for item in each]


def _key(prop: str) -> str:
    prefix, _, local = prop.partition(":")
    return f"Xmp.{_EXIV2_PREFIX.get(prefix, prefix)}.{local}"


def _prop_of(key: str) -> str:
    """`Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]` is part of `mwg-rs:Regions`."""
    _, prefix, local = re.split(r"[/\[]", key, maxsplit=1)[0].split(".", 2)
    owner = next((ours for ours, theirs in _EXIV2_PREFIX.items() if theirs == prefix), prefix)
    return f"{owner}:{local}"
