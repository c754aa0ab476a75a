"""Search, answered out of a `House`."""

from collections.abc import Iterable

from pictopy_ui import answers as a
from pictopy_ui.domain.filters import Filters
from pictopy_ui.fakes.finding import check, fits, found, page_of
from pictopy_ui.fakes.house import House


class FakeSearch:
    def __init__(self, house: House) -> None:
        self._house = house

    def _hits(self, filters: Filters) -> list[a.Hit]:
        check(self._house, "search")
        found = [hit for hit in self._house.hits.values() if fits(self._house, hit, filters)]
        return sorted(found, key=lambda hit: hit.taken_at_local.isoformat() if hit.taken_at_local else "", reverse=True)

    def search(self, filters: Filters, cursor: str | None = None, limit: int = 60) -> a.Hits:
        page = page_of(self._hits(filters), cursor, limit)
        understood = [{"kind": "words", "text": filters.text, "values": [filters.text]}] if filters.text else []
        by = a.By(mode="words", why="no image model for words is installed, so the words about photos are searched")
        return a.Hits(items=page.items, next=page.next, understood=understood, by=by if filters.text else None)

    def facets(self, filters: Filters) -> a.Facets:
        hits = self._hits(filters)
        people = [
            a.Facet(value=one.person_id, label=one.name, count=one.photo_count) for one in self._house.people.values()
        ]
        events = [a.Facet(value=one.event_id, label=one.title, count=one.size) for one in self._house.events.values()]
        return a.Facets(
            total=len(hits),
            people=tuple(facet for facet in people if facet.label),
            events=tuple(events),
            tags=tuple(_counted(tag for hit in hits for tag in hit.tags)),
            places=tuple(_counted(place for hit in hits for place in hit.places)),
        )

    def timeline(self, filters: Filters, bucket: str = "month") -> tuple[a.Bucket, ...]:
        days = (hit.taken_at_local for hit in self._hits(filters))
        counted = _counted(f"{day:%Y-%m}" for day in days if day)
        return tuple(a.Bucket(key=facet.value, count=facet.count) for facet in counted)

    def photo(self, photo_id: str) -> a.Hit:
        check(self._house, "search")
        return found("search", self._house.hits, photo_id)

    def similar(self, photo_id: str, limit: int = 12) -> tuple[a.Hit, ...]:
        tags = self.photo(photo_id).tags
        return tuple(hit for hit in self._hits(Filters()) if hit.tags == tags and hit.photo_id != photo_id)[:limit]

    def model_change(self) -> a.ModelChange:
        return check(self._house, "search").model_change("image_embedding")


def _counted(values: Iterable[str]) -> list[a.Facet]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return [a.Facet(value=value, label=value, count=count) for value, count in counts.items()]
