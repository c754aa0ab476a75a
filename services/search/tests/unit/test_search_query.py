"""Reading a query as a person meant it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_contracts.ids import PersonId
from pictopy_search.domain.filters import Filters
from pictopy_search.domain.query import Vocabulary, narrowed, understand, words_only
from pictopy_search.domain.text import Term

ANNA, MEIER, OTHER, MAY = PersonId("p-anna"), PersonId("p-meier"), PersonId("p-other"), PersonId("p-may")
VOCABULARY = Vocabulary.of(
    [(ANNA, "Anna"), (MEIER, "Anna Meier"), (OTHER, "anna meier"), (MAY, "Rose O’Brien")],
    ["Lisbon", "New York", "Café Müller"],
)

local = datetime.fromisoformat


def meant(query: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(part.meaning.kind, part.meaning.values) for part in understand(query, VOCABULARY)]


def span(start: str, end: str) -> tuple[str, tuple[str, ...]]:
    return "time", (f"{start}T00:00:00", f"{end}T00:00:00")


def test_a_whole_sentence_is_read() -> None:
    """Words, a year, a person and a flag in one line."""
    assert meant("beach 2023 with Anna favourites") == [
        ("words", ("beach",)),
        span("2023-01-01", "2024-01-01"),
        ("person", (ANNA,)),
        ("favourite", ()),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("2023", span("2023-01-01", "2024-01-01")),
        ("june 2023", span("2023-06-01", "2023-07-01")),
        ("2023 Dec", span("2023-12-01", "2024-01-01")),
        ("15 june 2023", span("2023-06-15", "2023-06-16")),
        ("June 15th, 2023", span("2023-06-15", "2023-06-16")),
        ("2023-06", span("2023-06-01", "2023-07-01")),
        ("in 2024-02-29", span("2024-02-29", "2024-03-01")),
        ("june", ("month", ("6",))),
        ("2023-02-30", ("words", ("2023", "02", "30"))),
        ("1234", ("words", ("1234",))),
        ("IMG_2023", ("words", ("img", "2023"))),
        ('"2023"', ("words", ("2023",))),
        ("15", ("words", ("15",))),
    ],
)
def test_times(query: str, expected: tuple[str, tuple[str, ...]]) -> None:
    """Years, months, days and ISO dates; what the calendar does not have stays a word."""
    assert meant(query) == [expected]


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("anna", (ANNA,)),
        ("ANNA MEIER", (MEIER, OTHER)),
        ("photos of Anna Meier's", (MEIER, OTHER)),
        ("with rose", (MAY,)),
        ("with o'brien", (MAY,)),
        ("Rose O'Brien", (MAY,)),
        ("with meier", (MEIER, OTHER)),
    ],
)
def test_people(query: str, people: tuple[PersonId, ...]) -> None:
    """The longest known name wins; after «with» a part of it will do; a shared name means any of its bearers."""
    assert meant(query) == [("person", people)]


def test_each_person_named_must_be_there() -> None:
    """Two names are two wishes."""
    filters = narrowed(Filters(), understand("with Anna and Rose", VOCABULARY))
    assert filters.people == ((ANNA,), (MAY,))


def test_a_part_of_a_name_alone_is_a_word() -> None:
    """«rose» may well be the flower."""
    assert meant("rose") == [("words", ("rose",))]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("at lisbon", [("place", ("lisbon",))]),
        ("in New York 2020", [("place", ("new", "york")), span("2020-01-01", "2021-01-01")]),
        ("near cafe muller", [("place", ("cafe", "muller"))]),
        ("at the beach", [("words", ("beach",))]),
        ("lisbon", [("words", ("lisbon",))]),
    ],
)
def test_places(query: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    """Only a place that photos have is a place; else the words may match a tag."""
    assert meant(query) == expected


def test_kinds_and_flags() -> None:
    """Videos, screenshots and favourites, in both spellings."""
    assert meant("favorite videos") == [("favourite", ()), ("kind", ("video",))]
    assert narrowed(Filters(), understand("screenshots", VOCABULARY)).is_screenshot is True


def test_several_times_make_one_span() -> None:
    """«from 2021 to june 2023» starts and ends there."""
    filters = narrowed(Filters(), understand("from 2021 to june 2023", VOCABULARY))
    assert (filters.since, filters.until) == (local("2021-01-01"), local("2023-07-01"))


def test_a_span_narrows_the_one_asked_for() -> None:
    """What the query says is added to the filters, it does not replace them."""
    asked = Filters(since=local("2023-03-01"), terms=(Term(("x",)),))
    filters = narrowed(asked, understand("2023 beach", VOCABULARY))
    assert (filters.since, filters.until) == (local("2023-03-01"), local("2024-01-01"))
    assert filters.terms == (Term(("x",)), Term(("beach",)))


def test_nothing_is_read_into_words_only() -> None:
    """A person can take a reading back."""
    assert [part.meaning.values for part in words_only("may 2023 !")] == [("may",), ("2023",)]


@given(st.text(alphabet=st.characters() | st.sampled_from('" -15,')))
def test_any_text_can_be_read(text: str) -> None:
    """No query is an error, and no part is empty where it is a word."""
    for part in understand(text, VOCABULARY):
        assert part.meaning.kind != "words" or part.meaning.values
