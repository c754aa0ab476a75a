"""Ingest: libraries, photos, the ledger of stages."""

from collections.abc import Mapping, Sequence
from typing import Any

from pictopy_ui import answers as a
from pictopy_ui.client.line import Line, part

LOOKUP_AT_ONCE = 200  # ids a request


class IngestClient:
    def __init__(self, line: Line) -> None:
        self._line = line

    def libraries(self) -> tuple[a.Library, ...]:
        return self._line.get("/v1/libraries", a.Listing[a.Library]).items

    def add_library(self, path: str, name: str | None = None) -> None:
        self._line.send("POST", "/v1/libraries", {"path": path} | ({"name": name} if name else {}))

    def remove_library(self, library_id: str) -> None:
        self._line.send("DELETE", f"/v1/libraries/{part(library_id)}")

    def scan(self, library_id: str) -> None:
        self._line.send("POST", f"/v1/libraries/{part(library_id)}/scan", {})

    def photos(self, cursor: str | None = None, limit: int = 60) -> a.Listing[a.PhotoFacts]:
        query = {"cursor": cursor, "limit": limit, "order": "taken"}
        page = self._line.get("/v1/photos", a.Listing[a.PhotoFacts], query)
        return page.model_copy(update={"items": tuple(photo for photo in page.items if not photo.hidden)})

    def photo(self, photo_id: str) -> a.PhotoFacts:
        return self._line.get(f"/v1/photos/{part(photo_id)}", a.PhotoFacts)

    def lookup(self, photo_ids: Sequence[str]) -> dict[str, a.PhotoFacts]:
        found: dict[str, a.PhotoFacts] = {}
        for start in range(0, len(photo_ids), LOOKUP_AT_ONCE):
            ids = list(photo_ids[start : start + LOOKUP_AT_ONCE])
            answer = self._line.post("/v1/photos/lookup", {"ids": ids}, a.Listing[a.PhotoFacts])
            found |= {photo.photo_id: photo for photo in answer.items}
        return found

    def edit(self, photo_id: str, changes: Mapping[str, Any]) -> None:
        self._line.send("PATCH", f"/v1/photos/{part(photo_id)}", changes)

    def activity(self) -> a.Activity:
        return self._line.get("/v1/activity", a.Activity)

    def failures(self, cursor: str | None = None) -> a.Listing[a.Failure]:
        return self._line.get("/v1/failures", a.Listing[a.Failure], {"cursor": cursor})

    def retry(self, failure: a.Failure) -> None:
        self._line.send("POST", "/v1/failures/retry", _which(failure))

    def skip(self, failure: a.Failure) -> None:
        self._line.send("POST", "/v1/failures/skip", _which(failure))

    def hold(self, stage: str, *, is_held: bool) -> None:
        self._line.send("POST", f"/v1/stages/{part(stage)}/{'pause' if is_held else 'resume'}", {})

    def conflicts(self, cursor: str | None = None) -> a.Listing[a.Conflict]:
        return self._line.get("/v1/conflicts", a.Listing[a.Conflict], {"cursor": cursor})

    def settle_conflict(self, conflict_id: str, side: str) -> None:
        self._line.send("POST", f"/v1/conflicts/{part(conflict_id)}/{part(side)}", {})

    def albums(self) -> tuple[a.Album, ...]:
        return self._line.get("/v1/albums", a.Listing[a.Album]).items

    def add_album(self, name: str) -> a.Album:
        return self._line.post("/v1/albums", {"name": name}, a.Album)

    def rename_album(self, album_id: str, name: str) -> None:
        self._line.send("PATCH", f"/v1/albums/{part(album_id)}", {"name": name})

    def remove_album(self, album_id: str) -> None:
        self._line.send("DELETE", f"/v1/albums/{part(album_id)}")

    def change_album(self, album_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        self._line.send("PUT", f"/v1/albums/{part(album_id)}/photos", {"add": list(add), "remove": list(remove)})

    def album_photos(self, album_id: str) -> tuple[str, ...]:
        return self._line.get(f"/v1/albums/{part(album_id)}/photos", a.Listing[str]).items


def _which(failure: a.Failure) -> dict[str, str]:
    """A dead letter goes by its own id; else the photo or the file, and the stage."""
    if failure.dead_id:
        return {"dead_id": failure.dead_id}
    named = {"photo_id": failure.photo_id, "stage": failure.stage or None}
    if not failure.photo_id:
        named["path"] = failure.path
    return {name: value for name, value in named.items() if value is not None}
