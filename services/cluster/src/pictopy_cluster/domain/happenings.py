"""Events and trips of a whole library: a pure function of when and where its photos were taken."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.clocks import clock_errors, repaired
from pictopy_cluster.domain.outings import split
from pictopy_cluster.domain.timeline import Snap, Timeline, distance_km, timeline_of
from pictopy_cluster.domain.titles import title_of_event, title_of_trip
from pictopy_cluster.domain.trips import trips

Kind = Literal["event", "trip"]
NameOf = Callable[[float, float], str | None]
MIN_PHOTOS = 3
"""Fewer photos are everyday life, not an event."""
ONE_PLACE_KM = 25.0
"""A happening whose photos lie within this has a place; other ones have none in their title."""


@dataclass(frozen=True)
class Happening:
    """photo_ids: in the order of time, earliest first."""

    kind: Kind
    title: str
    started_at_local: datetime
    ended_at_local: datetime
    place: str | None
    latitude_deg: float | None
    longitude_deg: float | None
    photo_ids: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A trip, and the events inside it; or one event on its own."""

    trip: Happening | None
    events: tuple[Happening, ...]


def happenings(snaps: Sequence[Snap], titled: Mapping[str, str], name_of: NameOf) -> list[Found]:
    """titled: photo to the event that a person named. Screenshots, downloads and scans belong to none."""
    line = timeline_of(snaps)
    line = repaired(line, clock_errors(line))
    trip, event = trips(line), split(line, titled)
    whole = np.where(trip >= 0, trip, -1 - event)
    found = []
    for code in _in_order(whole):
        rows = np.flatnonzero(whole == code)
        inside = tuple(_events(line, rows, event, name_of))
        around = _happening("trip", line, rows, name_of) if code >= 0 else None
        if around or inside:
            found.append(Found(around, inside))
    return found


def _in_order(code: NDArray[np.int64]) -> list[int]:
    return [int(code[n]) for n in np.sort(np.unique(code, return_index=True)[1])]


def _events(line: Timeline, rows: NDArray[np.int64], event: NDArray[np.int64], name_of: NameOf) -> Iterable[Happening]:
    for part in np.split(rows, np.flatnonzero(np.diff(event[rows])) + 1):
        if len(part) >= MIN_PHOTOS:
            yield _happening("event", line, part, name_of)


def _happening(kind: Kind, line: Timeline, rows: NDArray[np.int64], name_of: NameOf) -> Happening:
    start, end = _local(line.local[rows].min()), _local(line.local[rows].max())
    spot = _middle(line, rows)
    place = name_of(*spot) if spot else None
    title = (title_of_trip if kind == "trip" else title_of_event)(start, end, place)
    ids = tuple(line.photo_ids[n] for n in rows)
    return Happening(kind, title, start, end, place, spot[0] if spot else None, spot[1] if spot else None, ids)


def _middle(line: Timeline, rows: NDArray[np.int64]) -> tuple[float, float] | None:
    """The median of the located shots, where most of them lie near it."""
    rows = rows[~np.isnan(line.lat[rows])]
    if not len(rows):
        return None
    lat, lon = float(np.median(line.lat[rows])), float(np.median(line.lon[rows]))
    away = distance_km(line.lat[rows], line.lon[rows], lat, lon)
    return (round(lat, 5), round(lon, 5)) if float(np.median(away)) <= ONE_PLACE_KM else None


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC).replace(tzinfo=None)
