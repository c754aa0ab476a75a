"""What the writer of files needs from the outside."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import (
    EventChanged,
    FileRef,
    Message,
    PersonChanged,
    Photo,
    PhotoAnalysed,
    PhotoPeopleAssigned,
)
from pictopy_contracts.statements import Statement
from pictopy_exif.domain.counting import DryRun
from pictopy_exif.domain.journal import Entry, Key
from pictopy_exif.domain.readout import Readout
from pictopy_exif.domain.records import JournalState, NewWrite, PhotoState, Rules, Wish, Write, WriteStatus
from pictopy_exif.domain.targets import FileFacts
from pictopy_exif.domain.wishes import Stated, Wishes
from pictopy_runtime.workers import Workers


class Unreadable(ValueError):
    """The second reader cannot make sense of the bytes."""


class MetadataReader(Protocol):
    """A reader that shares no code with the writer."""

    @property
    def version(self) -> str: ...

    def read(self, data: bytes) -> Readout:
        """Raises: Unreadable."""
        ...


class Disk(Protocol):
    """The file system, one step at a time; each may raise OSError, and each is a place where power may fail."""

    def facts(self, path: Path) -> FileFacts: ...

    def read(self, path: Path, size: int | None = None) -> bytes:
        """`size`: so many bytes from the start, at most."""
        ...

    def tail(self, path: Path, start: int = 0) -> Iterator[memoryview]:
        """All from `start` on, in pieces that are overwritten by the next one."""
        ...

    def exists(self, path: Path) -> bool: ...

    def names(self, folder: Path) -> set[str]: ...

    def write_temp(
        self, temp: Path, data: bytes, like: Path, *, is_same_file: bool, tail_from: int | None = None
    ) -> None:
        """Write and sync a new file with the mode of `like`; for the same file also its owner, extended attributes
        and, where wanted, its time. `tail_from`: behind the data goes what stands in `like` from there on."""
        ...

    def replace(self, temp: Path, path: Path) -> None:
        """Atomically."""
        ...

    def remove(self, path: Path) -> None:
        """Nothing happens where there is nothing."""
        ...

    def sync_folder(self, folder: Path) -> None: ...

    def make_folder(self, folder: Path) -> None:
        """Nothing happens where it is there already."""
        ...

    def remove_folder(self, folder: Path) -> None:
        """Nothing happens where it is not empty."""
        ...


class Unit(Protocol):
    """One transaction. Each `put_` keeps what is newer and drops what is not: any order of arrival ends alike.

    `mark` makes a photo due to be looked at, if a human stated anything about it or we have written for it.
    """

    async def put_library(self, library_id: LibraryId, revision: int, root: str | None) -> list[PhotoId]:
        """`root` None: it was taken out. Returns the photos with a file in it."""
        ...

    async def put_photo(self, photo: Photo) -> None: ...

    async def put_files(self, photo_id: PhotoId, revision: int, files: Sequence[FileRef]) -> None: ...

    async def put_people(self, assigned: PhotoPeopleAssigned) -> None: ...

    async def put_person(self, person: PersonChanged) -> list[PhotoId]:
        """Photos of the person, and of those merged into it, if what is written of it changed."""
        ...

    async def put_event(self, event: EventChanged) -> list[PhotoId]:
        """Photos that are or were in the event, if what is written of it changed for them."""
        ...

    async def put_stated(self, photo_id: PhotoId, stated: Stated) -> None:
        """What was asked by hand; it also ends the silence about undone wishes."""
        ...

    async def mark(self, photo_ids: Collection[PhotoId], delay_s: float) -> None: ...

    async def mark_all(self) -> None: ...

    async def settle(self, photo_id: PhotoId, seen: Wish, now: Wish, wait_s: float | None) -> None:
        """Note where the wishes stand; a mark that came since `seen` keeps the photo due. `wait_s`: look again then."""
        ...

    def at_once(self) -> AbstractAsyncContextManager[object]:
        """What is said inside, and answers nothing, goes to the database together."""
        ...

    async def begin_all(self, news: Sequence[NewWrite]) -> list[int]:
        """As `begin`, for several: their ids in the same order."""
        ...

    async def begin(self, new: NewWrite) -> int:
        """A pending row; replaces what failed before for this file. Returns its id."""
        ...

    async def note_failure(self, new: NewWrite, reason: str) -> None: ...

    async def finish(
        self,
        write_id: int,
        status: WriteStatus,
        *,
        verified: bool,
        reason: str | None = None,
        found: Sequence[str] | None = None,
    ) -> None:
        """`found`: what the second reader found of the wishes; None leaves what was noted."""
        ...

    async def begin_undo(self, write_id: int, path: str, written_path: str) -> None:
        """The paths are those of now: the photo may have moved."""
        ...

    async def set_rules(self, rules: Rules) -> None: ...

    async def confirm(self, photo_id: PhotoId, wishes: Wishes) -> None:
        """These are the wishes that the user saw and confirmed."""
        ...

    async def put_machine_tags(self, analysed: PhotoAnalysed) -> None: ...

    async def publish(self, message: Message, msg_id: str) -> None:
        """In the same transaction."""
        ...


class Store(Protocol):
    def unit(self) -> AbstractAsyncContextManager[Unit]:
        """One writer at a time: wishes follow from several sources, and of two writers that each see only their own
        half, the face and the name, neither would mark the photo."""
        ...

    async def photo(self, photo_id: PhotoId) -> PhotoState | None: ...

    async def photos(self, photo_ids: Sequence[PhotoId]) -> list[PhotoState]:
        """Those that are known, in the order given."""
        ...

    async def roots(self) -> dict[LibraryId, str]:
        """Of libraries that are not taken out."""
        ...

    async def claim(self, limit: int) -> list[PhotoId]:
        """Due ones, longest waiting first. Each is due again after a pause that grows with its attempts, unless it is
        settled: a photo that ends the process is not the first one that the next process takes up."""
        ...

    async def waiting(self) -> int:
        """Photos to be looked at, without those that failed and are only tried again."""
        ...

    async def write(self, write_id: int) -> Write | None: ...

    async def undo_bytes(self, write_ids: Sequence[int]) -> dict[int, bytes]: ...

    async def writes(self, write_ids: Sequence[int]) -> list[Write]:
        """In any order."""
        ...

    async def writes_of(self, *photo_ids: PhotoId) -> list[Write]:
        """Oldest first."""
        ...

    async def unsettled(self) -> list[Write]:
        """Pending and undoing ones."""
        ...

    async def undoable(self, day: date | None) -> list[int]:
        """Written ones, of one UTC day or all, newest first."""
        ...

    async def ledger(
        self,
        photo_id: PhotoId | None,
        before: int | None,
        limit: int,
        *,
        day: date | None = None,
        status: WriteStatus | None = None,
    ) -> list[Write]:
        """Newest first, with ids under `before`; `day`: in UTC, when it was begun."""
        ...

    async def wished(self, after: str, limit: int) -> list[PhotoId]:
        """Photos that anything was ever stated about, by id, those after `after`."""
        ...

    async def wishes(self, state: str, after: str, limit: int) -> list[tuple[PhotoId, Wish]]:
        """By photo id, those after `after`."""
        ...

    async def rules(self) -> Rules: ...

    async def counts(self) -> dict[str, dict[str, int]]:
        """Of `ledger` by status and of `wishes` by state."""
        ...

    async def stated(self) -> list[tuple[PhotoId, Stated]]: ...


class Journal(Protocol):
    """What people said, for the journals beside their photos. One is due when it may have to say something else."""

    async def keep(self, said: Statement, delay_s: float) -> None:
        """Its newest revision wins; the journals of the libraries that it concerns become due."""
        ...

    async def touch(self, photo_ids: Collection[PhotoId], delay_s: float) -> None:
        """These photos' files changed: journals are due where anything was said of them."""
        ...

    async def touch_all(self, delay_s: float) -> None: ...

    async def claim(self) -> list[LibraryId]:
        """The due ones. What is said from now on makes them due again; so does a claim that is never settled."""
        ...

    async def waiting(self) -> int:
        """Journals to be written, without those that failed and are only tried again."""
        ...

    async def entries(self, library_id: LibraryId) -> list[Entry]:
        """What concerns the library: said of a photo in it, of no photo, or of photos that are in no library now."""
        ...

    async def known(self) -> set[Key]:
        """All that was ever heard of, also what is gone."""
        ...

    async def written_hash(self, library_id: LibraryId) -> str | None:
        """Of the journal as we wrote it last, and did not undo."""
        ...

    async def is_muted(self, library_id: LibraryId) -> bool:
        """True while no person said anything new about the library since a write of its journal was undone."""
        ...

    async def settle(self, library_id: LibraryId, reason: str | None, attempts: int, wait_s: float | None) -> None:
        """`reason`: why it could not be written."""
        ...

    async def state(self, library_id: LibraryId) -> JournalState: ...

    async def failed(self) -> list[JournalState]: ...


@dataclass(frozen=True)
class Limits:
    """Units in names; where the numbers come from is in settings."""

    debounce_s: float
    writes_per_s: float
    max_embed_bytes: int
    idle_s: float
    recover_every_s: float
    journal_s: float


@dataclass(frozen=True)
class Deps:
    store: Store
    disk: Disk
    reader: MetadataReader
    workers: Workers
    limits: Limits
    journal: Journal
    dry_run: DryRun = field(default_factory=DryRun)
    dry_run_asked: asyncio.Event = field(default_factory=asyncio.Event)
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Files are written by one hand: the loop, a request, a recovery."""
