"""Search: the read model of photos."""

from pictopy_ui import answers as a
from pictopy_ui.client.line import Line, part
from pictopy_ui.domain.filters import Filters


class SearchClient:
    def __init__(self, line: Line) -> None:
        self._line = line

    def search(self, filters: Filters, cursor: str | None = None, limit: int = 60) -> a.Hits:
        return self._line.get("/v1/search", a.Hits, {**filters.to_query(), "cursor": cursor, "limit": limit})

    def facets(self, filters: Filters) -> a.Facets:
        return self._line.get("/v1/facets", a.Facets, filters.to_query())

    def timeline(self, filters: Filters, bucket: str = "month") -> tuple[a.Bucket, ...]:
        return self._line.get("/v1/timeline", a.Listing[a.Bucket], {**filters.to_query(), "bucket": bucket}).items

    def photo(self, photo_id: str) -> a.Hit:
        return self._line.get(f"/v1/photos/{part(photo_id)}", a.Hit)

    def similar(self, photo_id: str, limit: int = 12) -> tuple[a.Hit, ...]:
        return self._line.get(f"/v1/photos/{part(photo_id)}/similar", a.Listing[a.Hit], {"limit": limit}).items

    def model_change(self) -> a.ModelChange:
        return self._line.get("/v1/model-change", a.ModelChange)
