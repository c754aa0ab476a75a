"""When a write that failed is tried again."""

from datetime import timedelta

_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))


def wait_after(attempts: int) -> timedelta:
    """Grows to half a day: a folder that was read-only may be so for a reason."""
    return _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]
