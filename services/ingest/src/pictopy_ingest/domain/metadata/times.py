"""When a picture was taken: forms of time and how they are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from pictopy_ingest.domain.metadata.tags import Notes, Tags, rationals

FIRST_YEAR = 1826
"""Of the oldest photograph that is left."""
FUTURE = timedelta(days=2)
"""A clock may be this far ahead of ours (time zones, and some)."""
MAX_OFFSET_MIN = 14 * 60
GPS_SLACK = timedelta(minutes=2)
"""A camera's clock and GPS may differ by this much where GPS time tells the offset."""

_STAMP = re.compile(
    r"(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?)?\s*(Z|[+-]\d{1,2}:?\d{2})?\s*"
)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})")
_BLANK = re.compile(r"[0:\-/ T.Z+]*")
_IN_NAME = re.compile(
    r"(?<!\d)(19\d\d|20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])"
    r"(?:[-_. T]|(?:[ _]?at[ _])|-WA)+([01]\d|2[0-3])[-_.:h]?([0-5]\d)[-_.:m]?([0-5]\d)(?!\d{4,})"
)


@dataclass(frozen=True)
class Moment:
    """A wall clock, with its distance from UTC where it is known; or UTC alone (`is_utc`)."""

    clock: datetime
    """Naive."""
    offset_min: int | None = None
    is_utc: bool = False

    def utc(self) -> datetime:
        """Exact with an offset or `is_utc`; else the wall clock read as UTC."""
        return (self.clock - timedelta(minutes=self.offset_min or 0)).replace(tzinfo=UTC)

    def local(self, longitude_deg: float | None) -> datetime:
        """The wall clock; of a UTC time the one that the sun shows at the place, to the hour."""
        if self.is_utc and longitude_deg is not None:
            return self.clock + timedelta(hours=round(longitude_deg / 15))
        return self.clock


def moment(text: str | None, notes: Notes, latest: datetime, fraction: str | None = None) -> Moment | None:
    """A time out of EXIF, XMP or IPTC text. Blank and all-zero times are absent; impossible ones leave a note."""
    if not text or _BLANK.fullmatch(text.strip()):
        return None
    parts = _STAMP.fullmatch(text.strip())
    clock = _clock(parts, fraction) if parts else None
    if parts is None or clock is None or not is_plausible(clock, latest):
        notes.add(f"the time {text!r} is impossible and was ignored")
        return None
    return Moment(clock, offset_min(parts[8], notes))


def _clock(parts: re.Match[str], fraction: str | None) -> datetime | None:
    second = parts[7] or (fraction or "").strip()
    micro = int(f"{second[:6]:0<6}") if second.isdecimal() else 0
    try:
        year, month, day, hour, minute, whole = (int(part or 0) for part in parts.groups()[:6])
        return datetime(year, month, day, hour, minute, whole, micro)  # noqa: DTZ001  a wall clock
    except ValueError:
        return None


def is_plausible(clock: datetime, latest: datetime) -> bool:
    return clock.year >= FIRST_YEAR and clock <= latest.replace(tzinfo=None) + FUTURE


def offset_min(text: str | None, notes: Notes) -> int | None:
    """`+05:30` as 330."""
    if not text or not text.strip(" :"):
        return None
    if text.strip() == "Z":
        return 0
    parts = _OFFSET.fullmatch(text.strip())
    minutes = int(parts[2]) * 60 + int(parts[3]) if parts else MAX_OFFSET_MIN + 1
    if parts is None or minutes > MAX_OFFSET_MIN or int(parts[3]) > 59:
        notes.add(f"the time offset {text!r} is impossible and was ignored")
        return None
    return minutes if parts[1] == "+" else -minutes


