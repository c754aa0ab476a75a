"""Which photos of a `House` fit, and lists page by page."""

from collections.abc import Sequence
from typing import TypeVar

from pictopy_ui import answers as a
from pictopy_ui.domain.filters import Filters
from pictopy_ui.fakes.house import House
from pictopy_ui.ports import Refused, Unreachable

T = TypeVar("T")


def check(house: House, service: str) -> House:
    """The house, if this service answers in it."""
    if service in house.down:
        raise Unreachable(service, "connection refused")
    return house


def found(service: str, shelf: dict[str, T], key: str) -> T:
    if key not in shelf:
        raise Refused(service, f"Nothing is known of {key}", 404)
    return shelf[key]


def page_of(items: Sequence[T], cursor: str | None, limit: int) -> a.Listing[T]:
    """The cursor is the place in the list."""
    start = int(cursor or 0)
    end = start + limit
    return a.Listing(items=tuple(items[start:end]), next=str(end) if end < len(items) else None)


def fits(house: House, hit: a.Hit, filters: Filters) -> bool:
    photo = house.photos[hit.photo_id]
    people = {face.person_id for face in house.faces.values() if face.photo_id == hit.photo_id}
    day = f"{hit.taken_at_local:%Y-%m-%d}" if hit.taken_at_local else ""
    conditions = (
        photo.hidden == filters.hidden,
        set(filters.people) <= people,
        not filters.tag or filters.tag in hit.tags,
        not filters.event or filters.event == hit.event_id,
        not filters.place or filters.place in hit.places,
        not filters.album or filters.album in photo.albums,
        not filters.kind or filters.kind == hit.kind,
        not filters.favourite or photo.favourite,
        not filters.since or day >= filters.since,
        not filters.until or day <= filters.until,
        all(word in _words(house, hit, people) for word in filters.text.casefold().split()),
    )
    return all(conditions)


def _words(house: House, hit: a.Hit, people: set[str | None]) -> str:
    names = [house.people[one].name or "" for one in people if one in house.people]
    return " ".join(
        (*names, *hit.tags, *hit.places, f"{hit.taken_at_local:%Y}" if hit.taken_at_local else "")
    ).casefold()
