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
        if house.changes:
            again = {"done": 0, "waiting": len(house.photos), "relook": len(house.photos), "eta_s": 600.0}
            vision = vision.model_copy(update=again | {"failed": 0, "paused": "vision" in house.held})
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

    def hold(self, stage: str, *, is_held: bool) -> None:
        (self._open().held.add if is_held else self._open().held.discard)(stage)

    def conflicts(self, cursor: str | None = None) -> a.Listing[a.Conflict]:
        return page_of(self._open().conflicts, cursor, 50)

    def settle_conflict(self, conflict_id: str, side: str) -> None:
        house = self._open()
        house.conflicts = [
            one.model_copy(update={"resolved": side}) if one.conflict_id == conflict_id else one
            for one in house.conflicts
        ]

    def albums(self) -> tuple[a.Album, ...]:
        return tuple(self._counted(album) for album in self._open().albums.values())

    def add_album(self, name: str) -> a.Album:
        house = self._open()
        album = a.Album(album_id=f"a{len(house.albums)}", name=name)
        house.albums[album.album_id] = album
        return album

    def rename_album(self, album_id: str, name: str) -> None:
        ids = self.album_photos(album_id)
        self.change_album(album_id, remove=ids)
        self._house.albums[album_id] = found("ingest", self._house.albums, album_id).model_copy(update={"name": name})
        self.change_album(album_id, add=ids)

    def remove_album(self, album_id: str) -> None:
        self.change_album(album_id, remove=self.album_photos(album_id))
        del self._house.albums[album_id]

    def change_album(self, album_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        name = found("ingest", self._open().albums, album_id).name
        for photo_id in (*add, *remove):
            others = tuple(one for one in self._house.photos[photo_id].albums if one != name)
            self._house.change(photo_id, albums=(*others, name) if photo_id in add else others)

    def album_photos(self, album_id: str) -> tuple[str, ...]:
        name = found("ingest", self._open().albums, album_id).name
        return tuple(photo.photo_id for photo in self._house.photos.values() if name in photo.albums)

    def _counted(self, album: a.Album) -> a.Album:
        return album.model_copy(update={"photo_count": len(self.album_photos(album.album_id))})
