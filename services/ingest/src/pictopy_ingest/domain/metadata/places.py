"""Where a picture was taken: degrees north and east."""

import math
import re
from dataclasses import dataclass

from pictopy_ingest.domain.metadata.tags import Notes, Tags, rationals

_XMP = re.compile(r"(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?\s*([NSEW])", re.IGNORECASE)
_ISO6709 = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Place:
    latitude_deg: float
    longitude_deg: float


def place(latitude: float | None, longitude: float | None, notes: Notes) -> Place | None:
    """Within the globe, and not the 0/0 that means «no fix». A latitude of exactly 0.0 is the equator."""
    if latitude is None or longitude is None:
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        notes.add(f"the place {latitude:.6g}, {longitude:.6g} is impossible and was ignored")
        return None
    if latitude == 0 and longitude == 0:
        return None
    return Place(round(latitude, 7), round(longitude, 7))


def exif_place(tags: Tags, notes: Notes) -> Place | None:
    north, east = tags.text("Exif.GPSInfo.GPSLatitude"), tags.text("Exif.GPSInfo.GPSLongitude")
    if not north or not east:
        return None
    latitude = _degrees(north, tags.text("Exif.GPSInfo.GPSLatitudeRef"))
    longitude = _degrees(east, tags.text("Exif.GPSInfo.GPSLongitudeRef"))
    if latitude is None or longitude is None:
        notes.add(f"the place {north!r}, {east!r} is no number and was ignored")
    return place(latitude, longitude, notes)


def _degrees(text: str, hemisphere: str | None) -> float | None:
    """Degrees, minutes, seconds as EXIF rationals. A missing hemisphere is north or east; seconds of 0/0 are 0."""
    parts = rationals(text)
    if not parts or parts[0] is None or (len(parts) > 1 and parts[1] is None):
        return None
    value = float(sum((part or 0) / 60**power for power, part in enumerate(parts[:3])))
    return -value if hemisphere and hemisphere.strip().upper()[:1] in {"S", "W"} else value


def xmp_place(tags: Tags, notes: Notes) -> Place | None:
    north, east = tags.text("Xmp.exif.GPSLatitude"), tags.text("Xmp.exif.GPSLongitude")
    return place(_xmp_degrees(north), _xmp_degrees(east), notes) if north and east else None


def _xmp_degrees(text: str) -> float | None:
    """`40,14.0786N` or `40,14,4N`, or plain degrees."""
    parts = _XMP.fullmatch(text.strip())
    if parts is None:
        try:
            return float(text)
        except ValueError:
            return None
    value = math.fsum(float(part or 0) / 60**power for power, part in enumerate(parts.groups()[:3]))
    return -value if parts[4].upper() in "SW" else value


def iso6709_place(text: str | None, notes: Notes) -> Place | None:
    """`+48.8577+002.2950+035.000/` of a movie."""
    parts = _ISO6709.match(text or "")
    return place(float(parts[1]), float(parts[2]), notes) if parts else None
