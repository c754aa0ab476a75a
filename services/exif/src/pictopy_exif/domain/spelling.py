"""Places and times as EXIF, XMP and IPTC spell them."""

from pictopy_exif.domain.wishes import Moment

_SECOND_PARTS = 10_000  # of a second of arc: 3 mm
_MINUTE_PARTS = 1_000_000  # of a minute of arc: 2 mm


def rational_degrees(degrees: float) -> str:
    """Degrees, minutes, seconds without sign, as exiv2 shows EXIF's rationals: `52/1 31/1 123456/10000`."""
    parts = round(abs(degrees) * 3600 * _SECOND_PARTS)
    minutes, seconds = divmod(parts, 60 * _SECOND_PARTS)
    return f"{minutes // 60}/1 {minutes % 60}/1 {seconds}/{_SECOND_PARTS}"


def xmp_degrees(degrees: float, directions: str) -> str:
    """`52,31.205760N`; `directions`: the letters for above and below zero."""
    whole, parts = divmod(round(abs(degrees) * 60 * _MINUTE_PARTS), 60 * _MINUTE_PARTS)
    minutes, fraction = divmod(parts, _MINUTE_PARTS)
    return f"{whole},{minutes}.{fraction:06}{direction(degrees, directions)}"


def direction(degrees: float, directions: str) -> str:
    return directions[0] if degrees >= 0 else directions[1]


def exif_time(moment: Moment) -> str:
    return moment.at_local.isoformat(" ", "seconds").replace("-", ":")


def iso_time(moment: Moment) -> str:
    return moment.at_local.isoformat("T", "seconds") + (offset(moment) or "")


def iim_date(moment: Moment) -> str:
    return moment.at_local.isoformat("T", "seconds").partition("T")[0].replace("-", "")


def iim_time(moment: Moment) -> str | None:
    """None where the offset is not known: the standard has no time without one."""
    zone = offset(moment)
    return None if zone is None else f"{moment.at_local:%H%M%S}{zone.replace(':', '')}"


def offset(moment: Moment) -> str | None:
    """`+02:00`."""
    if moment.offset_min is None:
        return None
    hours, minutes = divmod(abs(moment.offset_min), 60)
    return f"{'-' if moment.offset_min < 0 else '+'}{hours:02}:{minutes:02}"
