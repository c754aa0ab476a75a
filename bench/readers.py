"""What other programs make of a file: each reads by its own rules, none by ours.

exiftool and exiv2 are the programs themselves; pyexiv2 is a later exiv2, as a library. The others follow what is known
of them: digiKam's metadata engine (exiv2; TagsList before hierarchicalSubject before dc:subject; regions of MWG and
Microsoft; `/` in a name becomes `\\`), immich (exiftool; the same order; MWG regions with AppliedToDimensions, turned
by the EXIF orientation, or irot and imir of a HEIF), PhotoPrism (dc:subject joined by commas; both kinds of region,
turned; names cleaned and capitalised), Lightroom (hierarchicalSubject and dc:subject; MWG regions; sidecars under
Adobe's name alone), Windows (its photo metadata policies: JPEG and TIFF, keywords of dc:subject, IPTC and XPKeywords
merged, Microsoft's regions, no sidecars).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from PIL import Image

Corners: TypeAlias = tuple[float, float, float, float]
Tags: TypeAlias = Mapping[str, Any]

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_CLEANED = str.maketrans("", "", '"$%\\*`;<>{}' + "".join(map(chr, range(32))))


@dataclass(frozen=True)
class Files:
    """A photo as readers find it. `tags`: exiftool's, by group and name, of the sidecar where there is one; `keys`:
    pyexiv2's of the same file; `printed`: what the exiv2 program prints of it. `size`: of the stored picture;
    `orientation`: how it is turned, as EXIF counts."""

    kind: str
    tags: Tags
    keys: Tags
    size: tuple[int, int]
    orientation: int
    sidecar: str | None
    printed: str = ""


@dataclass(frozen=True)
class Seen:
    """`people`: name to boxes in pixels of the picture as it is shown."""

    people: Mapping[str, list[Corners]] = field(default_factory=dict)
    keywords: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    rating: int | None = None


def shown(box: Corners, files: Files) -> Corners:
    """Corners in fractions of the stored picture, to pixels as Pillow turns them."""
    width, height = files.size
    mask = Image.new("L", files.size)
    left, top, right, bottom = (round(side * full) for side, full in zip(box, (width, height) * 2, strict=True))
    mask.paste(255, (left, top, right, bottom))
    found = turned(mask, files.orientation).getbbox()
    return (0, 0, 0, 0) if found is None else found


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Upright, by an EXIF orientation."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [] if value is None else [str(value)]


def centred(x: float, y: float, w: float, h: float) -> Corners:
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def cornered(x: float, y: float, w: float, h: float) -> Corners:
    return x, y, x + w, y + h


def _mwg(files: Files, *, needs_dimensions: bool = False) -> Iterator[tuple[str, Corners]]:
    info = files.tags.get("XMP-mwg-rs:RegionInfo") or {}
    if needs_dimensions and "AppliedToDimensions" not in info:
        return
    for each in info.get("RegionList", []):
        area = each.get("Area", {})
        if each.get("Type") == "Face" and "Name" in each:
            yield str(each["Name"]), centred(*(float(area[key]) for key in "XYWH"))


def _microsoft(files: Files) -> Iterator[tuple[str, Corners]]:
    for each in (files.tags.get("XMP-MP:RegionInfoMP") or {}).get("Regions", []):
        yield str(each["PersonDisplayName"]), cornered(*(float(number) for number in each["Rectangle"].split(",")))


def _people(files: Files, *drawn: Iterable[tuple[str, Corners]], named: Iterable[str] = ()) -> dict[str, list[Corners]]:
    found: dict[str, list[Corners]] = {name: [] for name in named}
    for each in drawn:
        for name, box in each:
            found.setdefault(name, []).append(shown(box, files))
    return found


def _under(root: str, separator: str, paths: Iterable[str]) -> frozenset[str]:
    start = root + separator
    return frozenset(each.removeprefix(start) for each in paths if each.startswith(start))


def _leaves(paths: Iterable[str], separator: str) -> frozenset[str]:
    return frozenset(each.rpartition(separator)[2] for each in paths)


def _stars(files: Files) -> int | None:
    value = files.tags.get("XMP-xmp:Rating")
    return None if value is None else round(float(value))


def exiftool(files: Files) -> Seen:
    tags = files.tags
    people = _people(files, _mwg(files), named=listed(tags.get("XMP-iptcExt:PersonInImage")))
    events = frozenset(listed(tags.get("XMP-iptcExt:Event")))
    return Seen(people, frozenset(listed(tags.get("XMP-dc:Subject"))), events, _stars(files))


_REGION = re.compile(r"Xmp\.mwg-rs\.Regions/mwg-rs:RegionList\[(\d+)\]/mwg-rs:(Name|Area/stArea:([xywh]))")
_WLPG = re.compile(r"Xmp\.MP\.RegionInfo/MPRI:Regions\[(\d+)\]/MPReg:(Rectangle|PersonDisplayName)")


def _exiv2_mwg(keys: Tags) -> Iterator[tuple[str, Corners]]:
    found: dict[str, dict[str, str]] = {}
    for key, value in keys.items():
        if match := _REGION.fullmatch(key):
            found.setdefault(match[1], {})[match[3] or "name"] = value
    for each in found.values():
        if "name" in each and "x" in each:
            yield each["name"], centred(*(float(each[key]) for key in "xywh"))


def _exiv2_microsoft(keys: Tags) -> Iterator[tuple[str, Corners]]:
    found: dict[str, dict[str, str]] = {}
    for key, value in keys.items():
        if match := _WLPG.fullmatch(key):
            found.setdefault(match[1], {})[match[2]] = value
    for each in found.values():
        yield each["PersonDisplayName"], cornered(*(float(number) for number in each["Rectangle"].split(",")))


def _exiv2_rating(keys: Tags) -> int | None:
    return int(keys["Xmp.xmp.Rating"]) if "Xmp.xmp.Rating" in keys else None


def pyexiv2(files: Files) -> Seen:
    keys = files.keys
    event = keys.get("Xmp.iptcExt.Event") or {}
    people = _people(files, _exiv2_mwg(keys), named=listed(keys.get("Xmp.iptcExt.PersonInImage")))
    events = frozenset(event.values() if isinstance(event, dict) else [event])
    return Seen(people, frozenset(listed(keys.get("Xmp.dc.subject"))), events, _exiv2_rating(keys))


def exiv2(files: Files) -> Seen:
    """Lists are printed as one line with commas, so that each run between two of them may be an entry."""
    keys: dict[str, str] = {}
    for line in re.split(r"^(?=Xmp\.)", files.printed, flags=re.M)[1:]:
        key, _, value = line.removesuffix("\n").partition(" ")
        keys[key] = value.lstrip(" ")
    people = _people(files, _exiv2_mwg(keys), named=_runs(keys.get("Xmp.iptcExt.PersonInImage", "")))
    events = frozenset([keys.get("Xmp.iptcExt.Event", "").removeprefix('lang="x-default" ')])
    return Seen(people, _runs(keys.get("Xmp.dc.subject", "")), events, _exiv2_rating(keys))


def _runs(printed: str) -> frozenset[str]:
    parts = printed.split(", ")
    ends = ((start, end) for start in range(len(parts)) for end in range(start, len(parts)))
    return frozenset(", ".join(parts[start : end + 1]) for start, end in ends)


def digikam(files: Files) -> Seen:
    keys = files.keys
    paths = listed(keys.get("Xmp.digiKam.TagsList"))
    if not paths:
        paths = [each.replace("|", "/") for each in listed(keys.get("Xmp.lr.hierarchicalSubject"))]
    paths = paths or listed(keys.get("Xmp.dc.subject"))
    people = _people(files, _exiv2_microsoft(keys), _exiv2_mwg(keys), named=_under("People", "/", paths))
    people = {name.replace("/", "\\"): boxes for name, boxes in people.items()}
    return Seen(people, _leaves(paths, "/"), _under("Events", "/", paths), _exiv2_rating(keys))


def immich(files: Files) -> Seen:
    tags = files.tags
    paths = listed(tags.get("XMP-digiKam:TagsList"))
    if not paths:
        levels = listed(tags.get("XMP-lr:HierarchicalSubject"))
        paths = ["/".join(part.replace("/", "|") for part in each.split("|")) for each in levels]
    paths = paths or listed(tags.get("IPTC:Keywords"))
    people = _people(files, _mwg(files, needs_dimensions=True), named=_under("People", "/", paths))
    return Seen(people, _leaves(paths, "/"), _under("Events", "/", paths), _stars(files))


def cleaned(name: str) -> str:
    """PhotoPrism's, but for the capitals, which the comparison looks away from."""
    return name.translate(_CLEANED).strip()


