"""What ingest needs from the world, and the facts that pass through those doors."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import DeadLetter, Message, Stage
from pictopy_ingest.domain.facts import Facts
from pictopy_ingest.domain.photos import FileRow, Library, PhotoRow
from pictopy_ingest.domain.scan import Known, Seen, Walk
from pictopy_ingest.domain.stages import StageRow

Order = Literal["added", "taken"]
ScanState = Literal["running", "done", "failed", "interrupted"]
Cursor: TypeAlias = tuple[datetime, str]


# --- reading the disk --------------------------------------------------------------------------------


class RootMissing(Exception):
    """The folder of a library is not there, or cannot be listed."""


class Tree(Protocol):
    """The folders of the user, which nothing here ever writes."""

    async def walk(self, root: bytes) -> Walk:
        """Raises RootMissing, also when the root went away meanwhile."""
        ...

    async def is_there(self, root: bytes) -> bool: ...

    def changes(self, root: bytes) -> AsyncIterator[None]:
        """One item after each burst of changes below `root`. Raises RootMissing when it cannot watch (any more)."""
        ...


@dataclass(frozen=True)
class Job:
    """One file to read. `previous`: what its path held at the last look."""

    root: bytes
    seen: Seen
    read_at: datetime
    previous: Known | None = None


@dataclass(frozen=True)
class Prepared:
    """A picture with its facts; its preview and thumbnail lie in the data folder."""

    seen: Seen
    photo_id: PhotoId
    facts: Facts


@dataclass(frozen=True)
class Refused:
    """A file that gave no picture."""

    seen: Seen
    reason: str
    is_passing: bool = False
    """The reason may be gone at the next look (disk full, file still being written)."""


Outcome: TypeAlias = Prepared | Refused


class Preparer(Protocol):
    """From a file to a Prepared picture."""

    async def prepare(self, job: Job) -> Outcome:
        """Never raises for the sake of a file."""
        ...


@dataclass(frozen=True)
class PictureFiles:
    """Where previews and thumbnails lie: `<data>/previews/<2 hex>/<photo_id>.jpg`."""

    data_dir: Path

    def preview(self, photo_id: PhotoId) -> Path:
        return self.data_dir / "previews" / photo_id[:2] / f"{photo_id}.jpg"

    def thumbnail(self, photo_id: PhotoId) -> Path:
        return self.data_dir / "thumbnails" / photo_id[:2] / f"{photo_id}.jpg"


# --- what is kept --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Album:
    album_id: str
    name: str
    created_at: datetime
    photo_count: int = 0


@dataclass(frozen=True)
class Scan:
    scan_id: int
    library_id: LibraryId
    state: ScanState
    started_at: datetime
    ended_at: datetime | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True)
class Failure:
    """Something that did not work: a file that gave no picture, a stage that gave up, or a message nobody could
    handle."""

    key: str
    stage: str
    reason: str
    attempts: int
    at: datetime
    photo_id: PhotoId | None = None
    library_id: LibraryId | None = None
    path: bytes | None = None
    dead_id: str | None = None


@dataclass(frozen=True)
class FailureFilter:
    """Which failures to retry or to skip; every field that is set must match."""

    photo_id: PhotoId | None = None
    stage: str | None = None
    dead_id: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Activity:
    photos: int
    videos: int
    stages: Mapping[str, Mapping[str, int]]
    failed_files: int
    dead: int


class Unit(Protocol):
    """One transaction. What is read for a change stays locked until it ends."""

    async def publish(self, message: Message, msg_id: str) -> None:
        """After the commit, once."""
        ...

    # libraries
    async def libraries(self) -> list[Library]: ...
    async def save_library(self, library: Library) -> None: ...
    async def remove_library(self, library_id: LibraryId) -> None: ...

    # photos and files
    async def photos(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, PhotoRow]: ...
    async def save_photos(self, rows: Sequence[PhotoRow]) -> None: ...
    async def files_of(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[FileRow]]: ...
    async def files_at(self, library_id: LibraryId, paths: Collection[bytes]) -> dict[bytes, FileRow]: ...
    async def save_files(self, rows: Sequence[FileRow]) -> None: ...
    async def remove_files(self, library_id: LibraryId, paths: Collection[bytes]) -> None: ...
    async def album_names(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[str]]: ...

    # files that gave no picture
    async def save_refused(self, library_id: LibraryId, refused: Sequence[Refused], at: datetime) -> None: ...
    async def forget_refused(self, library_id: LibraryId, paths: Collection[bytes]) -> None: ...

    # albums
    async def album(self, album_id: str) -> Album | None: ...
    async def save_album(self, album: Album) -> None: ...
    async def remove_album(self, album_id: str) -> None: ...
    async def album_photos(self, album_id: str) -> list[PhotoId]: ...
    async def put_in_album(self, album_id: str, photo_ids: Collection[PhotoId]) -> None: ...
    async def take_from_album(self, album_id: str, photo_ids: Collection[PhotoId]) -> None: ...

    # the ledger
    async def wanted_version(self) -> tuple[int, str]:
        """Revision and version of the models in use; (0, "") before vision said anything."""
        ...

    async def want_version(self, revision: int, version: str) -> None:
        """Photos done with another version wait, and are due now."""
        ...

    async def stage_rows(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, dict[Stage, StageRow]]: ...
    async def save_stage_rows(self, rows: Sequence[StageRow]) -> None: ...
    async def save_dead(self, letter: DeadLetter) -> None: ...
    async def dead(self, dead_ids: Collection[str]) -> list[DeadLetter]: ...
    async def remove_dead(self, dead_ids: Collection[str]) -> None: ...


class Store(Protocol):
    """Everything ingest knows. Reads stand alone; changes go through `unit`."""

    def unit(self) -> AbstractAsyncContextManager[Unit]: ...

    async def known_files(self, library_id: LibraryId) -> dict[bytes, Known]:
        """All files of a library as they were read last, those that gave no picture too."""
        ...

    async def photo_page(
        self, order: Order, after: Cursor | None, limit: int, library_id: LibraryId | None
    ) -> list[PhotoRow]:
        """Present photos, the newest first; `after` is the place of the last one seen."""
        ...

    async def failures(self, after: Cursor | None, limit: int, wanted: FailureFilter) -> list[Failure]: ...
    async def forget_stamps(self, photo_ids: Collection[PhotoId], wanted: FailureFilter | None) -> None:
        """The next scan reads these files again: all of the photos, and refused ones that match."""
        ...

    async def skip_refused(self, wanted: FailureFilter) -> None:
        """They are listed no more, until their file changes."""
        ...

    async def albums(self) -> list[Album]: ...
    async def activity(self) -> Activity: ...
    async def stated_photos(self) -> list[PhotoRow]:
        """All photos of which a person stated something, present or not."""
        ...

    async def due(self, stalled_before: datetime, limit: int) -> list[StageRow]:
        """Waiting rows whose work was never sent, or was sent so long ago that it must be lost."""
        ...

    async def never_sent(self) -> int:
        """How many waiting rows are due now."""
        ...

    async def start_scan(self, library_id: LibraryId, at: datetime) -> int: ...
    async def end_scan(
        self, scan_id: int, state: ScanState, at: datetime, counts: Mapping[str, Any], reason: str | None
    ) -> None: ...
    async def interrupt_scans(self, at: datetime) -> None:
        """Scans that a stopped process left running."""
        ...

    async def scans(self, limit: int) -> list[Scan]: ...


Clock: TypeAlias = Callable[[], datetime]
Pause: TypeAlias = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Rhythm:
    """How often things happen, in seconds."""

    rescan_s: float = 900.0
    watch_settle_s: float = 1.0
    unsettled_file_s: float = 2.0
    reconcile_s: float = 15.0
    stalled_s: float = 300.0
    """A stage that finished nothing for this long has lost what it was sent before that."""