def exif_moment(tags: Tags, which: str, notes: Notes, latest: datetime) -> Moment | None:
    """`which`: Original or Digitized. Time, fraction and offset stand in three tags."""
    text = tags.text(f"Exif.Photo.DateTime{which}")
    found = moment(text, notes, latest, tags.text(f"Exif.Photo.SubSecTime{which}"))
    if found is None or found.offset_min is not None:
        return found
    offset = tags.text(f"Exif.Photo.OffsetTime{which}", "Exif.Photo.OffsetTime")
    return replace(found, offset_min=offset_min(offset, notes))


def xmp_moment(tags: Tags, notes: Notes, latest: datetime) -> Moment | None:
    keys = ("Xmp.exif.DateTimeOriginal", "Xmp.photoshop.DateCreated", "Xmp.xmp.CreateDate")
    return next((found for key in keys if (found := moment(tags.text(key), notes, latest))), None)


def iptc_moment(tags: Tags, notes: Notes, latest: datetime) -> Moment | None:
    day = tags.text("Iptc.Application2.DateCreated")
    clock = tags.text("Iptc.Application2.TimeCreated")
    return moment(f"{day} {clock}" if clock else day, notes, latest) if day else None


def gps_moment(tags: Tags, notes: Notes, latest: datetime) -> Moment | None:
    """UTC by the satellites."""
    day, clock = tags.text("Exif.GPSInfo.GPSDateStamp"), tags.text("Exif.GPSInfo.GPSTimeStamp")
    found = None
    if day and clock:
        parts = rationals(clock)
        if len(parts) == 3 and all(part is not None for part in parts):
            found = moment(f"{day} {':'.join(str(int(part or 0)) for part in parts)}", notes, latest)
    elif stamp := tags.text("Xmp.exif.GPSTimeStamp"):
        found = moment(stamp, notes, latest)
    return replace(found, is_utc=True, offset_min=None) if found else None


def name_moment(name: str, latest: datetime) -> Moment | None:
    """`IMG_20230514_183005.jpg`, `PXL_...`, `2023-05-14 18.30.05.jpg`, `Screenshot_2023-05-14-18-30-05`."""
    parts = _IN_NAME.search(name)
    try:
        clock = datetime(*map(int, parts.groups())) if parts else None  # type: ignore[arg-type] # noqa: DTZ001  six numbers, a wall clock
    except ValueError:
        return None
    return Moment(clock) if clock and is_plausible(clock, latest) else None


def utc_moment(instant: datetime | None, notes: Notes, latest: datetime) -> Moment | None:
    """Of an aware time; one with an offset other than zero is a wall clock too."""
    if instant is None:
        return None
    if not is_plausible(instant.replace(tzinfo=None), latest):
        notes.add(f"the time {instant.isoformat()} is impossible and was ignored")
        return None
    distance = instant.utcoffset() or timedelta(0)
    if distance:
        return Moment(instant.replace(tzinfo=None), int(distance.total_seconds() // 60))
    return Moment(instant.astimezone(UTC).replace(tzinfo=None), is_utc=True)


def with_offset(found: Moment, gps: Moment | None) -> Moment:
    """A wall clock whose distance from GPS time is a whole quarter of an hour tells its offset."""
    if gps is None or found.offset_min is not None or found.is_utc:
        return found
    distance = found.clock - gps.clock
    quarters = round(distance / timedelta(minutes=15))
    if abs(distance - quarters * timedelta(minutes=15)) > GPS_SLACK or abs(quarters * 15) > MAX_OFFSET_MIN:
        return found
    return replace(found, offset_min=quarters * 15)


def parse_instant(fields: Mapping[str, str], *keys: str) -> datetime | None:
    """An ISO time with a zone out of the metadata of a container; without one it is UTC."""
    for key in keys:
        parts = _STAMP.fullmatch(fields.get(key, "").strip())
        clock = _clock(parts, None) if parts else None
        if parts and clock and clock.year > 1904:  # QuickTime's zero
            offset = offset_min(parts[8], Notes()) or 0
            return clock.replace(tzinfo=timezone(timedelta(minutes=offset)))
    return None
