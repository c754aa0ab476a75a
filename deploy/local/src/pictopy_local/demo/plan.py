"""Which pictures the demo library holds: a life of four years around one home, with trips. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from pictopy_local.demo.draw import Rng

SEED = 20
YEARS = 4
SIGHTS_DEG = 0.07  # travellers get around: several kilometres between one walk and the next


@dataclass(frozen=True)
class Place:
    name: str
    latitude_deg: float
    longitude_deg: float
    offset_min: int
    has_summer_time: bool = False
    altitude_m: int = 20


@dataclass(frozen=True)
class Camera:
    make: str
    model: str
    serial: str | None = None


@dataclass(frozen=True)
class Shot:
    """One picture to be painted. `burst` counts shots of the same scene a moment apart."""

    path: str
    scene: str
    seed: int
    taken_at_local: datetime
    place: Place
    camera: Camera
    latitude_deg: float
    longitude_deg: float
    burst: int = 0
    rating: int | None = None
    caption: str | None = None

    @property
    def offset_min(self) -> int:
        is_summer = self.place.has_summer_time and 4 <= self.taken_at_local.month <= 10
        return self.place.offset_min + (60 if is_summer else 0)


@dataclass(frozen=True)
class Trip:
    """`years_ago` and `month` say when it began."""

    folder: str
    place: Place
    years_ago: int
    month: int
    days: int
    scenes: tuple[str, ...]


@dataclass(frozen=True)
class Outing:
    folder: str
    day: date
    hour: float
    place: Place
    camera: Camera


HOME = Place("Freiburg", 47.9961, 7.8494, 60, has_summer_time=True, altitude_m=278)
PHONE = Camera("Google", "Pixel 7")
OLD_PHONE = Camera("Apple", "iPhone 13")
CAMERA = Camera("FUJIFILM", "X-T30", "9BQ04217")

TRIPS = (
    Trip(
        "Lisbon",
        Place("Lisbon", 38.7139, -9.1334, 0, True),
        3,
        5,
        5,
        ("skyline", "beach", "sunset", "plate", "city_night"),
    ),
    Trip(
        "Tromsø in winter",
        Place("Tromsø", 69.6492, 18.9553, 60, True),
        2,
        2,
        4,
        ("snow", "lake", "sunset", "city_night", "plate"),
    ),
    Trip(
        "Kyoto",
        Place("Kyoto", 35.0116, 135.7681, 540, altitude_m=50),
        2,
        10,
        8,
        ("forest", "garden", "city_night", "plate", "lake"),
    ),
    Trip(
        "Marrakesh",
        Place("Marrakesh", 31.6295, -7.9811, 60, altitude_m=466),
        1,
        4,
        6,
        ("desert", "plate", "sunset", "skyline", "mountains"),
    ),
)

SEASONS: dict[int, tuple[str, ...]] = {
    **dict.fromkeys((12, 1, 2), ("snow", "mountains", "plate", "city_night", "birthday")),
    **dict.fromkeys((3, 4, 5), ("garden", "forest", "skyline", "lake", "plate")),
    **dict.fromkeys((6, 7, 8), ("lake", "garden", "sunset", "mountains", "plate")),
    **dict.fromkeys((9, 10, 11), ("forest", "mountains", "sunset", "skyline", "plate")),
}


def plan(today: date) -> list[Shot]:
    """The same library for the same day, in the order in which it was taken."""
    rng = np.random.default_rng(SEED)
    shots = [
        *(shot for trip in TRIPS for shot in _trip(trip, today, rng)),
        *_everyday(today, rng),
        *_on_this_day(today, rng),
    ]
    past = sorted((shot for shot in shots if shot.taken_at_local.date() < today), key=lambda shot: shot.taken_at_local)
    return [replace(shot, path=_path(shot, number)) for number, shot in enumerate(past)]


def _trip(trip: Trip, today: date, rng: Rng) -> Iterator[Shot]:
    """A walk in the morning and one in the evening of each day."""
    start = _start(trip, today)
    for day in range(trip.days):
        for hour in (rng.uniform(9, 11), rng.uniform(17, 19)):
            camera = CAMERA if rng.random() < 0.6 else PHONE
            sight = replace(
                trip.place,
                latitude_deg=trip.place.latitude_deg + rng.normal(0, SIGHTS_DEG),
                longitude_deg=trip.place.longitude_deg + rng.normal(0, SIGHTS_DEG),
            )
            outing = Outing(f"Trips/{start.year} {trip.folder}", start + timedelta(day), hour, sight, camera)
            yield from _outing(rng, outing, trip.scenes, int(rng.integers(2, 4)))


def _start(trip: Trip, today: date) -> date:
    return date(today.year - trip.years_ago, trip.month, 6)


def _is_away(day: date, today: date) -> bool:
    """Nobody takes photos at home during a trip, or packs for it with a camera."""
    return any(timedelta(-2) <= day - _start(trip, today) <= timedelta(trip.days + 1) for trip in TRIPS)


def _everyday(today: date, rng: Rng) -> Iterator[Shot]:
    """An outing or two a month around home."""
    for month in range(YEARS * 12):
        year, number = divmod(today.month - 1 + month, 12)
        for _ in range(int(rng.integers(1, 3))):
            day = date(today.year - YEARS + year, number + 1, int(rng.integers(1, 29)))
            camera = OLD_PHONE if day.year < today.year - 1 else PHONE
            outing = Outing(str(day.year), day, rng.uniform(10, 17), HOME, camera)
            if not _is_away(day, today):
                yield from _outing(rng, outing, SEASONS[day.month], int(rng.integers(1, 4)))


def _on_this_day(today: date, rng: Rng) -> Iterator[Shot]:
    """The same party in each earlier year, so that today has a memory."""
    for years_ago in range(1, YEARS):
        day = anniversary(today, years_ago)
        outing = Outing(str(day.year), day, rng.uniform(15, 16), HOME, CAMERA)
        for shot in _outing(rng, outing, ("birthday", "garden", "plate", "lake"), 7):
            yield replace(shot, caption="Birthday party" if shot.scene == "birthday" else None)


def anniversary(today: date, years_ago: int) -> date:
    """The same day of an earlier year; the 28th for a 29th of February."""
    try:
        return today.replace(year=today.year - years_ago)
    except ValueError:
        return today.replace(year=today.year - years_ago, day=28)


def _outing(rng: Rng, outing: Outing, scenes: Sequence[str], pictures: int) -> Iterator[Shot]:
    """A picture every few minutes, each of something else, now and then three of the same within seconds."""
    taken = datetime.combine(outing.day, time()) + timedelta(seconds=int(outing.hour * 3600))
    order = rng.permutation(len(scenes))
    for number in range(pictures):
        shot = Shot(
            path=outing.folder,
            scene=scenes[order[number % len(scenes)]],
            seed=int(rng.integers(1 << 31)),
            taken_at_local=taken,
            place=outing.place,
            camera=outing.camera,
            latitude_deg=round(outing.place.latitude_deg + rng.normal(0, 0.006), 6),
            longitude_deg=round(outing.place.longitude_deg + rng.normal(0, 0.006), 6),
            rating=int(rng.integers(4, 6)) if rng.random() < 0.06 else None,
        )
        for burst in range(3 if rng.random() < 0.06 else 1):
            yield replace(shot, burst=burst, taken_at_local=taken + timedelta(seconds=burst * 2))
        taken += timedelta(seconds=int(rng.uniform(240, 1080)))


def _path(shot: Shot, number: int) -> str:
    """A name as that camera gives it."""
    taken = shot.taken_at_local
    names = {
        "Google": f"PXL_{taken:%Y%m%d_%H%M%S}{number:03d}.jpg",
        "Apple": f"IMG_{1000 + number}.JPG",
        "FUJIFILM": f"DSCF{4000 + number}.JPG",
    }
    return f"{shot.path}/{names[shot.camera.make]}"
