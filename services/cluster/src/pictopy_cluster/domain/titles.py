"""Names of happenings without a network: the place where it is known, else the date."""

from datetime import date, datetime, timedelta

DAY_STARTS = timedelta(hours=4)
PARTS = ((11, "morning"), (14, "noon"), (18, "afternoon"), (22, "evening"), (24, "night"))


def title_of_event(start: datetime, end: datetime, place: str | None) -> str:
    """ "Saturday 4 May 2024, evening", or "Evening in Munich, 4 May 2024"."""
    first, last = (start - DAY_STARTS).date(), (end - DAY_STARTS).date()
    if first != last:
        return f"{place}, {days(first, last)}" if place else days(first, last)
    part = part_of_day(start + (end - start) / 2)
    if place:
        return f"{part.capitalize()} in {place}, {_day(first)} {first.year}"
    return f"{first:%A} {_day(first)} {first.year}, {part}"


def title_of_trip(start: datetime, end: datetime, place: str | None) -> str:
    """ "Trip, 5–12 May 2024", or "Lisbon, 5–12 May 2024"."""
    return f"{place or 'Trip'}, {days((start - DAY_STARTS).date(), (end - DAY_STARTS).date())}"


def part_of_day(when: datetime) -> str:
    hour = when.hour
    return "night" if hour < DAY_STARTS.seconds // 3600 else next(name for until, name in PARTS if hour < until)


def days(first: date, last: date) -> str:
    """ "5–12 May 2024", "28 April – 3 May 2024", "30 December 2023 – 2 January 2024"."""
    if first == last:
        return f"{_day(first)} {first.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)} {last.year}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{_day(first)}{year} – {_day(last)} {last.year}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
