"""Home, and the trips away from it."""

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.outings import places
from pictopy_cluster.domain.timeline import Degrees, Flags, Timeline, distance_km

DAY_S = 86_400.0
DAY_STARTS_S = 4 * 3600.0
"""A day rolls over at four in the morning: parties run past midnight."""
CELL_DEG = 0.045
"""About 5 km of latitude: the size of a home's surroundings."""
QUARTER_DAYS = 91.3125
SECOND_HOME_SHARE = 0.25
"""A second cell with at least this share of the first one's days is a home as well, ..."""
SECOND_HOME_WEEKS = 3
"""... if it was seen in so many weeks: the one long holiday of a quiet year is no home."""
AWAY_KM = 50.0
PLACE_WITHIN_S = 36 * 3600.0
LONGEST_PAUSE_DAYS = 2
SHORTEST_S = 18 * 3600.0


def days_of(line: Timeline) -> NDArray[np.int64]:
    """(N,) number of the local day of each shot."""
    return np.floor((line.local - DAY_STARTS_S) / DAY_S).astype(np.int64)


def trips(line: Timeline) -> NDArray[np.int64]:
    """(N,) number of the trip of each shot, -1 at home."""
    result = np.full(len(line), -1, np.int64)
    if not len(line):
        return result
    lat, lon = places(line, PLACE_WITHIN_S)
    days = days_of(line)
    away = _is_away(line, days, lat, lon)
    first_last = _runs(days, away, ~np.isnan(lat))
    number = 0
    for first, last in first_last:
        shots = (days >= first) & (days <= last)
        inside = np.flatnonzero(shots & (away | np.isnan(lat)))
        if last > first and line.utc[inside[-1]] - line.utc[inside[0]] >= SHORTEST_S:
            result[inside[0] : inside[-1] + 1] = number
            number += 1
    return result


def _is_away(line: Timeline, days: NDArray[np.int64], lat: Degrees, lon: Degrees) -> Flags:
    quarter = np.floor(days / QUARTER_DAYS).astype(np.int64)
    away = np.zeros(len(line), bool)
    for one in np.unique(quarter):
        homes = _homes(line, days, (quarter >= one - 1) & (quarter <= one + 1))
        now = quarter == one
        far = [distance_km(lat[now], lon[now], *home) for home in homes]
        away[now] = np.all([d > AWAY_KM for d in far], axis=0) if far else False
    return away


def _homes(line: Timeline, days: NDArray[np.int64], during: Flags) -> list[tuple[float, float]]:
    """One or two places that have photos in most weeks of the time; days decide where weeks are equal."""
    located = np.flatnonzero(during & ~np.isnan(line.lat))
    if not len(located):
        return []
    cell = np.stack([np.round(line.lat[located] / CELL_DEG), np.round(line.lon[located] / CELL_DEG)], axis=1)
    cells, count = _counted(cell, days[located])
    _, weeks = _counted(cell, days[located] // 7)
    order = np.lexsort((-count, -weeks))
    is_home = (count >= SECOND_HOME_SHARE * count[order[0]]) & (weeks >= SECOND_HOME_WEEKS)
    best = [order[0], *(n for n in order[1:2] if is_home[n])]
    middle = [located[np.all(cell == cells[n], axis=1)] for n in best]
    return [(float(np.median(line.lat[rows])), float(np.median(line.lon[rows]))) for rows in middle]


def _counted(cell: NDArray[np.float64], times: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The cells in order, and in how many different `times` each was seen."""
    seen = np.unique(np.column_stack([cell, times]), axis=0)
    cells, count = np.unique(seen[:, :2], axis=0, return_counts=True)
    return cells, count


def _runs(days: NDArray[np.int64], away: Flags, located: Flags) -> list[tuple[int, int]]:
    """First and last day of each stretch of days mostly away."""
    each = np.unique(days[located])
    place = np.searchsorted(each, days[located])
    share = np.bincount(place, weights=away[located]) / np.maximum(np.bincount(place), 1)
    gone = each[share >= 0.5]
    home = each[share < 0.5]
    runs: list[tuple[int, int]] = []
    for day in gone.tolist():
        if runs and day - runs[-1][1] <= LONGEST_PAUSE_DAYS + 1 and not _between(home, runs[-1][1], day):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _between(days: NDArray[np.int64], first: int, last: int) -> bool:
    return bool(np.searchsorted(days, last) - np.searchsorted(days, first, side="right"))
