"""The import as a person sees it: a bar on a terminal, a line now and then elsewhere."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, Progress, TextColumn

from pictopy_local.activity import Activity
from pictopy_local.say import console, say

RATE_WINDOW_S = 20.0
LINE_EVERY_S = 5.0
BAR_CHARACTERS = 16  # with the text beside it within 80 columns


class View(Protocol):
    def show(self, activity: Activity) -> None: ...


class Rate:
    """Photos finished in a second, over the last `RATE_WINDOW_S`."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def add(self, done: int, now_s: float) -> float:
        self._points.append((now_s, done))
        while now_s - self._points[0][0] > RATE_WINDOW_S:
            self._points.popleft()
        (first_s, first), (last_s, last) = self._points[0], self._points[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else 0.0


def wording(activity: Activity, rate_per_s: float) -> str:
    """«120 done, 2 failed, 300 left · 12.4 photos/s · 0:24 to go»."""
    parts = [f"{activity.done:,} done", f"{activity.failed:,} failed", f"{activity.left:,} left"]
    text = ", ".join(parts)
    if activity.scanning:
        text += " · still reading folders"
    if rate_per_s > 0:
        text += f" · {rate_per_s:.1f} photos/s"
        if activity.left:
            text += f" · {_clock(activity.left / rate_per_s)} to go"
    return text


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class _Bar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._rate = Rate()
        self._task = progress.add_task("", total=None, text="importing")

    def show(self, activity: Activity) -> None:
        text = wording(activity, self._rate.add(activity.done, time.monotonic()))
        total = max(activity.total, 1)
        self._progress.update(self._task, completed=min(activity.done, total), total=total, text=text)


class _Lines:
    def __init__(self) -> None:
        self._rate = Rate()
        self._said = ""
        self._said_at = -LINE_EVERY_S

    def show(self, activity: Activity) -> None:
        now = time.monotonic()
        rate = self._rate.add(activity.done, now)
        facts = wording(activity, 0)
        if facts != self._said and now - self._said_at >= LINE_EVERY_S:
            say(f"importing: {wording(activity, rate)}")
            self._said, self._said_at = facts, now


@contextmanager
def import_view() -> Iterator[View]:
    if not console.is_terminal:
        yield _Lines()
        return
    columns = BarColumn(bar_width=BAR_CHARACTERS), TextColumn("{task.fields[text]}")
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress)
