"""Photos as points in time and space, in arrays; what has no usable time is left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]
Degrees = NDArray[np.float64]
Flags = NDArray[np.bool_]

EARTH_KM = 6371.0
MAX_OFFSET_MIN = 14 * 60


@dataclass(frozen=True)
class Snap:
    """What the events are made of. `is_shot`: taken with a camera; screenshots, downloads and scans are not."""

    photo_id: str
    taken_at_local: datetime
    offset_min: int | None = None
    camera: str | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    is_shot: bool = True


@dataclass(frozen=True)
class Timeline:
    """Shots by time. local: seconds of the wall clock where it was taken; offset: seconds east of UTC, inferred where
    the camera wrote none; lat, lon: degrees, NaN where unknown; camera: codes, -1 unknown."""

    photo_ids: tuple[str, ...]
    local: Seconds
    offset: Seconds
    has_offset: Flags
    lat: Degrees
    lon: Degrees
    camera: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.photo_ids)

    @property
    def utc(self) -> Seconds:
        return self.local - self.offset

    def shifted(self, by: Seconds) -> "Timeline":
        """Each shot's clock put right by so many seconds, then in order again; offsets are inferred anew."""
        moved = replace(self, local=self.local + by)
        return moved.ordered(np.where(moved.has_offset, moved.offset, np.nan))

    def ordered(self, offset: Seconds) -> "Timeline":
        """In the order of UTC, then id. offset: (N,) seconds, NaN where the camera wrote none."""
        inferred = nearest_known(self.local, offset)
        inferred = np.where(np.isnan(inferred), 0.0, inferred)
        order = np.lexsort((np.array(self.photo_ids), self.local - inferred))
        return Timeline(
            tuple(self.photo_ids[n] for n in order),
            self.local[order],
            inferred[order],
            ~np.isnan(offset[order]),
            self.lat[order],
            self.lon[order],
            self.camera[order],
        )


def timeline_of(snaps: Sequence[Snap]) -> Timeline:
    """Only what was shot with a camera; the order given plays no part."""
    shots = [snap for snap in snaps if snap.is_shot]
    names = {name: code for code, name in enumerate(sorted({snap.camera for snap in shots if snap.camera}))}
    offset = np.array([_offset_s(snap.offset_min) for snap in shots], float)
    raw = Timeline(
        tuple(snap.photo_id for snap in shots),
        np.array([snap.taken_at_local.replace(tzinfo=UTC).timestamp() for snap in shots], float),
        np.zeros(len(shots)),
        ~np.isnan(offset),
        np.array([_degrees(snap.latitude_deg) for snap in shots], float),
        np.array([_degrees(snap.longitude_deg) for snap in shots], float),
        np.array([names.get(snap.camera or "", -1) for snap in shots], np.int64),
    )
    return raw.ordered(offset)


def _offset_s(minutes: int | None) -> float:
    return float("nan") if minutes is None or abs(minutes) > MAX_OFFSET_MIN else minutes * 60.0


def _degrees(value: float | None) -> float:
    return float("nan") if value is None else value


def nearest_known(at: Seconds, value: NDArray[np.float64], within_s: float = np.inf) -> NDArray[np.float64]:
    """(N,) own value, else that of the nearest in time that has one, NaN where none is near enough."""
    index = nearest_index(at, ~np.isnan(value), within_s)
    return np.where(index >= 0, value[index], np.nan)


def nearest_index(at: Seconds, known: Flags, within_s: float = np.inf) -> NDArray[np.int64]:
    """(N,) itself where known, else the nearest in time that is; -1 where none is within the limit."""
    own = np.arange(len(at))
    places = np.flatnonzero(known)
    if not len(places):
        return np.full(len(at), -1, np.int64)
    places = places[np.argsort(at[places], kind="stable")]
    times = at[places]
    after = np.clip(np.searchsorted(times, at), 0, len(places) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.where(np.abs(times[before] - at) <= np.abs(times[after] - at), before, after)
    near = np.abs(times[nearer] - at) <= within_s
    return np.where(known, own, np.where(near, places[nearer], -1))


def distance_km(
    lat: Degrees, lon: Degrees, other_lat: Degrees | float, other_lon: Degrees | float
) -> NDArray[np.float64]:
    """Great-circle distance; NaN where a place is unknown."""
    a, b, c, d = np.radians(lat), np.radians(lon), np.radians(other_lat), np.radians(other_lon)
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
