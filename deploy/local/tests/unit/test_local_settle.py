"""When an import counts as over, as working, as stuck."""

from typing import Any

from pictopy_local.activity import Activity, Snapshot, StageCount
from pictopy_local.settle import SettleWatch

QUIET: dict[str, Any] = {"settled": True, "pending": {}, "outbox": 0, "backlog": {}}
BUSY: dict[str, Any] = {"settled": False, "pending": {"search__on_photo_added": 3}, "outbox": 0, "backlog": {}}


def snapshot(status: dict[str, Any] | None = QUIET, *, waiting: int = 0, scanning: bool = False) -> Snapshot:
    stage = StageCount(wanted=10, done=10 - waiting, waiting=waiting)
    return Snapshot(Activity(photos=10, stages={"vision": stage}, scanning=scanning), {"search": status})


def test_settled_must_hold_for_a_second() -> None:
    """One quiet look is not enough; quiet for a second is."""
    watch = SettleWatch(stall_s=60)
    assert watch.observe(snapshot(), 0.0) == "working"
    assert watch.observe(snapshot(), 0.5) == "working"
    assert watch.observe(snapshot(), 1.0) == "settled"


def test_new_work_starts_the_wait_anew() -> None:
    """Quiet time before new work does not count."""
    watch = SettleWatch(stall_s=60)
    watch.observe(snapshot(), 0.0)
    watch.observe(snapshot(BUSY), 0.6)
    assert watch.observe(snapshot(), 1.2) == "working"


def test_each_kind_of_work_keeps_it_open() -> None:
    """A scan, a waiting photo, a queue or a silent service: each alone means that it is not over."""
    for busy in (snapshot(scanning=True), snapshot(waiting=1), snapshot(BUSY), snapshot(None)):
        assert not busy.is_settled
    assert not Snapshot(None, {"search": QUIET}).is_settled


def test_no_change_for_long_is_a_stall() -> None:
    """Without any change the watch gives up; each step forward gives it new patience."""
    watch = SettleWatch(stall_s=60)
    assert watch.observe(snapshot(BUSY), 0) == "working"
    assert watch.observe(snapshot(BUSY, waiting=1), 50) == "working"
    assert watch.observe(snapshot(BUSY, waiting=1), 100) == "working"
    assert watch.observe(snapshot(BUSY, waiting=1), 111) == "stalled"


def test_a_service_that_only_restarts_is_a_stall() -> None:
    """Coming and going without getting on is no progress."""
    watch = SettleWatch(stall_s=60)
    for second in range(0, 60, 2):
        assert watch.observe(snapshot(BUSY), second) == "working"
        assert watch.observe(snapshot(None), second + 1) == "working"
    assert watch.observe(snapshot(BUSY), 62) == "stalled"


def test_what_is_left_is_named() -> None:
    """The report of a stall names stage, queue and silent service."""
    assert snapshot(BUSY, waiting=2).left() == {"stages": {"vision": 2}, "search": {"search__on_photo_added": 3}}
    assert snapshot(None).left() == {"search": "does not answer"}
