"""Each kind of story: when it proposes itself, and that its words are true."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictopy_memories.domain.candidate import Candidate, Kind
from pictopy_memories.domain.eligibility import gated
from pictopy_memories.domain.facts import EventFacts, PeopleFacts, PersonFacts, PhotoFacts
from pictopy_memories.domain.kinds import KINDS
from pictopy_memories.domain.kinds.best_of import BestOf
from pictopy_memories.domain.kinds.event import EventOfBefore
from pictopy_memories.domain.kinds.first_time import FirstTime
from pictopy_memories.domain.kinds.on_this_day import OnThisDay
from pictopy_memories.domain.kinds.person_years import PersonYears
from pictopy_memories.domain.kinds.place_again import PlaceAgain
from pictopy_memories.domain.kinds.rediscover import Rediscover
from pictopy_memories.domain.kinds.together import Together
from pictopy_memories.domain.kinds.trip import Trip
from pictopy_memories.domain.library import Library
from pictopy_memories.synthetic import Life, life

DAY = date(2026, 5, 4)


def library_of(made: Life) -> Library:
    snapshot = made.snapshot()
    return gated(Library.of(snapshot.columns, snapshot.persons, snapshot.in_photo, snapshot.events))


def taken_on(*days: date, shots: int = 6, persons: tuple[str, ...] = ()) -> Life:
    """A life with some photos, an hour apart, on each of the days."""
    made = Life()
    for day in days:
        for shot in range(shots):
            photo_id = f"{len(made.photos):032x}"
            at = datetime.combine(day, time(8)) + timedelta(hours=shot)
            made.photos.append(PhotoFacts(photo_id, 1, at))
            made.people[photo_id] = PeopleFacts(photo_id, 1, persons, len(persons), 0.1)
    return made


def happening(made: Life, kind: str, first: date, last: date, place: str | None = None) -> None:
    start, end = datetime.combine(first, time(0)), datetime.combine(last, time(23))
    ids = tuple(one.photo_id for one in made.photos if one.taken_at_local and start <= one.taken_at_local <= end)
    name = f"{kind}{len(made.events)}"
    made.events.append(EventFacts(name, 1, kind, f"Title of {name}", start, end, place, None, ids))


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def test_this_very_day() -> None:
    """Photos of the same day three years ago are told as that, with their count."""
    found = OnThisDay().candidates(library_of(taken_on(date(2023, 5, 4))), DAY)[0]
    assert (found.title, found.reasons) == ("3 years ago today", ("3 years ago today", "6 photos that day"))
    assert found.subtitle == "Thursday 4 May 2023"


def test_a_near_day_is_called_this_week() -> None:
    """Too few photos a day for a story of their own make one of the week, which does not say `today`."""
    made = taken_on(*days_from(date(2023, 5, 2), 3), shots=3)
    found = OnThisDay().candidates(library_of(made), DAY)[0]
    assert found.title == "3 years ago this week"
    assert found.subtitle == "2 to 4 May 2023"
    assert "today" not in found.why_slide


def test_a_day_with_a_story_of_its_own_is_left_to_its_day() -> None:
    """The week does not take photos away from tomorrow's story, unless today has nothing else to look back on."""
    found = OnThisDay().candidates(library_of(taken_on(date(2023, 5, 3), date(2023, 5, 5))), DAY)[0]
    assert (found.subtitle, found.is_spare) == ("3 May 2023", False)
    found = OnThisDay().candidates(library_of(taken_on(date(2023, 5, 5))), DAY)[0]
    assert (found.title, found.is_spare) == ("3 years ago this week", True)


def test_several_thin_years_make_one_story() -> None:
    """Two photos in each of four years are enough together."""
    made = taken_on(*(date(year, 5, 4) for year in (2019, 2020, 2022, 2024)), shots=2)
    (found,) = OnThisDay().candidates(library_of(made), DAY)
    assert (found.title, found.subtitle) == ("On this day, over the years", "2019 to 2024")
    assert found.is_spare


def test_leap_day_photos_come_back_in_every_year() -> None:
    """In a year without a 29 February they have the 28th, and the title names the true day."""
    made = taken_on(date(2024, 2, 29))
    found = OnThisDay().candidates(library_of(made), date(2026, 2, 28))[0]
    assert found.title == "2 years ago, on 29 February"
    leap = OnThisDay().candidates(library_of(made), date(2028, 2, 29))[0]
    assert leap.title == "4 years ago today"