def photoprism(files: Files) -> Seen:
    joined = ", ".join(listed(files.tags.get("XMP-dc:Subject")))
    keywords = frozenset(each.strip() for each in joined.split(",") if each.strip())
    named = keywords if files.kind == "mp4" else ()
    people = _people(files, _mwg(files), _microsoft(files), named=named)
    people = {cleaned(name).casefold(): boxes for name, boxes in people.items()}
    return Seen(people, keywords, keywords, _stars(files))


def lightroom(files: Files) -> Seen:
    paths = listed(files.tags.get("XMP-lr:HierarchicalSubject"))
    people = _people(files, _mwg(files, needs_dimensions=True))
    keywords = _leaves(paths, "|") | frozenset(listed(files.tags.get("XMP-dc:Subject")))
    return Seen(people, keywords, _under("Events", "|", paths), _stars(files))


def windows(files: Files) -> Seen:
    tags = files.tags
    merged = [*listed(tags.get("XMP-dc:Subject")), *listed(tags.get("IPTC:Keywords"))]
    merged += str(tags.get("IFD0:XPKeywords") or "").split(";")
    percent = tags.get("IFD0:RatingPercent", tags.get("XMP-microsoft:RatingPercent"))
    stars = None if percent is None else {0: 0, 1: 1, 25: 2, 50: 3, 75: 4, 99: 5}.get(round(float(percent)))
    return Seen(_people(files, _microsoft(files)), frozenset(merged), frozenset(merged), stars)


