"""From a library and a day to its stories: what is promised of every day."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from pictopy_memories.domain.eligibility import REST_DAYS
from pictopy_memories.domain.history import History, Said, Verdict
from pictopy_memories.domain.plan import STORIES_A_DAY, stories
from pictopy_memories.domain.story import Story
from pictopy_memories.synthetic import Life, life

BORN = date(2021, 2, 27)
HIDDEN = 3


@dataclass
class Told:
    """A library told day after day, with its log of what was shown."""

    made: Life
    by_day: dict[date, list[Story]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)

    def tell(self, day: date, seed: int = 0) -> list[Story]:
        snapshot = self.made.snapshot(self._history(day), self._shown_days(day))
        planned = snapshot.plan(day, seed)
        self.by_day[day] = stories(planned, self.made.vectors(planned.photo_ids()))
        return self.by_day[day]

    def _history(self, day: date) -> History:
        before = [
            (story, abs((day - when).days)) for when, told in self.by_day.items() for story in told if when != day
        ]
        before.sort(key=lambda one: -one[1])
        return History(
            {story.key: days for story, days in before}, {story.kind: days for story, days in before}, self.verdicts
        )

    def _shown_days(self, day: date) -> dict[str, float]:
        distances = [(abs((day - when).days), told) for when, told in self.by_day.items() if when != day]
        distances.sort(key=lambda one: -one[0])
        return {slide.photo_id: float(days) for days, told in distances for story in told for slide in story.slides}


@pytest.fixture(scope="module")
def season() -> Told:
    """Five weeks over a New Year, a hidden person in the library."""
    told = Told(life(11, BORN, 5, days_with_photos=0.2, hidden=(HIDDEN,)))
    for n in range(35):
        told.tell(date(2025, 12, 10) + timedelta(days=n))
    return told


def test_every_day_has_stories_of_the_right_length(season: Told) -> None:
    """At most three a day, five to twenty slides, in time order, the cover among them."""
    for told in season.by_day.values():
        assert 1 <= len(told) <= STORIES_A_DAY
        for story in told:
            ids = [slide.photo_id for slide in story.slides]
            assert 5 <= len(ids) <= 20
            assert ids == sorted(ids)
            assert story.cover_photo_id in ids


def test_a_photo_rests_after_it_was_shown(season: Told) -> None:
    """No photo comes twice within thirty days, nor twice on one day."""
    last: dict[str, date] = {}
    for day, told in season.by_day.items():
        for photo_id in (slide.photo_id for story in told for slide in story.slides):
            assert photo_id not in last or (day - last[photo_id]).days >= REST_DAYS
            last[photo_id] = day


def test_a_burst_rests_with_its_shown_shot(season: Told) -> None:
    """The second best shot of yesterday's slide is not today's slide."""
    last: dict[str, date] = {}
    taken = {one.photo_id: one.taken_at_local for one in season.made.photos}
    for day, told in season.by_day.items():
        shown = {slide.photo_id for story in told for slide in story.slides}
        resting = [at for photo_id, when in last.items() if (day - when).days < REST_DAYS and (at := taken[photo_id])]
        assert all(abs((taken[one] - at).total_seconds()) > 12 for one in shown for at in resting)  # type: ignore[operator]  # all are dated
        last |= dict.fromkeys(shown, day)


def test_no_story_twice_in_a_year(season: Told) -> None:
    """A key that was told rests."""
    keys = [story.key for told in season.by_day.values() for story in told]
    assert len(keys) == len(set(keys))


def test_hidden_people_and_junk_never_appear(season: Told) -> None:
    """Not in a photo, not in a word."""
    hidden = {one.photo_id for one in season.made.people.values() if f"p{HIDDEN:02d}" in one.person_ids}
    shown = {slide.photo_id for told in season.by_day.values() for story in told for slide in story.slides}
    assert not shown & (hidden | season.made.junk)
    assert "David" not in str(season.by_day)


def test_everything_says_why(season: Told) -> None:
    """Each story and each slide has a reason, and the photos of a story are accounted for."""
    for story in (story for told in season.by_day.values() for story in told):
        assert story.reasons
        assert all(slide.reasons and slide.caption for slide in story.slides)
        assert all(one.count > 0 and one.reason for one in story.left_out)


@pytest.mark.parametrize("month", range(1, 13))
def test_what_day_it_is_comes_first(season: Told, month: int) -> None:
    """A day with plenty from its own past tells it, however good the other stories are."""
    day = date(2025, month, 9)
    planned = season.made.snapshot().plan(day, 0)
    plenty = any(one.candidate.kind == "on_this_day" and len(one.fit) >= 15 for one in planned.ranked)
    told = stories(planned, season.made.vectors(planned.photo_ids()))
    assert not plenty or "on_this_day" in {one.kind for one in told}


def test_several_kinds_take_turns(season: Told) -> None:
    """Five weeks are not one and the same."""
    assert len({story.kind for told in season.by_day.values() for story in told}) >= 5


def test_the_same_input_gives_the_same_stories(season: Told) -> None:
    """Library, history, day and seed decide; another order of arrival changes nothing."""
    day = date(2025, 7, 1)
    first = Told(season.made).tell(day)
    shuffled = Life(**vars(season.made))
    shuffled.photos = shuffled.photos[::-1]
    shuffled.events = shuffled.events[::-1]
    assert Told(shuffled).tell(day) == first
    assert Told(season.made).tell(day, seed=0) == first


def test_a_late_import_enters_today() -> None:
    """Photos that arrive after a day's stories were made are in them when they are made again."""
    made, today = life(12, BORN, 2), date(2024, 2, 20)
    full = Told(made).tell(today)
    story = next(one for one in full if one.kind == "on_this_day")
    late = {slide.photo_id for slide in story.slides}
    part = Life(**vars(made))
    part.photos = [one for one in made.photos if one.photo_id not in late]
    assert story not in Told(part).tell(today)
    assert story in Told(made).tell(today)


