"""What ingest keeps of what was said: statements that wait, albums by name, our own writes, conflicts, pauses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.statements import JournalItem
from pictopy_ingest.domain.facts import Stated
from pictopy_ingest.domain.photos import Album, PhotoRow

Resolved = Literal["ours", "theirs", "merged"]
Target = Literal["embedded", "sidecar"]


@dataclass(frozen=True)
class OwnWrite:
    """Our writer changed a file; `stated` and `albums` are what was said of its photo then."""

    library_id: LibraryId
    path: bytes
    target: Target
    digest: str
    photo_id: PhotoId
    stated: Stated
    albums: tuple[str, ...] | None
    written_at: datetime


@dataclass(frozen=True)
class Conflict:
    """`ours` and `theirs`: field to value. `conflict_id` is 0 before it is kept."""

    photo_id: PhotoId
    library_id: LibraryId
    path: bytes
    what: str
    ours: Mapping[str, Any]
    theirs: Mapping[str, Any]
    resolved: Resolved
    rule: str
    at: datetime
    conflict_id: int = field(default=0, compare=False)


class SaidUnit(Protocol):
    """The part of a transaction that knows what was said."""

    async def album_ids(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[str]]: ...
    async def albums_named(self, names: Collection[str]) -> dict[str, Album]:
        """The oldest of each name."""
        ...

    async def all_albums(self) -> list[Album]: ...
    async def remove_empty_albums(self, prefix: str) -> None:
        """Those whose id begins so and that hold no photo."""
        ...

    async def untold_photos(self, limit: int) -> list[PhotoRow]:
        """Photos of which something was stated before statements were told."""
        ...

    async def keep_item(self, item: JournalItem) -> None: ...
    async def kept_items(self, kind: str, ids: Collection[str] | None = None) -> list[JournalItem]: ...
    async def forget_item(self, kind: str, statement_id: str) -> None: ...

    async def save_own_write(self, write: OwnWrite) -> None: ...
    async def own_writes(self, library_id: LibraryId, paths: Collection[bytes]) -> list[OwnWrite]:
        """In the order in which they were made."""
        ...

    async def forget_own_writes(self, writes: Sequence[OwnWrite]) -> None: ...

    async def save_conflict(self, conflict: Conflict) -> None:
        """A new one, or another end of a known one."""
        ...

    async def conflict(self, conflict_id: int) -> Conflict | None: ...

    async def paused(self) -> set[str]: ...
    async def pause(self, stage: str, at: datetime) -> None: ...
    async def resume(self, stage: str) -> None: ...
