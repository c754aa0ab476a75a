"""A library on a real folder, told to the service by the messages that ingest and cluster would send."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import EventId, FaceId, LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import (
    AssignedFace,
    EventChanged,
    FileRef,
    LibraryAdded,
    PersonChanged,
    Photo,
    PhotoAdded,
    PhotoMoved,
    PhotoPeopleAssigned,
)
from pictopy_contracts.statements import ClusterStated
from pictopy_exif import consumers
from pictopy_exif.disk import PosixDisk
from pictopy_exif.domain.targets import Policy
from pictopy_exif.exiv2 import Exiv2Reader
from pictopy_exif.fake_journal import FakeJournal
from pictopy_exif.fakes import FakeStore
from pictopy_exif.journaling import write_journals
from pictopy_exif.loop import write_due
from pictopy_exif.ports import Deps, Disk, Journal, Limits, Store
from pictopy_runtime.workers import Workers

LIBRARY = LibraryId("library")
FACE = Box(x1=0.1, y1=0.2, x2=0.3, y2=0.6)
LIMITS = Limits(
    debounce_s=0.0,
    writes_per_s=100_000.0,
    max_embed_bytes=1 << 28,
    idle_s=0.01,
    recover_every_s=60.0,
    journal_s=0.0,
)


def deps_for(store: Store, disk: Disk | None = None, journal: Journal | None = None) -> Deps:
    if journal is None:
        journal = FakeJournal(store if isinstance(store, FakeStore) else FakeStore())
    return Deps(
        store=store,
        disk=disk or PosixDisk(keep_mtime=True),
        reader=Exiv2Reader(),
        workers=Workers(4),
        limits=LIMITS,
        journal=journal,
    )


class FakeLibrary:
    """Each call is one message, with the next revision."""

    def __init__(self, root: Path, deps: Deps | None = None) -> None:
        self.root = root
        self.deps = deps or deps_for(FakeStore())
        self._revision = 0

    async def open(self, policy: Policy | None = None) -> "FakeLibrary":
        message = LibraryAdded(library_id=LIBRARY, revision=self._next(), name="test", root=str(self.root))
        await consumers.on_library_added(message, self.deps)
        if policy is not None:
            async with self.deps.store.unit() as unit:
                rules = await self.deps.store.rules()
                await unit.set_rules(rules.model_copy(update={"policy": policy}))
        return self

    async def photo(
        self, photo_id: str, *paths: str, size: tuple[int, int] = (400, 300), orientation: int = 1, kind: str = "photo"
    ) -> PhotoId:
        """`size` is that of the oriented picture."""
        photo = Photo.model_validate(
            {
                "photo_id": photo_id,
                "revision": self._next(),
                "kind": kind,
                "format": "jpeg",
                "files": [self._file(path) for path in paths],
                "width_px": size[0],
                "height_px": size[1],
                "orientation": orientation,
                "added_at": datetime.now(UTC),
            }
        )
        await consumers.on_photo_added(PhotoAdded(photo=photo), self.deps)
        return photo.photo_id

    async def move(self, photo_id: str, *paths: str) -> None:
        files = tuple(self._file(path) for path in paths)
        message = PhotoMoved(photo_id=PhotoId(photo_id), revision=self._next(), files=files)
        await consumers.on_photo_moved(message, self.deps)

    async def faces(self, photo_id: str, **boxes: Box) -> None:
        """Person to box; the person is named apart."""
        faces = tuple(
            AssignedFace(face_id=FaceId(f"{photo_id}-{person}"), box=box, person_id=PersonId(person))
            for person, box in boxes.items()
        )
        message = PhotoPeopleAssigned(photo_id=PhotoId(photo_id), revision=self._next(), faces=faces)
        await consumers.on_photo_people_assigned(message, self.deps)

    async def person(self, person: str, name: str | None, *, hidden: bool = False, into: str | None = None) -> None:
        message = PersonChanged(
            person_id=PersonId(person),
            revision=self._next(),
            name=name,
            hidden=hidden,
            merged_into=PersonId(into) if into else None,
            is_gone=into is not None,
        )
        await consumers.on_person_changed(message, self.deps)

    async def event(self, event: str, title: str, *photo_ids: str, by_user: bool = True, is_gone: bool = False) -> None:
        message = EventChanged(
            event_id=EventId(event),
            revision=self._next(),
            title=title,
            title_source="user" if by_user else "auto",
            started_at_local=datetime(2020, 1, 1),  # noqa: DTZ001  naive by its nature
            ended_at_local=datetime(2020, 1, 2),  # noqa: DTZ001  naive by its nature
            photo_ids=tuple(PhotoId(each) for each in photo_ids),
            is_gone=is_gone,
        )
        await consumers.on_event_changed(message, self.deps)

    async def named(self, photo_id: str, path: str, name: str, box: Box = FACE, orientation: int = 1) -> None:
        """A photo with one named person."""
        await self.photo(photo_id, path, orientation=orientation)
        await self.faces(photo_id, **{f"{photo_id}-person": box})
        await self.person(f"{photo_id}-person", name)

    async def said(
        self, kind: str, statement_id: str, *photo_ids: str, by: str = "user", is_gone: bool = False, **body: JsonValue
    ) -> None:
        """A statement by cluster."""
        message = ClusterStated.model_validate(
            {
                **{"kind": kind, "statement_id": statement_id, "revision": self._next(), "by": by},
                **{"photo_ids": photo_ids, "body": body, "is_gone": is_gone},
            }
        )
        await consumers.on_cluster_statement_made(message, self.deps)

    async def settle(self) -> None:
        """Write all that is due."""
        while await write_due(self.deps) or await write_journals(self.deps):
            pass

    def _file(self, path: str) -> FileRef:
        """As ingest sees it now; a file that is not there was there once."""
        try:
            status = (self.root / path).stat()
            size_bytes, modified_at = status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)
        except OSError:
            size_bytes, modified_at = 0, datetime.now(UTC)
        return FileRef(library_id=LIBRARY, path=path, size_bytes=size_bytes, modified_at=modified_at)

    def _next(self) -> int:
        self._revision += 1
        return self._revision
