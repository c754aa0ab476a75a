"""What one can ask for, already checked; everything given must hold."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pictopy_contracts.ids import EventId, LibraryId, PersonId, PhotoId
from pictopy_search.domain.text import Term

Order = Literal["newest", "oldest", "added", "quality", "relevance"]
Bucket = Literal["year", "month", "day"]
Kind = Literal["photo", "video"]


class BadQuery(ValueError):
    """A request that cannot be understood; the text tells a person what to change."""


@dataclass(frozen=True)
class Near:
    """Within `radius_km` of a point, along the surface of the earth."""

    latitude_deg: float
    longitude_deg: float
    radius_km: float


@dataclass(frozen=True)
class Among:
    """Photos that were found by meaning: as good as those that have the words. `scores` stand beside the ids."""

    photo_ids: tuple[PhotoId, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Filters:
    terms: tuple[Term, ...] = ()
    among: Among | None = None
    reads: tuple[Term, ...] = ()
    """Words that can be read in the picture."""
    since: datetime | None = None
    """Local time, belongs to the span; `until` does not."""
    until: datetime | None = None
    month: int | None = None
    """1..12, of any year."""
    people: tuple[tuple[PersonId, ...], ...] = ()
    """Of each group at least one: a name may belong to several people."""
    labels: tuple[str, ...] = ()
    """Keys (folded words) of keywords, tags or objects."""
    event: EventId | None = None
    place: tuple[Term, ...] = ()
    kind: Kind | None = None
    is_favourite: bool | None = None
    is_hidden: bool = False
    is_screenshot: bool | None = None
    camera: str | None = None
    """Folded words of make and model."""
    library: LibraryId | None = None
    album: str | None = None
    has_faces: bool | None = None
    min_rating: int | None = None
    near: Near | None = None

    def without_words(self) -> "Filters":
        """All but the words, spelled or meant."""
        return replace(self, terms=(), among=None)

    def between(self, since: datetime | None, until: datetime | None) -> "Filters":
        """Also within this span."""
        return replace(
            self,
            since=max((at for at in (self.since, since) if at), default=None),
            until=min((at for at in (self.until, until) if at), default=None),
        )


def parse_near(text: str, max_radius_km: float = 20_100.0) -> Near:
    """`latitude,longitude` or `latitude,longitude,radius_km`; without a radius 5 km. Raises BadQuery.

    The default of `max_radius_km` is half the circumference of the earth.
    """
    try:
        latitude, longitude, *rest = (float(part) for part in text.split(","))
        (radius,) = rest or (5.0,)
    except ValueError:
        raise BadQuery("near: give latitude,longitude,radius_km, for example 38.72,-9.14,5") from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 < radius <= max_radius_km):
        raise BadQuery("near: latitude is -90..90, longitude -180..180, the radius more than 0 km")
    return Near(latitude, longitude, radius)
