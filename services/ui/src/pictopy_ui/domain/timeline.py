"""The scrubber over a library's months."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from pictopy_ui.answers import Bucket

MOST_BARS = 144  # twelve years of months; longer libraries get a bar a year
SMALLEST_BAR = 0.06  # of the highest: one photo must be seen beside ten thousand


@dataclass(frozen=True)
class Bar:
    key: str
    """`2023-06` or `2023`."""
    title: str
    count: int
    height: float
    """0..1 of the highest; a root scale, so that one holiday does not flatten a decade."""
    year: str
    """Set on the first bar of each year."""


def bars(buckets: Sequence[Bucket]) -> tuple[Bar, ...]:
    """Oldest first; months without photos are left out, what has no date too."""
    counted = _counted(buckets, 7)
    if len(counted) > MOST_BARS:
        counted = _counted(buckets, 4)
    most = max(counted.values(), default=1)
    made: list[Bar] = []
    for key, count in counted.items():
        is_first = not made or made[-1].key[:4] != key[:4]
        height = max(SMALLEST_BAR, sqrt(count / most))
        made.append(Bar(key, title_of(key), count, height, key[:4] if is_first else ""))
    return tuple(made)


def title_of(key: str) -> str:
    """`June 2023` or `2023`."""
    return key if len(key) == 4 else f"{date.fromisoformat(key + '-01'):%B %Y}"


def last_day(key: str) -> str:
    """ISO date at which a grid that starts with this month or year begins."""
    if len(key) == 4:
        return f"{key}-12-31"
    year, month = int(key[:4]), int(key[5:7])
    return f"{key[:7]}-{monthrange(year, month)[1]:02}"


def _counted(buckets: Sequence[Bucket], length: int) -> dict[str, int]:
    counted: dict[str, int] = {}
    for bucket in sorted(buckets, key=lambda bucket: bucket.key):
        key = bucket.key[:length]
        if len(key) == length and bucket.count > 0:
            counted[key] = counted.get(key, 0) + bucket.count
    return counted
