"""In-memory twins of the ports, held to the same contract tests as the real ones."""

import copy
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import DeadLetter, Message, Stage
from pictopy_ingest.domain.photos import Album, FileRow, Library, PhotoRow, main_file
from pictopy_ingest.domain.scan import Known
from pictopy_ingest.domain.stages import StageRow
from pictopy_ingest.fakes_said import FakeSaid, SaidState
from pictopy_ingest.ports import (
    Activity,
    Cursor,
    Failure,
    FailureFilter,
    Order,
    Refused,
    Scan,
)
from pictopy_ingest.ports_said import Conflict

Key = tuple[LibraryId, bytes]


@dataclass
class FakeRefused:
    one: Refused
    at: datetime
    attempts: int = 1
    is_skipped: bool = False
    is_stale: bool = False


@dataclass
class State(SaidState):
    """Everything that a transaction may change."""

    libraries: dict[LibraryId, Library] = field(default_factory=dict)
    files: dict[Key, FileRow] = field(default_factory=dict)
    read_again: set[Key] = field(default_factory=set)
    refused: dict[Key, FakeRefused] = field(default_factory=dict)
    stages: dict[tuple[PhotoId, Stage], StageRow] = field(default_factory=dict)
    dead: dict[str, DeadLetter] = field(default_factory=dict)
    models: tuple[int, str] = (0, "")
    published: dict[str, Message] = field(default_factory=dict)


class FakeUnit(FakeSaid):
    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._state = state

    async def publish(self, message: Message, msg_id: str) -> None:
        if msg_id in self._state.published:
            raise AssertionError(f"two facts under one id: {msg_id}")
        self._state.published[msg_id] = message

    async def libraries(self) -> list[Library]:
        return sorted(self._state.libraries.values(), key=lambda one: (one.added_at, one.library_id))

    async def save_library(self, library: Library) -> None:
        self._state.libraries[library.library_id] = library

    async def remove_library(self, library_id: LibraryId) -> None:
        for key in [key for key in self._state.refused if key[0] == library_id]:
            del self._state.refused[key]
        del self._state.libraries[library_id]

    async def photos(self, photo_ids: Collection[PhotoId], *, for_change: bool = True) -> dict[PhotoId, PhotoRow]:
        return {one: self._state.photos[one] for one in sorted(photo_ids) if one in self._state.photos}

    async def save_photos(self, rows: Sequence[PhotoRow]) -> None:
        self._state.photos.update({row.photo_id: row for row in rows})

    async def files_of(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[FileRow]]:
        found: dict[PhotoId, list[FileRow]] = {}
        for file in sorted(self._state.files.values(), key=lambda file: file.path):
            if file.photo_id in photo_ids:
                found.setdefault(file.photo_id, []).append(file)
        return found

    async def files_at(self, library_id: LibraryId, paths: Collection[bytes]) -> dict[bytes, FileRow]:
        keys = [(library_id, path) for path in paths]
        return {key[1]: self._state.files[key] for key in keys if key in self._state.files}

    async def save_files(self, rows: Sequence[FileRow]) -> None:
        self._state.files.update({row.key: row for row in rows})
        self._state.read_again -= {row.key for row in rows}

    async def remove_files(self, library_id: LibraryId, paths: Collection[bytes]) -> None:
        for path in paths:
            self._state.files.pop((library_id, path), None)

    async def album_names(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[str]]:
        found: dict[PhotoId, list[str]] = {}
        for name, photo_id in sorted((self._state.albums[one].name, photo) for one, photo in self._state.in_albums):
            if photo_id in photo_ids:
                found.setdefault(photo_id, []).append(name)
        return found

    async def save_refused(self, library_id: LibraryId, refused: Sequence[Refused], at: datetime) -> None:
        for one in refused:
            before = self._state.refused.get((library_id, one.seen.path))
            attempts = before.attempts + 1 if before else 1
            self._state.refused[library_id, one.seen.path] = FakeRefused(one, at, attempts, is_stale=one.is_passing)

    async def forget_refused(self, library_id: LibraryId, paths: Collection[bytes]) -> None:
        for path in paths:
            self._state.refused.pop((library_id, path), None)

    async def album(self, album_id: str) -> Album | None:
        return self._state.albums.get(album_id)

    async def save_album(self, album: Album) -> None:
        self._state.albums[album.album_id] = replace(album, photo_count=0)

    async def remove_album(self, album_id: str) -> None:
        self._state.albums.pop(album_id, None)
        self._state.in_albums = {pair for pair in self._state.in_albums if pair[0] != album_id}

    async def album_photos(self, album_id: str) -> list[PhotoId]:
        return sorted(photo_id for one, photo_id in self._state.in_albums if one == album_id)

    async def put_in_album(self, album_id: str, photo_ids: Collection[PhotoId]) -> None:
        self._state.in_albums |= {(album_id, one) for one in photo_ids if one in self._state.photos}

    async def take_from_album(self, album_id: str, photo_ids: Collection[PhotoId]) -> None:
        self._state.in_albums -= {(album_id, one) for one in photo_ids}

    async def wanted_version(self) -> tuple[int, str]:
        return self._state.models

    async def want_version(self, revision: int, version: str) -> None:
        self._state.models = (revision, version)
        for key, row in self._state.stages.items():
            if row.stage == "vision" and row.wanted_version != version:
                self._state.stages[key] = _wanting(row, version)

    async def stage_rows(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, dict[Stage, StageRow]]:
        found: dict[PhotoId, dict[Stage, StageRow]] = {}
        for (photo_id, stage), row in sorted(self._state.stages.items()):
            if photo_id in photo_ids:
                found.setdefault(photo_id, {})[stage] = row
        return found

    async def save_stage_rows(self, rows: Sequence[StageRow]) -> None:
        self._state.stages.update({(row.photo_id, row.stage): row for row in rows})

    async def save_dead(self, letter: DeadLetter) -> None:
        self._state.dead[letter.dead_id] = letter

    async def dead(self, dead_ids: Collection[str]) -> list[DeadLetter]:
        return [self._state.dead[one] for one in sorted(dead_ids) if one in self._state.dead]

    async def forget_dead(self, photo_id: PhotoId, durable: str) -> None:
        about = [one for one in self._state.dead.values() if (one.photo_id, one.durable) == (photo_id, durable)]
        await self.remove_dead([one.dead_id for one in about])

    async def remove_dead(self, dead_ids: Collection[str]) -> None:
        for dead_id in dead_ids:
            self._state.dead.pop(dead_id, None)


