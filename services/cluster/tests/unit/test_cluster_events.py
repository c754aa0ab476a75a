"""Photos to events and trips."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictopy_cluster.domain.clocks import clock_errors
from pictopy_cluster.domain.event_ids import event_ids
from pictopy_cluster.domain.happenings import Found, Happening, happenings
from pictopy_cluster.domain.moments import facts_of, snap_of
from pictopy_cluster.domain.timeline import Snap, timeline_of
from pictopy_cluster.domain.titles import days, title_of_event, title_of_trip
from pictopy_cluster.made_up import photo

HOME, AWAY = (50.11, 8.68), (38.72, -9.14)
START = datetime.fromisoformat("2024-05-04T10:00")


def snaps(prefix: str, start: datetime, minutes: list[float], spot: tuple[float, float] | None = HOME) -> list[Snap]:
    lat, lon = spot or (None, None)
    return [
        Snap(f"{prefix}{n:03d}", start + timedelta(minutes=m), 120, "phone", lat, lon) for n, m in enumerate(minutes)
    ]


def nowhere(latitude_deg: float, longitude_deg: float) -> str | None:
    return None


def found(given_snaps: list[Snap], titled: dict[str, str] | None = None) -> list[Found]:
    return happenings(given_snaps, titled or {}, nowhere)


def events(given_snaps: list[Snap], titled: dict[str, str] | None = None) -> list[Happening]:
    return [event for one in found(given_snaps, titled) for event in one.events]


def life() -> list[Snap]:
    """Everyday photos at home for two months with a week in Lisbon in the middle."""
    daily = [snaps(f"d{day:02d}", START + timedelta(days=day), [0]) for day in range(60) if not 30 <= day < 37]
    trip = [
        snaps(f"t{day}{part}", START + timedelta(days=day, hours=part * 6), [0, 5, 9, 16], AWAY)
        for day in range(30, 37)
        for part in range(2)
    ]
    return [snap for part in daily + trip for snap in part]


def test_a_long_pause_ends_an_event() -> None:
    """Two outings of a day are two events."""
    day = snaps("a", START, [0, 5, 12, 20]) + snaps("b", START + timedelta(hours=6), [0, 4, 9])
    assert [len(event.photo_ids) for event in events(day)] == [4, 3]


def test_going_far_ends_an_event_sooner() -> None:
    """An hour on one spot is a pause, an hour and ten kilometres are another event."""
    later = START + timedelta(minutes=75)
    near = snaps("a", START, [0, 4, 10]) + snaps("b", later, [0, 4, 9])
    far = snaps("a", START, [0, 4, 10]) + snaps("b", later, [0, 4, 9], (50.2, 8.68))
    assert (len(events(near)), len(events(far))) == (1, 2)


def test_a_party_runs_past_midnight() -> None:
    """The day rolls over at four in the morning."""
    party = events(snaps("a", datetime.fromisoformat("2024-05-04T22:00"), [10.0 * n for n in range(28)]))
    assert len(party) == 1
    assert party[0].title == "Saturday 4 May 2024, night"


def test_screenshots_neither_join_nor_split() -> None:
    """A screenshot in the middle changes nothing."""
    day = snaps("a", START, [0, 5, 12, 20])
    screenshot = Snap("s", START + timedelta(minutes=7), is_shot=False)
    assert events([*day, screenshot]) == events(day)


def test_a_week_away_is_a_trip_with_its_events() -> None:
    """Home is where most days have photos; more than 50 km from it for days is a trip."""
    trips = [one for one in found(life()) if one.trip]
    assert len(trips) == 1
    assert trips[0].trip is not None
    assert trips[0].trip.title == "Trip, 3–9 June 2024"
    assert len(trips[0].events) == 14


def test_the_one_long_holiday_of_a_quiet_year_is_a_trip() -> None:
    """Eight days away are no second home, even where few days at home have photos."""
    at_home = [shot for week in range(6) for shot in snaps(f"h{week}", START + timedelta(weeks=week), [0, 5, 9])]
    away = [shot for day in range(8) for shot in snaps(f"a{day}", START + timedelta(days=45 + day), [0, 60, 300], AWAY)]
    assert sum(one.trip is not None for one in found(at_home + away)) == 1


def test_photos_without_a_place_belong_to_the_trip_around_them() -> None:
    """A camera without GPS is on the trip as well."""
    camera = [Snap("c1", START + timedelta(days=33, minutes=30), None, "camera", None, None)]
    trip = next(one.trip for one in found(life() + camera) if one.trip)
    assert "c1" in trip.photo_ids


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_order_of_import_plays_no_part(random: object) -> None:
    """The same photos in any order give the same events and trips."""
    shuffled = life()
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis types it as object
    assert found(shuffled) == found(life())


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(hours=-12), timedelta(days=-1), timedelta(days=-3650)])
def test_a_wrong_clock_is_found_against_the_phone(wrong: timedelta) -> None:
    """The second camera's hours, days and years are put right, to the minute."""
    days_out = [START + timedelta(days=30 + day) for day in range(3)]
    minutes = [7.0 * n + (60 if n > 5 else 0) for n in range(12)]
    camera = [
        Snap(f"c{day:%d}{n:02d}", day + timedelta(minutes=minute) + wrong, None, "cam")
        for day in days_out
        for n, minute in enumerate(minutes)
    ]
    phone = [snap for day in days_out for snap in snaps(f"p{day:%d}", day, [minute + 1 for minute in minutes])]
    errors = clock_errors(timeline_of([*life(), *phone, *camera]))
    assert [timedelta(seconds=error.add_s) for error in errors] == [-wrong]