def test_the_week_reaches_over_new_year() -> None:
    """On 2 January the last days of December count, by the year of the anniversary."""
    made = taken_on(date(2022, 12, 31), date(2023, 1, 1), shots=3)
    found = OnThisDay().candidates(library_of(made), date(2026, 1, 2))[0]
    assert found.title == "3 years ago this week"
    assert found.subtitle == "31 December 2022 to 1 January 2023"


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.dates(date(2010, 1, 1), date(2026, 12, 31)), min_size=1, max_size=30, unique=True),
    st.dates(date(2012, 1, 1), date(2028, 12, 31)),
    st.integers(1, 7),
)
def test_years_ago_is_always_true(days: list[date], today: date, shots: int) -> None:
    """Whatever the years: `today` only for the very day, `this week` only within three days, never the future."""
    library = library_of(taken_on(*days, shots=shots))
    for found in OnThisDay().candidates(library, today):
        for row in found.rows.tolist():
            day = library.date_of(row)
            assert day is not None
            assert day < today
            if found.title.endswith("ago today"):
                assert (day.month, day.day) == (today.month, today.day)
                assert found.title.startswith(str(today.year - day.year))
            if "this week" in found.title:
                near = min(abs((day.replace(day=min(day.day, 28), year=y) - today).days) for y in _around(today))
                assert near <= 5


def _around(day: date) -> tuple[int, int, int]:
    return day.year - 1, day.year, day.year + 1


@pytest.mark.parametrize(
    ("first", "last", "when"),
    [
        (date(2023, 5, 1), date(2023, 5, 8), "3 years ago today"),
        (date(2022, 5, 6), date(2022, 5, 9), "4 years ago this week"),
        (date(2026, 4, 20), date(2026, 4, 25), "9 days ago"),
        (date(2026, 3, 25), date(2026, 3, 30), "5 weeks ago"),
        (date(2021, 9, 1), date(2021, 9, 9), "4 years ago"),
        (date(2025, 9, 1), date(2025, 9, 9), "September 2025"),
    ],
)
def test_a_trip_says_why_now(first: date, last: date, when: str) -> None:
    """On its anniversary, just after it, or in its turn: the words are those of the calendar."""
    made = taken_on(*days_from(first, (last - first).days + 1))
    happening(made, "trip", first, last, "Lisbon")
    (found,) = Trip().candidates(library_of(made), DAY)
    assert found.subtitle.startswith(f"{when} · Lisbon · ")
    made.events[0] = replace(made.events[0], title=f"Lisbon in {last.year}")
    (found,) = Trip().candidates(library_of(made), DAY)
    assert found.subtitle == when


def test_a_trip_over_new_year_has_its_anniversary_on_both_sides() -> None:
    """It began in one year and ended in the next."""
    made = taken_on(*days_from(date(2022, 12, 28), 8))
    happening(made, "trip", date(2022, 12, 28), date(2023, 1, 4))
    library = library_of(made)
    for day in (date(2025, 12, 30), date(2026, 1, 2)):
        (found,) = Trip().candidates(library, day)
        assert found.subtitle.startswith("3 years ago today")


def test_a_trip_that_is_not_over_waits() -> None:
    """Nothing is told of a journey on its way."""
    made = taken_on(*days_from(date(2026, 5, 1), 4))
    happening(made, "trip", date(2026, 5, 1), date(2026, 5, 4))
    assert Trip().candidates(library_of(made), DAY) == []


def test_parts_of_a_trip_are_told_by_the_trip() -> None:
    """An event inside a trip is no story of its own."""
    made = taken_on(date(2023, 5, 4), shots=10)
    happening(made, "event", date(2023, 5, 4), date(2023, 5, 4))
    assert len(EventOfBefore().candidates(library_of(made), DAY)) == 1
    made.events[0] = replace(made.events[0], trip_id="t")
    assert EventOfBefore().candidates(library_of(made), DAY) == []


def test_a_person_over_the_years() -> None:
    """Only people with a name, who are not hidden, and are there in two years at least."""
    made = taken_on(date(2021, 3, 1), date(2023, 8, 1), persons=("a",))
    assert PersonYears().candidates(library_of(made), DAY) == []
    made.persons = [PersonFacts("a", 1, "Anna")]
    (found,) = PersonYears().candidates(library_of(made), DAY)
    assert (found.title, found.subtitle) == ("Anna over the years", "2021 to 2023")
    made.persons = [PersonFacts("a", 2, "Anna", hidden=True)]
    assert PersonYears().candidates(library_of(made), DAY) == []


