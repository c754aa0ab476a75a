from hypothesis import given
from hypothesis import strategies as st

from pictopy_ui.answers import Bucket
from pictopy_ui.domain.timeline import MOST_BARS, bars, last_day, title_of

months = st.builds("{:04}-{:02}".format, st.integers(1900, 2100), st.integers(1, 12))


@given(st.lists(st.builds(Bucket, key=months, count=st.integers(0, 9999)), max_size=400))
def test_no_photo_is_lost_between_the_bars(buckets: list[Bucket]) -> None:
    """The bars count every dated photo once, oldest first, whatever the span."""
    made = bars(buckets)
    assert sum(bar.count for bar in made) == sum(bucket.count for bucket in buckets)
    assert [bar.key for bar in made] == sorted(bar.key for bar in made)
    assert all(0 < bar.height <= 1 for bar in made)


def test_long_libraries_get_a_bar_a_year() -> None:
    """More months than fit become years."""
    buckets = [Bucket(key=f"{1990 + at // 12}-{at % 12 + 1:02}", count=1) for at in range(MOST_BARS + 12)]
    assert [bar.key for bar in bars(buckets)] == [str(1990 + at) for at in range(13)]


def test_each_year_is_written_once() -> None:
    """Only the first bar of a year bears its number."""
    made = bars([Bucket(key=key, count=1) for key in ("2022-03", "2023-01", "2023-02")])
    assert [bar.year for bar in made] == ["2022", "2023", ""]


def test_photos_without_a_date_have_no_bar() -> None:
    """An empty key is no month."""
    assert bars([Bucket(key="", count=7)]) == ()


def test_a_month_begins_the_grid_at_its_last_day() -> None:
    """Going back in time starts at the end of the chosen month or year."""
    assert [last_day(key) for key in ("2024-02", "2023-12", "2023")] == ["2024-02-29", "2023-12-31", "2023-12-31"]
    assert [title_of(key) for key in ("2024-02", "2023")] == ["February 2024", "2023"]
