"""Times as people write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_search.domain.periods import parse_moment, period_of

local = datetime.fromisoformat


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023", local("2023-01-01"), local("2024-01-01")),
        ("2023-12", local("2023-12-01"), local("2024-01-01")),
        ("2024-02-29", local("2024-02-29"), local("2024-03-01")),
        ("9999", local("9999-01-01"), local("9999-12-31T23:59:59.999999")),
        ("2023-06-15T10:30:00", local("2023-06-15T10:30:00"), local("2023-06-15T10:30:01")),
    ],
)
def test_what_is_written_is_a_span(text: str, start: datetime, end: datetime) -> None:
    """Its end is the first moment that does not belong to it."""
    period = parse_moment(text)
    assert period is not None
    assert (period.start, period.end) == (start, end)


@pytest.mark.parametrize("text", ["", "0000", "2023-13", "2023-02-30", "yesterday", "2023-06-15T10:30:00Z", "12"])
def test_what_is_no_local_time_is_none(text: str) -> None:
    """A zone is refused too: photos are found by the clock of the place."""
    assert parse_moment(text) is None


@given(st.dates())
def test_days_follow_each_other(day: datetime) -> None:
    """Each day ends where the next begins."""
    period = period_of(day.year, day.month, day.day)
    assert period is not None
    assert period.start < period.end
