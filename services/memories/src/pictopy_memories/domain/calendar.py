"""Days as a person counts them: the day a story is for, anniversaries, 29 February."""

from calendar import isleap
from datetime import date, datetime, time, timedelta, tzinfo

WEEK_REACH_DAYS = 3
"""«This week, years ago» reaches so many days to both sides of the anniversary, as immich does."""


def memory_day(now: datetime, zone: tzinfo | None, daily_at: time) -> date:
    """The day whose stories are to be shown at `now` (aware): a new one starts at the user's hour, not at midnight.

    Compares wall clocks and never subtracts hours, so a change to or from summer time shifts nothing.
    `zone` None is the zone of this machine.
    """
    local = now.astimezone(zone)
    return local.date() if local.time() >= daily_at else local.date() - timedelta(days=1)


def anniversary(day: date, year: int) -> date:
    """`day` in another year; 29 February falls on the 28th where the year has none."""
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def days_marked(day: date, year: int) -> list[date]:
    """The days of `year` whose anniversary `day` is, to the day.

    29 February has its anniversary on the 28th where the year has no 29th; on a 29 February itself, years without
    one have no such day.
    """
    if (day.month, day.day) == (2, 29):
        return [date(year, 2, 29)] if isleap(year) else []
    marked = [day.replace(year=year)]
    if (day.month, day.day) == (2, 28) and isleap(year) and not isleap(day.year):
        marked.append(date(year, 2, 29))
    return marked


def week_around(day: date, year: int) -> tuple[date, date]:
    """First and last day of the week around the anniversary; near New Year it reaches into the year beside it."""
    middle, reach = anniversary(day, year), timedelta(days=WEEK_REACH_DAYS)
    return middle - reach, middle + reach
