"""Which photos tell a story."""

from dataclasses import replace
from datetime import date, datetime, time

import numpy as np
import pytest

from pictopy_memories.domain.candidate import MAX_SLIDES, MIN_SLIDES, Spread
from pictopy_memories.domain.eligibility import gated
from pictopy_memories.domain.library import Library, Out
from pictopy_memories.domain.looks import SAME_COSINE, Vector
from pictopy_memories.domain.selection import select, shortlist, slides_for
from pictopy_memories.synthetic import Life, Maker, life

POOLS = range(6)


def library_of(made: Life) -> Library:
    snapshot = made.snapshot()
    return gated(Library.of(snapshot.columns, snapshot.persons, snapshot.in_photo, snapshot.events))


def vectors_of(made: Life, library: Library) -> dict[int, Vector]:
    by_id = made.vectors([one.photo_id for one in made.photos])
    return {row: by_id[photo_id] for row, photo_id in enumerate(library.columns.ids) if photo_id in by_id}


@pytest.mark.parametrize("seed", POOLS)
def test_no_two_alike_in_one_story(seed: int) -> None:
    """Near-duplicates never appear twice, whatever else they have going for them."""
    made = life(seed, date(2020, 5, 1), 1, days_with_photos=0.1)
    library = library_of(made)
    vectors = vectors_of(made, library)
    rows = shortlist(library, np.arange(len(library))[:300])
    chosen = select(library, rows, vectors, Spread.MOMENT).rows
    looks = np.stack([vectors[int(row)].values for row in chosen])
    assert np.max(looks @ looks.T - 2 * np.eye(len(looks))) < SAME_COSINE
    assert MIN_SLIDES <= len(chosen) <= MAX_SLIDES
    assert sorted(chosen) == list(chosen)


@pytest.mark.parametrize("seed", POOLS)
def test_a_burst_is_told_by_its_best_shot(seed: int) -> None:
    """Of shots taken within seconds the best one is shown."""
    made = life(seed, date(2020, 5, 1), 1, days_with_photos=0.1)
    library = library_of(made)
    vectors = vectors_of(made, library)
    chosen = select(library, shortlist(library, np.arange(len(library))[:300]), vectors, Spread.MOMENT)
    ids = [str(library.columns.ids[row]) for row in chosen.rows]
    best = [made.best_of_burst[made.burst_of[photo_id]] == photo_id for photo_id in ids if photo_id not in made.junk]
    assert np.mean(best) >= 0.9


def test_each_scene_before_a_second_photo_of_one() -> None:
    """Four scenes of very different size are all in the story."""
    maker = Maker(np.random.default_rng(3))
    for hour, shots in ((9, 60), (12, 3), (15, 2), (18, 4)):
        maker.scene(datetime.combine(date(2020, 5, 4), time(hour)), shots)
    library = library_of(maker.life)
    chosen = select(library, np.arange(len(library)), vectors_of(maker.life, library), Spread.MOMENT).rows
    assert {maker.life.scene_of[str(library.columns.ids[row])] for row in chosen} == {1, 2, 3, 4}


def test_without_any_model_time_keeps_them_apart() -> None:
    """A library that vision never saw still gives a story that is spread over its hours."""
    made = life(4, date(2020, 5, 1), 1)
    made.looks.clear()
    library = library_of(made)
    chosen = select(library, shortlist(library, np.arange(len(library))[:200]), {}, Spread.MOMENT).rows
    assert len(chosen) >= MIN_SLIDES
    assert np.min(np.diff(library.columns.taken[chosen]).astype(int)) > 2


def test_all_photos_are_accounted_for() -> None:
    """Chosen, in a burst, alike, no room: each fit photo is one of these."""
    made = life(5, date(2020, 5, 1), 1)
    library = library_of(made)
    rows = shortlist(library, np.arange(len(library))[:250])
    chosen = select(library, rows, vectors_of(made, library), Spread.MOMENT)
    assert len(chosen.rows) + chosen.in_bursts + chosen.similar + chosen.no_room == len(rows)


def test_the_gate_gives_the_first_reason() -> None:
    """Hidden outranks everything; a favourite may be blurred but never a screenshot."""
    made = life(6, date(2020, 5, 1), 1, hidden=(0,))
    first = made.photos[0].photo_id
    made.people = {first: replace(made.people[first], person_ids=())}
    made.photos = [
        replace(made.photos[0], favourite=True),
        replace(made.photos[1], hidden=True, is_screenshot=True),
        replace(made.photos[2], favourite=True, is_screenshot=True),
        replace(made.photos[3], rating=-1),
    ]
    for photo in made.photos:
        made.looks[photo.photo_id] = replace(made.looks[photo.photo_id], sharpness=0.0, labels=())
    out = library_of(made).out.tolist()
    assert out == [Out.FIT, Out.HIDDEN, Out.SCREENSHOT, Out.REJECTED]


def test_length_follows_what_there_is() -> None:
    """Few photos make a short story, many never more than twenty slides."""
    assert [slides_for(n) for n in (1, 6, 25, 100, 10_000)] == [5, 5, 10, 20, 20]