@pytest.mark.parametrize(("said", "times", "stays"), [("hide", 1, False), ("less", 2, False), ("more", 1, True)])
def test_what_the_user_says_counts_at_once(said: Said, times: int, stays: bool) -> None:
    """Hidden stories are gone, subjects that were twice unwelcome rest, welcome ones stay."""
    told = Told(life(13, BORN, 4, days_with_photos=0.1))
    day = date(2024, 8, 1)
    best = told.tell(day)[0]
    told.verdicts = [Verdict(f"s{n}", best.key, best.subject, best.kind, said, day) for n in range(times)]
    again = told.tell(day)
    assert (best.key in [one.key for one in again]) is stays
    if said == "more":
        assert "You asked for more like this" in again[0].reasons


def test_stories_that_were_seen_keep_their_place() -> None:
    """A rebuild adds beside them, and nothing of the same subject."""
    made = life(13, BORN, 4, days_with_photos=0.1)
    planned = made.snapshot().plan(date(2024, 8, 1), 0)
    vectors = made.vectors(planned.photo_ids())
    first = stories(planned, vectors)
    kept = [(first[0].kind, first[0].subject)]
    again = stories(planned, vectors, kept)
    assert len(again) == len(first) - 1
    assert first[0].subject not in {one.subject for one in again}


def test_a_handful_of_undated_photos_still_gives_a_story() -> None:
    """No date, no trip, no person: something to look at again, said honestly."""
    made = life(14, BORN, 1)
    made.photos = [type(one)(one.photo_id, 1) for one in made.photos[:40]]
    (story,) = Told(made).tell(date(2026, 5, 4))
    assert story.kind == "rediscover"
    assert "None of your photos has a date that can be relied on" in story.reasons[0]


def test_too_little_for_a_story_is_no_story() -> None:
    """Four photos are none."""
    made = life(14, BORN, 1)
    made.photos = made.photos[:4]
    assert Told(made).tell(date(2026, 5, 4)) == []