def test_two_people_together() -> None:
    """Both are named, and in one photo often enough."""
    made = taken_on(date(2021, 3, 1), date(2023, 8, 1), persons=("a", "b"))
    made.persons = [PersonFacts("a", 1, "Anna"), PersonFacts("b", 1, "Ben")]
    (found,) = Together().candidates(library_of(made), DAY)
    assert found.reasons == ("Anna and Ben are together in 12 photos",)
    made.persons[1] = PersonFacts("b", 2, "Ben", hidden=True)
    assert Together().candidates(library_of(made), DAY) == []


def test_the_first_photos_of_a_person() -> None:
    """On the anniversary of the first day, unless the library is hardly older than that."""
    made = taken_on(date(2020, 1, 1), shots=5)
    later = taken_on(*days_from(date(2023, 5, 4), 4), shots=6, persons=("a",))
    for n, photo in enumerate(later.photos):
        moved = replace(photo, photo_id=f"later{n}")
        made.photos.append(moved)
        made.people[moved.photo_id] = replace(later.people[photo.photo_id], photo_id=moved.photo_id)
    made.persons = [PersonFacts("a", 1, "Anna")]
    (found,) = FirstTime().candidates(library_of(made), DAY)
    assert (found.title, found.subtitle) == ("The first photos of Anna", "3 years ago today · 4 May 2023")
    assert FirstTime().candidates(library_of(made), date(2026, 6, 4)) == []


def test_a_place_one_returns_to() -> None:
    """Three visits in different months, and not where one lives."""
    visits = [date(2021, 3, 1), date(2022, 7, 1), date(2024, 9, 1)]
    made = taken_on(*visits, *days_from(date(2023, 1, 1), 20))
    for day in visits:
        happening(made, "event", day, day, "Lake House")
    (found,) = PlaceAgain().candidates(library_of(made), DAY)
    assert found.reasons == ("You were there on 3 days in 3 months",)
    for day in days_from(date(2023, 1, 1), 20):
        happening(made, "event", day, day, "Home")
    assert [one.subject for one in PlaceAgain().candidates(library_of(made), DAY)] == ["place:Lake House"]


def test_the_best_of_the_month_that_ended() -> None:
    """In the first week of a month, and of the year between the years."""
    made = taken_on(*days_from(date(2026, 4, 3), 5))
    assert BestOf().candidates(library_of(taken_on(date(2026, 4, 3), shots=15)), DAY) == []
    titles = [one.title for one in BestOf().candidates(library_of(made), DAY)]
    assert titles == ["The best of April 2026"]
    assert [one.title for one in BestOf().candidates(library_of(made), date(2026, 12, 30))] == ["The best of 2026"]
    assert [one.title for one in BestOf().candidates(library_of(made), date(2027, 1, 3))] == ["The best of 2026"]


def test_photos_without_dates_are_only_rediscovered() -> None:
    """They never enter what is about a date, and the story says so."""
    made = taken_on(date(2023, 5, 4), shots=30, persons=("a",))
    made.persons = [PersonFacts("a", 1, "Anna")]
    happening(made, "event", date(2023, 5, 4), date(2023, 5, 5), "Lake House")
    made.photos = [replace(one, taken_at_local=None) for one in made.photos]
    library = library_of(made)
    kinds = [found.kind for kind in KINDS for found in kind.candidates(library, DAY)]
    assert kinds == ["rediscover"]
    (found,) = Rediscover().candidates(library, DAY)
    assert found.reasons[0].startswith("None of your photos has a date")


@pytest.fixture(scope="module")
def whole_life() -> Library:
    """Five years with everything in them."""
    return library_of(life(7, date(2021, 2, 27), 5))


def _fits(found: Candidate, library: Library, day: date) -> bool:
    taken = [library.date_of(row) for row in found.rows.tolist()]
    return all(one is None or one <= day for one in taken) and 0 <= found.significance <= 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2025, 1, 1), date(2025, 12, 31), date(2024, 7, 15)])
def test_no_kind_looks_into_the_future(kind: Kind, day: date, whole_life: Library) -> None:
    """Built for a past day, a story knows nothing of what came later; keys are unique."""
    found = kind.candidates(whole_life, day)
    assert all(_fits(one, whole_life, day) for one in found)
    assert len({one.key for one in found}) == len(found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_bears_an_empty_library(kind: Kind) -> None:
    """No photo, no story, no error."""
    assert list(kind.candidates(library_of(Life()), DAY)) == []
