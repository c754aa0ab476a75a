"""Times as people write them: a year, a month, a day or a moment, each a span with an end."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Period:
    """Local time, half-open: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime


def period_of(year: int, month: int | None = None, day: int | None = None) -> Period | None:
    """The whole year, month or day; None where the calendar has no such thing."""
    try:
        start = datetime(year, month or 1, day or 1)  # noqa: DTZ001  taken_at_local is naive by contract
        return Period(start, _end_of(start, month, day))
    except ValueError:
        return None


def _end_of(start: datetime, month: int | None, day: int | None) -> datetime:
    try:
        if day is not None:
            return start + timedelta(days=1)
        if month is not None and month < 12:
            return start.replace(month=month + 1)
        return start.replace(year=start.year + 1, month=1)
    except (ValueError, OverflowError):
        return datetime.max  # noqa: DTZ901  local time, as above


def parse_date(text: str) -> Period | None:
    """`2023`, `2023-06` or `2023-06-15`."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    return None if year is None else period_of(year, month, day)


def parse_moment(text: str) -> Period | None:
    """A date, or a local time `2023-06-15T10:30:00`, which spans its second."""
    if _DATE.fullmatch(text):
        return parse_date(text)
    try:
        moment = datetime.fromisoformat(text)
        return Period(moment, moment + timedelta(seconds=1)) if moment.tzinfo is None else None
    except (ValueError, OverflowError):
        return None


def span(periods: list[Period]) -> Period:
    """From the first start to the last end."""
    return Period(min(one.start for one in periods), max(one.end for one in periods))
