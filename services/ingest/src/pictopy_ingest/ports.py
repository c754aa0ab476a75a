"""What ingest needs from the world, and the facts that pass through those doors."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import DeadLetter, Message, Stage
from pictopy_ingest.board import Board
from pictopy_ingest.domain.facts import Facts
from pictopy_ingest.domain.photos import Album, FileRow, Library, PhotoRow
from pictopy_ingest.domain.scan import Known, Seen, Walk
from pictopy_ingest.domain.stages import StageRow
from pictopy_ingest.ports_said import Conflict, SaidUnit
from pictopy_runtime.bus import Bus

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

    async def resolve(self, path: bytes) -> bytes:
        """The real path of a folder that can be listed. Raises RootMissing."""
        ...

    async def file_inside(self, root: bytes, path: bytes) -> bytes | None:
        """Absolute path of a file of a library; None where there is none, or it lies outside."""
        ...

    async def is_file(self, path: Path) -> bool: ...

    def changes(self, root: bytes) -> AsyncIterator[None]:
        """One item after each burst of changes below `root`. Raises RootMissing when it cannot watch (any more)."""
        ...


@dataclass(frozen=True)
class Job:
    """One file to read."""

    root: bytes
    seen: Seen
    read_at: datetime
    is_known: bool = False
    """It was read before: its bytes may be our own writing."""


@dataclass(frozen=True)
class Prepared:
    """A picture with its facts; its preview and thumbnail lie in the data folder."""

    seen: Seen
    photo_id: PhotoId
    facts: Facts
    changed_at: datetime | None = None
    """When its words were last changed, as file, sidecar and xmp:MetadataDate tell."""
    digest: str = ""
    sidecar_digest: str = ""
    """BLAKE3 of the bytes, of files that were known before."""


@dataclass(frozen=True)
class Refused:
    """A file that gave no picture."""

    seen: Seen
    reason: str
    is_unsettled: bool = False
    """The file is being written right now: nothing is said of it before it rests."""
    is_passing: bool = False
    """The reason may be gone at the next look (disk full, file still being written)."""
    stage: Literal["preview", "scan"] = "preview"
    """`scan`: a folder that cannot be listed."""


@dataclass(frozen=True)
class Vanished:
    """A file that went away between the walk and the look."""

    seen: Seen


Outcome: TypeAlias = Prepared | Refused | Vanished


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
    path: bytes | None = None


@dataclass(frozen=True)
class Activity:
    photos: int
    videos: int
    stages: Mapping[str, Mapping[str, int]]
    failed_files: int
    dead: int
    relooks: Mapping[str, int] = field(default_factory=dict)
    """Stage to how many of its waiting photos have an older result."""
    paused: frozenset[str] = frozenset()
    finished: Mapping[str, int] = field(default_factory=dict)
    """Stage to how many photos it finished in the last minute."""


class Unit(SaidUnit, Protocol):
    """One transaction. Photos read `for_change`, stage rows and albums stay locked until it ends."""

    async def publish(self, message: Message, msg_id: str) -> None:
        """After the commit, once."""
        ...

    # libraries
    async def libraries(self) -> list[Library]: ...
    async def save_library(self, library: Library) -> None: ...
    async def remove_library(self, library_id: LibraryId) -> None: ...

    # photos and files
    async def photos(self, photo_ids: Collection[PhotoId], *, for_change: bool = True) -> dict[PhotoId, PhotoRow]: ...
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
    async def forget_dead(self, photo_id: PhotoId, durable: str) -> None:
        """The work that these letters could not do was done after all."""
        ...

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
    async def reread_photo(self, photo_id: PhotoId) -> None:
        """The next scan reads the files of this photo again."""
        ...

    async def reread_refused(self, library_id: LibraryId, path: bytes) -> None:
        """The next scan tries this file again."""
        ...

    async def skip_refused(self, library_id: LibraryId, path: bytes) -> None:
        """It is listed no more, until the file changes."""
        ...

    async def albums(self) -> list[Album]: ...
    async def activity(self, since: datetime) -> Activity:
        """`finished` counts from `since`."""
        ...

    async def stated_photos(self) -> list[PhotoRow]:
        """All photos of which a person stated something, present or not."""
        ...

    async def conflicts(self, after: Cursor | None, limit: int) -> list[Conflict]:
        """The newest first."""
        ...

    async def due(self, now: datetime, stalled_s: float, limit: int) -> list[StageRow]:
        """Waiting rows of present photos that were never sent and have no result; then those sent so long ago that
        it must be lost: their stage finished nothing for `stalled_s`, and each sending doubles the wait (up to 64
        times). Second looks of a stage that rests are not due."""
        ...

    async def relooks_due(self, limit: int) -> list[PhotoId]:
        """Photos with an older result of vision that wait for a new look and were not sent, unless that rests."""
        ...

    async def in_flight(self, since: datetime) -> tuple[int, int]:
        """Photos that were sent to vision after `since` and are not back; and how many of them have a result."""
        ...

    async def never_sent(self) -> int:
        """How many waiting rows are due now; second looks of a stage that rests are not."""
        ...

    async def start_scan(self, library_id: LibraryId, at: datetime) -> Scan: ...
    async def end_scan(self, scan: Scan) -> None: ...
    async def interrupt_scans(self, at: datetime) -> None:
        """Scans that a stopped process left running."""
        ...

    async def scans(self, limit: int) -> list[Scan]: ...


Clock: TypeAlias = Callable[[], datetime]


async def _yes() -> bool:
    return True


@dataclass(frozen=True)
class Rhythm:
    """How often things happen, in seconds."""

    rescan_s: float = 900.0
    watch_settle_s: float = 1.0
    unsettled_file_s: float = 2.0
    echo_s: float = 3.0
    """So long a known file rests after a change before it is read: the word of our own writer comes sooner."""
    reconcile_s: float = 15.0
    stalled_s: float = 300.0
    """A stage that finished nothing for this long has lost what it was sent before that."""


@dataclass(frozen=True)
class Deps:
    """Everything that handlers, loops and routes work with."""

    store: Store
    bus: Bus
    tree: Tree
    preparer: Preparer
    pictures: PictureFiles
    board: Board
    now: Clock
    rhythm: Rhythm = Rhythm()
    all_heard: Callable[[], Awaitable[bool]] = _yes
    """Whether everything was heard that our own writer told of files it changed."""
    in_hand: int = 6
    """Files being read at a time: enough to keep every worker process busy."""
