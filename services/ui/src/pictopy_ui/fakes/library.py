"""Ingest, answered out of a `House`."""

from collections.abc import Mapping, Sequence
from typing import Any

from pictopy_ui import answers as a
from pictopy_ui.fakes.finding import check, found, page_of
from pictopy_ui.fakes.house import House
from pictopy_ui.ports import Refused


class FakeIngest:
    def __init__(self, house: House) -> None:
        self._house = house

    def _open(self) -> House:
        check(self._house, "ingest")
        return self._house

    def libraries(self) -> tuple[a.Library, ...]:
        return tuple(self._open().libraries)

    def add_library(self, path: str, name: str | None = None) -> None:
        house = self._open()
        if not path.startswith("/"):
            raise Refused("ingest", "A folder needs its whole path", 422)
        house.libraries.append(a.Library(library_id=f"l{len(house.libraries) + 1}", name=name or path, root=path))

    def remove_library(self, library_id: str) -> None:
        house = self._open()
        house.libraries = [library for library in house.libraries if library.library_id != library_id]

    def scan(self, library_id: str) -> None:
        self._open().asked.append(("scan", library_id))

    def photos(self, cursor: str | None = None, limit: int = 60) -> a.Listing[a.PhotoFacts]:
        shown = [photo for photo in self._open().photos.values() if not photo.hidden]
        return page_of(shown, cursor, limit)

    def photo(self, photo_id: str) -> a.PhotoFacts:
        return found("ingest", self._open().photos, photo_id)

    def lookup(self, photo_ids: Sequence[str]) -> dict[str, a.PhotoFacts]:
        photos = self._open().photos
        return {photo_id: photos[photo_id] for photo_id in photo_ids if photo_id in photos}

    def edit(self, photo_id: str, changes: Mapping[str, Any]) -> None:
        self.photo(photo_id)
        self._house.change(photo_id, **changes)

    def activity(self) -> a.Activity:
        house = self._open()
        done = a.StageProgress(wanted=len(house.photos), done=len(house.photos))
        vision = a.StageProgress(
            wanted=len(house.photos), done=max(0, len(house.photos) - 1), failed=min(1, len(house.photos))
        )
        stages = {"preview": done, "vision": vision, "cluster": done, "search": done}
        return a.Activity(photos=len(house.photos), stages=stages, failed_files=len(house.failures))

    def failures(self, cursor: str | None = None) -> a.Listing[a.Failure]:
        return page_of(self._open().failures, cursor, 50)

    def retry(self, failure: a.Failure) -> None:
        self._settle("retry", failure)

    def skip(self, failure: a.Failure) -> None:
        self._settle("skip", failure)

    def _settle(self, how: str, failure: a.Failure) -> None:
        house = self._open()
        house.asked.append((how, failure.dead_id or failure.photo_id or failure.path))
        house.failures = [one for one in house.failures if one != failure]