def test_a_right_clock_is_left_alone() -> None:
    """A second camera that agrees with the phone gets no correction."""
    camera = [Snap(f"c{n:02d}", START + timedelta(days=30, minutes=4 * n), None, "cam") for n in range(20)]
    assert clock_errors(timeline_of([*life(), *camera])) == []


def test_ids_stay_when_late_photos_come() -> None:
    """An event that grows keeps its id, and a titled one also when it is the smaller part of a merge."""
    first = events(snaps("a", START, [0, 5, 12, 20]))
    ids = event_ids(first, {}, [])
    grown = events(snaps("a", START, [0, 5, 12, 20]) + snaps("0", START + timedelta(minutes=25), [0, 2, 4, 6, 8]))
    known = {ids[0]: first[0].photo_ids, "large": grown[0].photo_ids[4:]}
    assert event_ids(grown, {ids[0]: first[0].photo_ids}, []) == ids
    assert event_ids(grown, known, [ids[0]]) == ids


def test_two_titled_events_never_become_one() -> None:
    """What a person named apart stays apart."""
    one = snaps("a", START, [0, 5, 12]) + snaps("b", START + timedelta(minutes=16), [0, 5, 9])
    titled = {f"a{n:03d}": "A" for n in range(3)} | {f"b{n:03d}": "B" for n in range(3)}
    assert len(events(one)) == 1
    assert [event.photo_ids[0] for event in events(one, titled)] == ["a000", "b000"]


def test_titles_read_like_a_person_would_say_it() -> None:
    """By part of the day, by date, by place where it is known."""
    evening = datetime.fromisoformat("2024-05-04T19:00")
    assert title_of_event(evening, evening + timedelta(hours=2), None) == "Saturday 4 May 2024, evening"
    assert title_of_event(evening, evening + timedelta(hours=2), "Munich") == "Evening in Munich, 4 May 2024"
    assert title_of_trip(evening, evening + timedelta(days=8), None) == "Trip, 4–12 May 2024"
    assert days(date(2023, 12, 30), date(2024, 1, 2)) == "30 December 2023 – 2 January 2024"
    assert days(date(2024, 4, 28), date(2024, 5, 3)) == "28 April – 3 May 2024"


def test_only_shots_with_a_real_time_make_events() -> None:
    """Bare dates, file times and screenshots say nothing about when life happened."""
    shot = photo("p")
    bare = shot.model_copy(
        update={"taken_at_local": datetime.fromisoformat("2024-05-04"), "camera_make": None, "camera_model": None}
    )
    copied = bare.model_copy(update={"taken_at_local": START, "time_source": "mtime"})
    kinds = [shot, bare, copied, shot.model_copy(update={"is_screenshot": True})]
    assert [snap_of("p", facts).is_shot for one in kinds if (facts := facts_of(one))] == [True, False, False, False]
    assert facts_of(shot.model_copy(update={"taken_at_local": None})) is None
