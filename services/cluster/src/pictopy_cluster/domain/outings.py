"""Where one event ends and the next begins: a gap that is long for its surroundings and for the distance moved.

Adaptive gap by place factor, design study 2 (boundary F1 .966 there against .925 of the best fixed gap).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.timeline import Degrees, Flags, Seconds, Timeline, distance_km, nearest_index

WINDOW = 8
"""Gaps on each side that say what is usual around here."""
USUAL_TIMES = 30.0
"""A gap so many times the usual one ends an event. This and the next four: seeds 21 to 24 of bench/gen_events.py; half
or twice of each costs at most .02 of boundary F1."""
BOUND_S = (45 * 60.0, 150 * 60.0)
"""Whatever is usual: never under 45 minutes, never over two and a half hours."""
NEAR_KM, NEAR_FACTOR = 1.5, 2.2
"""Within a walk of each other people pause longer in one event."""
FAR_KM, FAR_FACTOR = 3.0, 0.35
"""Having gone far, a short gap is enough."""
FLOOR_S, CEILING_S = 10 * 60.0, 4 * 3600.0
"""Whatever the place says: ten minutes end nothing, four hours end everything."""
PLACE_WITHIN_S = 3600.0
"""A shot without a place has that of the nearest shot within the hour."""
SHORTEST_GAP_S = 1.0


def places(line: Timeline, within_s: float = PLACE_WITHIN_S) -> tuple[Degrees, Degrees]:
    """(N,) latitudes and longitudes, inferred from neighbours in time where a shot has none."""
    index = nearest_index(line.utc, ~np.isnan(line.lat), within_s)
    known = index >= 0
    return np.where(known, line.lat[index], np.nan), np.where(known, line.lon[index], np.nan)


def split(line: Timeline, titled: Mapping[str, str] | None = None) -> NDArray[np.int64]:
    """(N,) event number of each shot, from 0, in the order of time. titled: photo to the event that a person named;
    two of those never become one."""
    if not len(line):
        return np.empty(0, np.int64)
    ends = _ends(line, np.diff(line.utc)) | _between_titled(line, titled or {})
    return np.concatenate([[0], np.cumsum(ends)]).astype(np.int64)


def _between_titled(line: Timeline, titled: Mapping[str, str]) -> Flags:
    """Where the last named event before a gap is not the first one after it: an end at the change."""
    ends = np.zeros(max(len(line) - 1, 0), bool)
    last: str | None = None
    for place, photo in enumerate(line.photo_ids):
        event = titled.get(photo)
        if event and last and event != last:
            ends[place - 1] = True
        last = event or last
    return ends


def _ends(line: Timeline, gaps: Seconds) -> Flags:
    lat, lon = places(line)
    moved = distance_km(lat[:-1], lon[:-1], lat[1:], lon[1:])
    bound = np.clip(USUAL_TIMES * _usual(gaps), *BOUND_S)
    bound = np.where(moved <= NEAR_KM, bound * NEAR_FACTOR, bound)
    bound = np.where(moved > FAR_KM, bound * FAR_FACTOR, bound)
    return np.asarray(gaps > np.clip(bound, FLOOR_S, CEILING_S))


def _usual(gaps: Seconds) -> Seconds:
    """Geometric mean of the gaps around each one, itself left out, long pauses cut so that one night counts little."""
    logs = np.log(np.clip(gaps, SHORTEST_GAP_S, 2 * BOUND_S[1]))
    total = np.concatenate([[0.0], np.cumsum(logs)])
    place = np.arange(len(gaps))
    low, high = np.maximum(place - WINDOW, 0), np.minimum(place + WINDOW + 1, len(gaps))
    others = np.maximum(high - low - 1, 1)
    return np.asarray(np.exp((total[high] - total[low] - logs) / others))
