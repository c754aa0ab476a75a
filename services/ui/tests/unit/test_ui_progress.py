import pytest

from pictopy_ui.answers import Activity, Health, StageProgress
from pictopy_ui.domain.progress import headline, health_word, stage_rows


def test_stages_stand_in_the_order_of_the_work() -> None:
    """Known stages come first in their order; an unknown one is shown rather than lost."""
    stages = {"ocr": StageProgress(), "search": StageProgress(), "preview": StageProgress(wanted=4, done=3, failed=1)}
    rows = stage_rows(Activity(stages=stages))
    assert [row.title for row in rows] == ["Previews", "Search", "Ocr"]
    assert (rows[0].done_share, rows[0].failed_share) == (0.75, 0.25)


def test_headline_says_pace_and_time_left() -> None:
    """While there is work, one line tells how much, how fast and how long."""
    busy = Activity(stages={"vision": StageProgress(wanted=10, done=4, waiting=6)}, rate_per_s=2.5, eta_s=90)
    assert headline(busy) == "Working on 6 photos · 2.5 a second · about 2 min left"
    assert headline(Activity(photos=4)) == "Everything is up to date"
    assert headline(Activity(scanning=True)) == "Looking through your folders"
    assert headline(Activity()) == "Nothing to do yet"


@pytest.mark.parametrize(
    ("health", "word"),
    [
        (Health(reachable=False), ("not reachable", "bad")),
        (Health(ready=False), ("not ready", "bad")),
        (Health(ready=True, settled=True), ("ready", "good")),
        (Health(ready=True, settled=False, pending={"a": 1200}, outbox=3), ("working, 1,203 to go", "busy")),
    ],
)
def test_health_in_a_word(health: Health, word: tuple[str, str]) -> None:
    """Each state of a service has one word and one tone."""
    assert health_word(health) == word
