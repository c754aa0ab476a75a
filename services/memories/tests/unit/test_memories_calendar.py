"""Days as people count them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_memories.domain.calendar import anniversary, days_marked, memory_day, week_around

DAYS = st.dates(date(1900, 1, 10), date(2100, 12, 20))
YEARS = st.integers(1900, 2100)


@given(DAYS, YEARS)
def test_every_day_has_an_anniversary_in_every_year(day: date, year: int) -> None:
    """29 February falls on the 28th elsewhere; every other day keeps its month and day."""
    found = anniversary(day, year)
    assert found.year == year
    assert (found.month, found.day) == (day.month, day.day) or (day.month, day.day) == (2, 29)


@given(DAYS)
def test_each_day_of_the_past_is_marked_on_exactly_one_day_of_a_later_year(taken: date) -> None:
    """A photo of any day, 29 February too, has its very day once in each year that follows."""
    year = taken.year + 1
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    assert sum(taken in days_marked(day, taken.year) for day in days if day.year == year) == 1


def test_a_leap_day_looks_back_on_leap_days_only() -> None:
    """On 29 February, years that had none are not claimed to be `today`."""
    assert days_marked(date(2028, 2, 29), 2024) == [date(2024, 2, 29)]
    assert days_marked(date(2028, 2, 29), 2025) == []


@given(DAYS, YEARS)
def test_the_week_holds_the_anniversary(day: date, year: int) -> None:
    """Three days to each side, over New Year as well."""
    first, last = week_around(day, year)
    assert first <= anniversary(day, year) <= last
    assert (last - first).days == 6


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-05-04T02:59:59", date(2026, 5, 3)),
        ("2026-05-04T03:00:00", date(2026, 5, 4)),
        ("2026-01-01T01:00:00", date(2025, 12, 31)),
        ("2024-02-29T03:00:00", date(2024, 2, 29)),
    ],
)
def test_a_day_of_stories_starts_at_the_users_hour(now: str, day: date) -> None:
    """Before the hour it is still the day before."""
    zone = ZoneInfo("Europe/Vienna")
    assert memory_day(datetime.fromisoformat(now).replace(tzinfo=zone), zone, time(3)) == day


@given(st.integers(0, 24 * 365 * 10), st.sampled_from(["Europe/Vienna", "Asia/Kathmandu", "America/St_Johns"]))
def test_days_never_go_back_nor_skip(hours: int, name: str) -> None:
    """Over summer time and anywhere, an hour later is the same day or the next."""
    zone = ZoneInfo(name)
    at = datetime(2020, 1, 2, tzinfo=UTC) + timedelta(hours=hours)
    step = memory_day(at + timedelta(hours=1), zone, time(3)) - memory_day(at, zone, time(3))
    assert step in (timedelta(0), timedelta(days=1))


def test_without_a_zone_the_machine_decides() -> None:
    """No setting is needed where the machine's clock is right."""
    assert memory_day(datetime(2026, 5, 4, 12, tzinfo=UTC), None, time(0)) in {
        date(2026, 5, 3),
        date(2026, 5, 4),
        date(2026, 5, 5),
    }
