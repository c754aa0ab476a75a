"""Wrong camera clocks, seen against the other cameras of the same hours.

One session of a camera (shots without a pause of a day and a half) is tried against the shots of clocks that can be
trusted: those that wrote their time zone. A shift is believed when it brings clearly more of the session next to
such a shot than the clock as it is. Nothing is written anywhere: only events and trips are made with it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.timeline import Seconds, Timeline, distance_km

SESSION_PAUSE_S = 36 * 3600.0
MIN_SHOTS = 12
"""A session of fewer shots says too little."""
STEP_S = 15 * 60.0
STEPS = 104
"""Shifts of a quarter of an hour up to 26 hours: zones, summer time, twelve hours, a day."""
LOCATED_SHARE = 0.9
NEAR_S = 600.0
"""A trusted shot so near supports a shift, the more the nearer."""
NEAR_KM = 30.0
MIN_RISE = 0.15
"""Support that a shift must add (design study 2), ..."""
MIN_RISE_FAR = 0.30
"""... and one of whole days, of which many more are tried."""
DAY_S = 86_400.0
BIN_S = 600.0


@dataclass(frozen=True)
class ClockError:
    """What to add to the clock for these shots, and how well that is supported."""

    shots: NDArray[np.int64]
    add_s: float
    support: float
    support_before: float


def trusted(line: Timeline) -> NDArray[np.bool_]:
    """Shots of cameras that set their clock by the network: those that write their time zone, as phones do; where no
    camera does, those with a place in nearly every shot."""
    cameras = np.unique(line.camera[line.has_offset & (line.camera >= 0)])
    if not len(cameras) and line.camera.max(initial=-1) >= 0:
        known = line.camera >= 0
        total = np.bincount(line.camera[known])
        located = np.bincount(line.camera[known], weights=~np.isnan(line.lat[known]))
        cameras = np.flatnonzero((total >= MIN_SHOTS) & (located >= LOCATED_SHARE * total))
    return np.asarray(np.isin(line.camera, cameras))


def clock_errors(line: Timeline) -> list[ClockError]:
    """Sessions of other cameras whose clock was wrong."""
    good = trusted(line)
    if not good.any():
        return []
    reference = _Reference(line, np.flatnonzero(good))
    found = [reference.error_of(shots) for shots in _sessions(line, ~good & (line.camera >= 0))]
    return [error for error in found if error]


def repaired(line: Timeline, errors: list[ClockError]) -> Timeline:
    by = np.zeros(len(line))
    for error in errors:
        by[error.shots] = error.add_s
    return line.shifted(by) if errors else line


def _sessions(line: Timeline, doubtful: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    sessions: list[NDArray[np.int64]] = []
    for camera in np.unique(line.camera[doubtful]):
        shots = np.flatnonzero(line.camera == camera)
        shots = shots[np.argsort(line.local[shots], kind="stable")]
        cuts = np.flatnonzero(np.diff(line.local[shots]) > SESSION_PAUSE_S) + 1
        sessions += [part for part in np.split(shots, cuts) if len(part) >= MIN_SHOTS]
    return sessions


class _Reference:
    """The trusted shots, ready to be asked how well a session fits among them. All in wall-clock seconds."""

    def __init__(self, line: Timeline, rows: NDArray[np.int64]) -> None:
        rows = rows[np.argsort(line.local[rows], kind="stable")]
        self.line, self.rows, self.local = line, rows, line.local[rows]
        self.first_bin = int(self.local[0] // DAY_S) * int(DAY_S // BIN_S)
        bins = (self.local // BIN_S).astype(np.int64) - self.first_bin
        days = int(bins[-1] // 144) + 1
        self.shot_in_bin = np.zeros((days, 144), np.float32)
        self.shot_in_bin.ravel()[bins] = 1.0

    def error_of(self, shots: NDArray[np.int64]) -> ClockError | None:
        before = self.support(shots, 0.0)
        near = [n * STEP_S for n in range(-STEPS, STEPS + 1)]
        far = [shift for shift in self._whole_days(shots) if abs(shift) > STEPS * STEP_S]
        tried = [(self.support(shots, shift), -abs(shift), shift) for shift in near + far]
        support, _, shift = max(tried)
        wanted = MIN_RISE if abs(shift) <= STEPS * STEP_S else MIN_RISE_FAR
        return ClockError(shots, shift, support, before) if shift and support - before >= wanted else None

    def support(self, shots: NDArray[np.int64], shift: float) -> float:
        """Mean nearness, 0..1, of the session's shots to trusted ones taken about there."""
        at: Seconds = self.line.local[shots] + shift
        place = np.clip(np.searchsorted(self.local, at), 1, max(len(self.local) - 1, 1))
        best = np.zeros(len(shots))
        for neighbour in (place - 1, np.minimum(place, len(self.local) - 1)):
            row = self.rows[neighbour]
            near = np.clip(1 - np.abs(self.local[neighbour] - at) / NEAR_S, 0, 1)
            line = self.line
            apart = distance_km(line.lat[shots], line.lon[shots], line.lat[row], line.lon[row]) > NEAR_KM
            best = np.maximum(best, np.where(apart, 0.0, near))
        return float(best.mean())

    def _whole_days(self, shots: NDArray[np.int64], keep: int = 12) -> list[float]:
        """The shifts by whole days, of any size, that bring most of the session into bins with a trusted shot."""
        bins = (self.line.local[shots] // BIN_S).astype(np.int64) - self.first_bin
        days = len(self.shot_in_bin)
        day, column = bins // 144, bins % 144
        first, last = -int(day.max()), days - 1 - int(day.min())
        hits = np.zeros(last - first + 1, np.float32)
        for one, where in zip(day.tolist(), column.tolist(), strict=True):
            low, high = max(first, -one), min(last, days - 1 - one)
            if high >= low:
                hits[low - first : high - first + 1] += self.shot_in_bin[one + low : one + high + 1, where]
        best = np.argsort(-hits, kind="stable")[:keep]
        return [float((first + n) * DAY_S) for n in best]
