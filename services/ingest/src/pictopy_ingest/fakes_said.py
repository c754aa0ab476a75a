"""The in-memory twin of `store_said`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.statements import JournalItem
from pictopy_ingest.domain.photos import Album, PhotoRow
from pictopy_ingest.ports_said import Conflict, OwnWrite


@dataclass
class SaidState:
    """What a transaction may change."""

    photos: dict[PhotoId, PhotoRow] = field(default_factory=dict)
    albums: dict[str, Album] = field(default_factory=dict)
    in_albums: set[tuple[str, PhotoId]] = field(default_factory=set)
    kept: dict[tuple[str, str], JournalItem] = field(default_factory=dict)
    own_writes: dict[tuple[LibraryId, bytes, str, str], OwnWrite] = field(default_factory=dict)
    conflicts: dict[int, Conflict] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)


class FakeSaid:
    def __init__(self, state: SaidState) -> None:
        self._said = state

    async def album_ids(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[str]]:
        found: dict[PhotoId, list[str]] = {}
        for album_id, photo_id in sorted(self._said.in_albums):
            if photo_id in photo_ids:
                found.setdefault(photo_id, []).append(album_id)
        return found

    async def albums_named(self, names: Collection[str]) -> dict[str, Album]:
        return {one.name: one for one in reversed(await self.all_albums()) if one.name in names}

    async def all_albums(self) -> list[Album]:
        return sorted(self._said.albums.values(), key=lambda one: (one.created_at, one.album_id))

    async def remove_empty_albums(self, prefix: str) -> None:
        held = {album_id for album_id, _ in self._said.in_albums}
        for album_id in [one for one in self._said.albums if one.startswith(prefix) and one not in held]:
            del self._said.albums[album_id]

    async def untold_photos(self, limit: int) -> list[PhotoRow]:
        rows = [row for _, row in sorted(self._said.photos.items())]
        return [row for row in rows if not row.statement_revision and row.stated.model_fields_set][:limit]

    async def keep_item(self, item: JournalItem) -> None:
        self._said.kept[item.kind, item.id] = item

    async def kept_items(self, kind: str, ids: Collection[str] | None = None) -> list[JournalItem]:
        found = [item for (one, key), item in sorted(self._said.kept.items()) if one == kind]
        return [item for item in found if ids is None or item.id in ids]

    async def forget_item(self, kind: str, statement_id: str) -> None:
        self._said.kept.pop((kind, statement_id), None)

    async def save_own_write(self, write: OwnWrite) -> None:
        self._said.own_writes.setdefault(_key(write), write)

    async def own_writes(self, library_id: LibraryId, paths: Collection[bytes]) -> list[OwnWrite]:
        found = [one for one in self._said.own_writes.values() if one.library_id == library_id and one.path in paths]
        return sorted(found, key=lambda one: (one.written_at, one.digest))

    async def forget_own_writes(self, writes: Sequence[OwnWrite]) -> None:
        for write in writes:
            self._said.own_writes.pop(_key(write), None)

    async def save_conflict(self, conflict: Conflict) -> None:
        number = conflict.conflict_id or len(self._said.conflicts) + 1
        self._said.conflicts[number] = replace(conflict, conflict_id=number)

    async def conflict(self, conflict_id: int) -> Conflict | None:
        return self._said.conflicts.get(conflict_id)

    async def paused(self) -> set[str]:
        return set(self._said.paused)

    async def pause(self, stage: str, at: datetime) -> None:
        self._said.paused.add(stage)

    async def resume(self, stage: str) -> None:
        self._said.paused.discard(stage)


def _key(write: OwnWrite) -> tuple[LibraryId, bytes, str, str]:
    return write.library_id, write.path, write.target, write.digest
