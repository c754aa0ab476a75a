from hypothesis import given
from hypothesis import strategies as st

from pictopy_ui.domain.filters import Filters

names = st.text(min_size=1, max_size=8)
days = st.dates().map(lambda day: day.isoformat())
filters = st.builds(
    Filters,
    text=names | st.just(""),
    people=st.lists(names, max_size=3).map(tuple),
    tag=names | st.just(""),
    kind=st.sampled_from(["", "photo", "video"]),
    favourite=st.booleans(),
    since=days | st.just(""),
    until=days | st.just(""),
)


@given(filters)
def test_filters_survive_the_address_line(given_filters: Filters) -> None:
    """A link shows exactly what was filtered."""
    query = {name: value if isinstance(value, list) else [value] for name, value in given_filters.to_query().items()}
    assert Filters.from_query(query) == given_filters


def test_nonsense_in_an_address_counts_as_nothing() -> None:
    """A mistyped link opens the page instead of an error."""
    assert Filters.from_query({"from": ["soon"], "kind": ["song"], "favourite": ["maybe"]}).is_empty


def test_one_filter_is_taken_away_alone() -> None:
    """Widening keeps all other filters, and the other people."""
    narrow = Filters(people=("a", "b"), tag="sea", favourite=True)
    assert narrow.without("people", "a") == Filters(people=("b",), tag="sea", favourite=True)
    assert narrow.without("tag") == Filters(people=("a", "b"), favourite=True)
