"""Words for people: dates, counts, names. Without the machine's locale, so that a story reads the same anywhere."""

from collections.abc import Sequence
from datetime import date

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def count(n: int, thing: str) -> str:
    """`1 photo`, `1,204 photos`."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def years_ago(years: int) -> str:
    return f"{count(years, 'year')} ago"


def day_month(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def full_day(day: date) -> str:
    return f"{day_month(day)} {day.year}"


def weekday_of(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {full_day(day)}"


def month_of(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def span(first: date, last: date) -> str:
    """`4 May 2021`, `4 to 9 May 2021`, `30 April to 2 May 2021`, `30 December 2020 to 2 January 2021`."""
    if first == last:
        return full_day(first)
    if first.year != last.year:
        return f"{full_day(first)} to {full_day(last)}"
    if first.month != last.month:
        return f"{day_month(first)} to {full_day(last)}"
    return f"{first.day} to {full_day(last)}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """`Anna`, `Anna and Ben`, `Anna, Ben and Carl`, `Anna, Ben, Carl and 2 more`."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def dotted(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
