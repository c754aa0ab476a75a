"""Titles, captions, keywords, ratings, cameras: what people and cameras wrote."""

import re

from pictopy_ingest.domain.metadata import ours
from pictopy_ingest.domain.metadata.tags import Notes, Tags, clean, number

MAX_KEYWORDS = 500

_HIERARCHIES = (
    ("Xmp.digiKam.TagsList", "/"),
    ("Xmp.lr.hierarchicalSubject", "|"),
    ("Xmp.MicrosoftPhoto.LastKeywordXMP", "/"),
    ("Xmp.mediapro.CatalogSets", "|"),
)
_FLAT = ("Xmp.dc.subject", "Iptc.Application2.Keywords")
_CAMERA_SAYS = re.compile(
    r"([a-z]+ ){0,3}digital (still )?camera|sony dsc|<[^<>]*>|default|dav|edf|ptr|sdr|cof", re.IGNORECASE
)
"""Captions that cameras write by themselves, such as «OLYMPUS DIGITAL CAMERA»."""
_SCREENSHOT = re.compile(
    r"screen[ _-]?(shot|cap)|bildschirmfoto|capture d.écran|captura de pantalla|schermata|スクリーンショット", re.I
)
_SERIALS = (
    "Exif.Photo.BodySerialNumber",
    "Exif.Image.CameraSerialNumber",
    "Exif.Canon.SerialNumber",
    "Exif.Nikon3.SerialNumber",
    "Exif.OlympusEq.SerialNumber",
    "Exif.Panasonic.InternalSerialNumber",
    "Exif.Fujifilm.SerialNumber",
    "Xmp.exifEX.BodySerialNumber",
    "Xmp.aux.SerialNumber",
)
_STARS_OF_PERCENT = ((0, 0), (12, 1), (37, 2), (62, 3), (87, 4), (100, 5))
"""Windows writes 1, 25, 50, 75, 99 for one to five stars: (up to this percentage, so many stars)."""


def title(tags: Tags) -> str | None:
    return tags.text("Xmp.dc.title", "Iptc.Application2.ObjectName", "Exif.Image.XPTitle")


def caption(tags: Tags) -> str | None:
    keys = ("Xmp.dc.description", "Exif.Image.ImageDescription", "Iptc.Application2.Caption")
    return next((text for key in keys if (text := tags.text(key)) and not _CAMERA_SAYS.fullmatch(text)), None)


def keywords(tags: Tags) -> tuple[str, ...]:
    """Paths with `/` of the first hierarchy that is there, then the flat words that are no part of those paths. Words
    that our own writer marked as a machine's are none."""
    paths: list[str] = []
    for key, separator in _HIERARCHIES:
        if found := tags.texts(key):
            paths = ["/".join(word.strip() for word in one.split(separator)) for one in found]
            break
    machine = {f"{ours.MACHINE}/{word}" for word in ours.machine_tags(tags)}
    paths = [path for path in paths if path not in machine]
    known = {word for path in paths for word in path.split("/")} | set(paths)
    flat = [word for key in _FLAT for word in tags.texts(key) if word not in known]
    return tuple(dict.fromkeys([*_leaves(paths), *flat]))[:MAX_KEYWORDS]


def _leaves(paths: list[str]) -> list[str]:
    """Without the parents that some programs list beside their children."""
    parents = {path[:at] for path in paths for at, letter in enumerate(path) if letter == "/"}
    return [path for path in paths if path not in parents]


def rating(tags: Tags, notes: Notes) -> int | None:
    """-1 (rejected) to 5; 0 is said, and means «none»."""
    for key in ("Xmp.xmp.Rating", "Exif.Image.Rating"):
        if (text := tags.text(key)) is None:
            continue
        stars = number(text)
        if stars is not None and -1 <= stars <= 5:
            return round(stars)
        notes.add(f"the rating {text!r} is impossible and was ignored")
    percent = number(tags.text("Xmp.MicrosoftPhoto.Rating", "Exif.Image.RatingPercent"))
    if percent is None or not 0 <= percent <= 100:
        return None
    return next(stars for limit, stars in _STARS_OF_PERCENT if percent <= limit)


def camera(tags: Tags) -> tuple[str | None, str | None, str | None]:
    """Make, model, serial number."""
    make, model = tags.text("Exif.Image.Make", "Xmp.tiff.Make"), tags.text("Exif.Image.Model", "Xmp.tiff.Model")
    return clean((make or "")[:200]), clean((model or "")[:200]), clean((tags.text(*_SERIALS) or "")[:100])


def is_screenshot(name: str, tags: Tags) -> bool:
    comment = tags.text("Exif.Photo.UserComment") or ""
    return bool(_SCREENSHOT.search(name) or "Screenshot" in comment)


def orientation(tags: Tags, notes: Notes) -> int:
    """EXIF orientation 1..8; 1 where it is absent or impossible."""
    text = tags.text("Exif.Image.Orientation")
    if text in {None, "0"}:
        return 1
    value = number(text)
    if value is None or value not in range(1, 9):
        notes.add(f"the orientation {text!r} is impossible and was ignored")
        return 1
    return int(value)
