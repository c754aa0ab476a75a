"""How times, sizes and names read to a person."""

import unicodedata
from datetime import date, datetime

MARKDOWN = frozenset(r"\`*_{}[]()#+-.!|:$<>~")
UNITS = ("bytes", "KB", "MB", "GB", "TB")


def shown(text: str) -> str:
    """Text that can be sent and seen: bytes that were no UTF-8 and control characters become marks."""
    return "".join(_shown_character(character) for character in text)


def _shown_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cs", "Co"}:
        return "\N{REPLACEMENT CHARACTER}"
    return " " if category == "Cc" else character


def plain(text: str) -> str:
    """The same for Markdown: names and paths are shown as they are."""
    return "".join(f"\\{character}" if character in MARKDOWN else character for character in shown(text))


def plural(count: int, one: str, many: str = "") -> str:
    """`1 photo`, `1,204 photos`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def bytes_text(size: int | None) -> str:
    """`4.8 MB`; decimal units, as disks are sold."""
    if size is None:
        return ""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {UNITS[unit]}" if unit == 0 or value >= 100 else f"{value:.1f} {UNITS[unit]}"


def clock_text(seconds: float | None) -> str:
    """A video's length: `0:07`, `1:02:03`."""
    if seconds is None:
        return ""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def left_text(seconds: float | None) -> str:
    """Time to go, no finer than a person cares for."""
    if seconds is None or seconds < 0:
        return ""
    if seconds < 60:
        return "less than a minute left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {round(seconds / 3600)} h left"


def day_text(when: date | datetime | None) -> str:
    """`Saturday, 3 June 2023`; a photo's own local day."""
    return f"{when:%A}, {when.day} {when:%B %Y}" if when else "No date"


def moment_text(when: datetime | None) -> str:
    return f"{day_text(when)}, {when:%H:%M}" if when else "No date"


def stamp_text(when: datetime | None) -> str:
    """A short stamp for rows of a log."""
    return f"{when.day} {when:%b %Y, %H:%M}" if when else ""


def span_text(start: datetime | None, end: datetime | None) -> str:
    """`3 June 2023`, `3 – 7 June 2023`, `30 May – 2 June 2023`, with both years where they differ."""
    if start is None or end is None:
        return _day(start or end)
    if start.date() == end.date():
        return _day(start)
    if start.year != end.year:
        return f"{_day(start)} – {_day(end)}"
    if start.month != end.month:
        return f"{start.day} {start:%B} – {_day(end)}"
    return f"{start.day} – {_day(end)}"


def _day(when: datetime | None) -> str:
    return f"{when.day} {when:%B %Y}" if when else ""
