"""People that other programs drew into a file, as boxes of the picture as a person sees it.

MWG, Microsoft and IPTC all give coordinates of the picture as it is stored, before EXIF orientation is applied.
Some writers store boxes of the turned picture instead: `AppliedToDimensions` then has its sides swapped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pictopy_contracts.geometry import Box
from pictopy_contracts.messages import NamedRegion
from pictopy_ingest.domain.metadata.tags import Notes, Tags, clean, entries, number

_MWG = "Xmp.mwg-rs.Regions/mwg-rs:RegionList"
_MWG_SIZE = "Xmp.mwg-rs.Regions/mwg-rs:AppliedToDimensions/stDim:"
_MICROSOFT = "Xmp.MP.RegionInfo/MPRI:Regions"
_IPTC = "Xmp.iptcExt.ImageRegion"
MAX_REGIONS = 200
SAME_FACE = 0.5
"""Overlap (IoU) above which two families speak of one face."""


@dataclass(frozen=True)
class Stored:
    """The picture as it lies in the file."""

    width_px: int
    height_px: int
    orientation: int


@dataclass(frozen=True)
class _Drawn:
    """Left, top, width, height as fractions."""

    name: str
    x: float
    y: float
    width: float
    height: float


def named_regions(tags: Tags, stored: Stored, notes: Notes) -> tuple[NamedRegion, ...]:
    """Of all families together, mwg-rs before MP:RegionInfo before IPTC ImageRegion: a face that an earlier one has
    named is not named again."""
    known: list[NamedRegion] = []
    for drawn, orientation in (
        (list(_mwg(tags.xmp)), _mwg_orientation(tags, stored)),
        (list(_microsoft(tags.xmp)), stored.orientation),
        (list(_iptc(tags.xmp, stored)), stored.orientation),
    ):
        found = [region for one in drawn[:MAX_REGIONS] if (region := _region(one, orientation, notes))]
        known += [region for region in found if not any(_is_same(region, other) for other in known)]
    return tuple(known[:MAX_REGIONS])


def _is_same(one: NamedRegion, other: NamedRegion) -> bool:
    """A face has one name, and a person one face in a photo. Real files hold families that were not turned along with
    the picture: the earlier family is believed."""
    return one.name == other.name or one.box.iou(other.box) > SAME_FACE


def oriented_box(x1: float, y1: float, x2: float, y2: float, orientation: int) -> tuple[float, float, float, float]:
    """Stored fractions to fractions of the picture as seen, for EXIF orientation 1..8."""
    points = [oriented_point(x, y, orientation) for x, y in ((x1, y1), (x2, y2))]
    (ax, ay), (bx, by) = points
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def oriented_point(x: float, y: float, orientation: int) -> tuple[float, float]:
    return {
        2: (1 - x, y),
        3: (1 - x, 1 - y),
        4: (x, 1 - y),
        5: (y, x),
        6: (1 - y, x),
        7: (1 - y, 1 - x),
        8: (y, 1 - x),
    }.get(orientation, (x, y))


def _region(drawn: _Drawn, orientation: int, notes: Notes) -> NamedRegion | None:
    corners = oriented_box(drawn.x, drawn.y, drawn.x + drawn.width, drawn.y + drawn.height, orientation)
    x1, y1, x2, y2 = (min(max(value, 0.0), 1.0) for value in corners)
    if x2 <= x1 or y2 <= y1:
        notes.add(f"the region of {drawn.name!r} lies outside of the picture and was ignored")
        return None
    return NamedRegion(name=drawn.name, box=Box(x1=x1, y1=y1, x2=x2, y2=y2))


def _mwg_orientation(tags: Tags, stored: Stored) -> int:
    """1 when the boxes belong to the turned picture already."""
    width, height = number(tags.text(_MWG_SIZE + "w")), number(tags.text(_MWG_SIZE + "h"))
    if not width or not height or stored.orientation < 5 or stored.width_px == stored.height_px:
        return stored.orientation
    return 1 if (width > height) != (stored.width_px > stored.height_px) else stored.orientation


def _mwg(xmp: Mapping[str, object]) -> Iterator[_Drawn]:
    size = [number(_text(xmp, _MWG_SIZE + side)) or 0.0 for side in "wh"]
    for _, fields in entries(xmp, _MWG):  # type: ignore[arg-type] # the values of Tags.xmp
        name = clean(fields.get("mwg-rs:Name"))
        area = [number(fields.get(f"mwg-rs:Area/stArea:{side}")) for side in "xywh"]
        if not name or fields.get("mwg-rs:Type", "Face") != "Face" or None in area[:2]:
            continue
        x, y, width, height = (value or 0.0 for value in area)
        diameter = number(fields.get("mwg-rs:Area/stArea:d"))
        if diameter and not (width and height):
            width = height = diameter
        if fields.get("mwg-rs:Area/stArea:unit") == "pixel" and all(size):
            x, width, y, height = x / size[0], width / size[0], y / size[1], height / size[1]
        yield _Drawn(name, x - width / 2, y - height / 2, width, height)


def _microsoft(xmp: Mapping[str, object]) -> Iterator[_Drawn]:
    for _, fields in entries(xmp, _MICROSOFT):  # type: ignore[arg-type] # the values of Tags.xmp
        name = clean(fields.get("MPReg:PersonDisplayName"))
        numbers = [number(word) for word in fields.get("MPReg:Rectangle", "").split(",")]
        if name and len(numbers) == 4 and None not in numbers:
            yield _Drawn(name, *(value or 0.0 for value in numbers))


def _iptc(xmp: Mapping[str, object], stored: Stored) -> Iterator[_Drawn]:
    """Rectangles and circles; a circle's radius is a fraction of the picture's width."""
    for _, fields in entries(xmp, _IPTC):  # type: ignore[arg-type] # the values of Tags.xmp
        name = clean(fields.get("Iptc4xmpExt:PersonInImage[1]") or fields.get("Iptc4xmpExt:PersonInImage"))
        edge = {key: number(fields.get(f"Iptc4xmpExt:RegionBoundary/Iptc4xmpExt:{key}")) for key in _IPTC_KEYS}
        if not name or edge["rbX"] is None or edge["rbY"] is None:
            continue
        in_pixels = fields.get("Iptc4xmpExt:RegionBoundary/Iptc4xmpExt:rbUnit") == "pixel"
        across, down = (stored.width_px, stored.height_px) if in_pixels else (1, 1)
        yield _iptc_drawn(name, edge, (across, down), stored)


_IPTC_KEYS = ("rbX", "rbY", "rbW", "rbH", "rbRx")


def _iptc_drawn(name: str, edge: Mapping[str, float | None], unit: tuple[int, int], stored: Stored) -> _Drawn:
    x, y = (edge["rbX"] or 0.0) / unit[0], (edge["rbY"] or 0.0) / unit[1]
    radius = (edge["rbRx"] or 0.0) / unit[0]
    if radius:
        tall = radius * stored.width_px / max(stored.height_px, 1)
        return _Drawn(name, x - radius, y - tall, 2 * radius, 2 * tall)
    return _Drawn(name, x, y, (edge["rbW"] or 0.0) / unit[0], (edge["rbH"] or 0.0) / unit[1])


def _text(xmp: Mapping[str, object], key: str) -> str | None:
    value = xmp.get(key)
    return value if isinstance(value, str) else None