def _wanting(row: StageRow, version: str) -> StageRow:
    is_done = row.done_version == version
    if row.status == "waiting" and is_done:
        return replace(row, wanted_version=version, status="done")
    if row.status == "done" and not is_done:
        return replace(row, wanted_version=version, status="waiting", sent_at=None, sent_count=0)
    return replace(row, wanted_version=version)


class FakeStore:
    def __init__(self) -> None:
        self.state = State()
        self.scan_rows: list[Scan] = []
        self.units = 0
        """Transactions so far."""

    @property
    def published(self) -> list[Message]:
        return list(self.state.published.values())

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[FakeUnit]:
        self.units += 1
        working = copy.copy(self.state)
        for name, value in vars(self.state).items():
            setattr(working, name, copy.copy(value))
        yield FakeUnit(working)
        self.state = working

    async def known_files(self, library_id: LibraryId) -> dict[bytes, Known]:
        refused = {
            path: Known(None if row.is_stale else row.one.seen.stamp)
            for (one, path), row in self.state.refused.items()
            if one == library_id
        }
        files = {
            key[1]: Known(None if key in self.state.read_again else row.stamp, row.photo_id)
            for key, row in self.state.files.items()
            if key[0] == library_id
        }
        return refused | files

    async def photo_page(
        self, order: Order, after: Cursor | None, limit: int, library_id: LibraryId | None
    ) -> list[PhotoRow]:
        keyed = [((row.sort_time(order), row.photo_id), row) for row in self._present()]
        held = {file.photo_id for file in self.state.files.values() if library_id in {None, file.library_id}}
        keyed = [pair for pair in keyed if (after is None or pair[0] < after) and pair[1].photo_id in held]
        return [row for _, row in sorted(keyed, key=lambda pair: pair[0], reverse=True)[:limit]]

    def _present(self) -> list[PhotoRow]:
        return [row for row in self.state.photos.values() if row.is_present]

    async def stated_photos(self) -> list[PhotoRow]:
        return [row for _, row in sorted(self.state.photos.items()) if row.stated.model_fields_set]

    async def failures(self, after: Cursor | None, limit: int, wanted: FailureFilter) -> list[Failure]:
        found = [
            one for one in self._failures() if _matches(one, wanted) and (after is None or (one.at, one.key) < after)
        ]
        return sorted(found, key=lambda one: (one.at, one.key), reverse=True)[:limit]

    def _failures(self) -> list[Failure]:
        return [*self._refused_failures(), *self._stage_failures(), *self._dead_failures()]

    def _refused_failures(self) -> list[Failure]:
        return [
            Failure(
                f"file:{library}:{path.hex()}", row.one.stage, row.one.reason, row.attempts, row.at, None, library, path
            )
            for (library, path), row in self.state.refused.items()
            if not row.is_skipped
        ]

    def _stage_failures(self) -> list[Failure]:
        found = []
        for row in self.state.stages.values():
            if row.status == "failed" and self.state.photos[row.photo_id].is_present:
                file = main_file([one for one in self.state.files.values() if one.photo_id == row.photo_id])
                where = file.key if file else (None, None)
                key, at = f"stage:{row.photo_id}:{row.stage}", row.finished_at or datetime.min.replace(tzinfo=UTC)
                found.append(Failure(key, row.stage, row.last_error or "", row.attempts, at, row.photo_id, *where))
        return found

    def _dead_failures(self) -> list[Failure]:
        return [
            Failure(
                f"dead:{one.dead_id}",
                one.durable,
                one.reason,
                one.attempts,
                one.died_at,
                one.photo_id,
                dead_id=one.dead_id,
            )
            for one in self.state.dead.values()
        ]

    async def reread_photo(self, photo_id: PhotoId) -> None:
        self.state.read_again |= {key for key, file in self.state.files.items() if file.photo_id == photo_id}

    async def reread_refused(self, library_id: LibraryId, path: bytes) -> None:
        self.state.refused[library_id, path].is_stale = True

    async def skip_refused(self, library_id: LibraryId, path: bytes) -> None:
        self.state.refused[library_id, path].is_skipped = True

    async def albums(self) -> list[Album]:
        counts = Counter(album for album, photo in self.state.in_albums if self.state.photos[photo].is_present)
        found = [replace(album, photo_count=counts[album.album_id]) for album in self.state.albums.values()]
        return sorted(found, key=lambda album: (album.name, album.album_id))

    async def activity(self, since: datetime) -> Activity:
        kinds = Counter(row.facts.kind for row in self._present())
        stages: dict[str, dict[str, int]] = {}
        for row in self.state.stages.values():
            if self.state.photos[row.photo_id].is_present:
                counts = stages.setdefault(row.stage, {})
                counts[row.status] = counts.get(row.status, 0) + 1
        failed = sum(not row.is_skipped for row in self.state.refused.values())
        relooks = Counter[str](row.stage for row in self._waiting() if row.done_version is not None)
        ended = [row for row in self.state.stages.values() if row.finished_at and row.finished_at > since]
        return Activity(
            kinds["photo"],
            kinds["video"],
            stages,
            failed,
            len(self.state.dead),
            relooks=dict(relooks),
            paused=frozenset(self.state.paused),
            finished=dict(Counter[str](row.stage for row in ended)),
        )

    def _waiting(self) -> list[StageRow]:
        rows = [row for row in self.state.stages.values() if row.status == "waiting"]
        return [row for row in rows if self.state.photos[row.photo_id].is_present]

    def _rests(self, row: StageRow) -> bool:
        return row.done_version is not None and row.stage in self.state.paused

    async def due(self, now: datetime, stalled_s: float, limit: int) -> list[StageRow]:
        early = datetime.min.replace(tzinfo=UTC)
        present = [row for row in self._waiting() if not self._rests(row)]
        new = [row for row in present if row.sent_at is None and (row.stage != "vision" or row.done_version is None)]
        found = [*new, *(row for row in present if row.sent_at and self._is_lost(row, now, stalled_s))]
        return sorted(found, key=lambda row: (row.sent_at or early, row.photo_id))[:limit]

    def _is_lost(self, row: StageRow, now: datetime, stalled_s: float) -> bool:
        assert row.sent_at is not None
        finished = [one.finished_at for one in self.state.stages.values() if one.stage == row.stage and one.finished_at]
        patience = timedelta(seconds=stalled_s * 2 ** min(row.sent_count - 1, 6))
        return row.sent_at < now - patience and max(finished, default=row.sent_at) < now - timedelta(seconds=stalled_s)

    async def relooks_due(self, limit: int) -> list[PhotoId]:
        rows = [row for row in self._waiting() if row.stage == "vision" and row.sent_at is None]
        return [row.photo_id for row in rows if row.done_version is not None and not self._rests(row)][:limit]

    async def in_flight(self, since: datetime) -> tuple[int, int]:
        rows = [row for row in self.state.stages.values() if row.stage == "vision" and row.status == "waiting"]
        sent = [row for row in rows if row.sent_at is not None and row.sent_at > since]
        return len(sent), sum(row.done_version is not None for row in sent)

    async def never_sent(self) -> int:
        return sum(row.sent_at is None and not self._rests(row) for row in self._waiting())

    async def conflicts(self, after: Cursor | None, limit: int) -> list[Conflict]:
        keyed = [((one.at, f"{number:020}"), one) for number, one in self.state.conflicts.items()]
        before = (after[0], f"{int(after[1]):020}") if after else None
        found = [pair for pair in keyed if before is None or pair[0] < before]
        return [one for _, one in sorted(found, key=lambda pair: pair[0], reverse=True)][:limit]

    async def start_scan(self, library_id: LibraryId, at: datetime) -> Scan:
        self.scan_rows.append(Scan(len(self.scan_rows) + 1, library_id, "running", at))
        return self.scan_rows[-1]

    async def end_scan(self, scan: Scan) -> None:
        self.scan_rows[scan.scan_id - 1] = scan

    async def interrupt_scans(self, at: datetime) -> None:
        rows = self.scan_rows
        self.scan_rows = [
            replace(one, state="interrupted", ended_at=at) if one.state == "running" else one for one in rows
        ]

    async def scans(self, limit: int) -> list[Scan]:
        return self.scan_rows[::-1][:limit]


def _matches(one: Failure, wanted: FailureFilter) -> bool:
    return all(value is None or getattr(one, name) == value for name, value in vars(wanted).items())