READERS: dict[str, Callable[[Files], Seen]] = {
    "exiftool": exiftool,
    "exiv2": exiv2,
    "pyexiv2": pyexiv2,
    "digiKam": digikam,
    "immich": immich,
    "PhotoPrism": photoprism,
    "Lightroom": lightroom,
    "Windows": windows,
}


def reads_none(reader: str, files: Files) -> str | None:
    """Why this reader reads nothing of such a file at all."""
    if reader == "Windows" and files.kind not in ("jpeg", "tiff"):
        return "reads metadata of JPEG and TIFF files only, and no sidecars"
    if reader == "Lightroom" and files.kind == "mp4":
        return "reads no XMP sidecar of a video"
    if reader == "Lightroom" and files.sidecar is not None and not files.sidecar.startswith("short"):
        return "reads a sidecar of Adobe's name (x.xmp) only, not x.nef.xmp"
    return None


def cannot(reader: str, files: Files, aspect: str, text: str) -> str | None:
    """Why this reader cannot see this name or keyword, whatever stands in the file."""
    is_video, is_name = files.kind == "mp4", aspect in ("people", "boxes")
    if reader == "PhotoPrism" and "," in text and (not is_name or is_video):
        return "parts keywords at commas"
    if reader == "PhotoPrism" and is_name and cleaned(text) != text:
        return "takes quotes, backslashes, braces, semicolons and line ends out of names"
    if reader == "digiKam" and is_name and "/" in text:
        return "shows a `/` in a name as `\\`: it parts its tag paths by it"
    if reader == "immich" and is_name and is_video and "/" in text:
        return "parts tags at `/`, and a video has no region that could hold the name"
    return None
