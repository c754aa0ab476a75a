"""What a person reads while photos are imported."""

from pictopy_local.activity import Activity, StageCount
from pictopy_local.progress import Rate, wording
from pictopy_local.report import StageClock


def activity(vision_done: int, *, failed: int = 0) -> Activity:
    return Activity(
        photos=90,
        videos=10,
        stages={
            "preview": StageCount(wanted=100, done=100),
            "vision": StageCount(wanted=100, done=vision_done, failed=failed, waiting=100 - vision_done - failed),
        },
        failed_files=1,
    )


def test_a_photo_is_done_when_it_has_left_every_stage() -> None:
    """The slowest stage counts, and failing is leaving too."""
    assert activity(40, failed=2).done == 42
    assert activity(40, failed=2).left == 58
    assert activity(40, failed=2).failed == 3


def test_the_line_has_all_that_was_promised() -> None:
    """Done, failed, left, rate and time left stand in one line."""
    assert wording(activity(40), 2.0) == "40 done, 1 failed, 60 left · 2.0 photos/s · 0:30 to go"


def test_the_rate_forgets_the_past() -> None:
    """Only the last twenty seconds count."""
    rate = Rate()
    rate.add(0, 0)
    assert rate.add(100, 10) == 10
    assert rate.add(100, 40) == 0


def test_stage_seconds_span_first_to_last_change() -> None:
    """A stage's seconds end with its last photo, whatever the others still do."""
    clock = StageClock()
    for second, done in enumerate((0, 50, 100, 100, 100)):
        clock.look(activity(done), second)
    assert clock.seconds()["vision"] == 2
    assert clock.seconds()["preview"] == 0
