"""The store in memory, for handlers and writes without Postgres; it keeps the same contract tests."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from pictopy_contracts.ids import EventId, LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import (
    AssignedFace,
    EventChanged,
    FileRef,
    Message,
    PersonChanged,
    Photo,
    PhotoAnalysed,
    PhotoPeopleAssigned,
)
from pictopy_exif.domain.records import (
    NewWrite,
    PhotoState,
    Rules,
    Wish,
    Write,
    WriteStatus,
    event_photos_changed,
    machine_tags_of,
    person_of,
    picture_of,
    said_of,
)
from pictopy_exif.domain.wishes import Happening, Person, Picture, Stated, Wishes


@dataclass
class _Photo:
    revision: int = -1
    picture: Picture | None = None
    files_revision: int = -1
    files: tuple[FileRef, ...] = ()
    faces_revision: int = -1
    faces: tuple[AssignedFace, ...] = ()
    stated: Stated | None = None
    machine_tags: tuple[str, ...] = ()
    analysed_at: datetime | None = None


@dataclass
class _Event:
    revision: int = -1
    happening: Happening = field(default_factory=lambda: Happening(title=""))
    photo_ids: tuple[PhotoId, ...] = ()


def _now() -> datetime:
    return datetime.now(UTC)


class FakeStore:
    """Both the store and its unit: what a unit did is seen at once, and nothing is rolled back."""

    def __init__(self) -> None:
        self.published: dict[str, Message] = {}
        self._libraries: dict[LibraryId, tuple[int, str | None]] = {}
        self._photos: dict[PhotoId, _Photo] = {}
        self._people: dict[PersonId, tuple[int, Person]] = {}
        self._events: dict[EventId, _Event] = {}
        self._wishes: dict[PhotoId, Wish] = {}
        self._confirmed: dict[PhotoId, Wishes] = {}
        self._ledger: dict[int, Write] = {}
        self._undo: dict[int, bytes] = {}
        self._rules = Rules()

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["FakeStore"]:
        yield self

    async def put_library(self, library_id: LibraryId, revision: int, root: str | None) -> list[PhotoId]:
        if library_id in self._libraries and self._libraries[library_id][0] >= revision:
            return []
        self._libraries[library_id] = (revision, root)
        return [key for key, each in self._photos.items() if library_id in {file.library_id for file in each.files}]

    async def put_photo(self, photo: Photo) -> None:
        known = self._photos.setdefault(photo.photo_id, _Photo())
        if known.revision < photo.revision:
            known.revision, known.picture = photo.revision, picture_of(photo)
            before = (known.stated or Stated()).model_dump(exclude={"albums"}, exclude_none=True)
            said = {**before, **said_of(photo)}
            known.stated = Stated.model_validate(said) if said else None
        await self.put_files(photo.photo_id, photo.revision, photo.files)

    async def put_files(self, photo_id: PhotoId, revision: int, files: Sequence[FileRef]) -> None:
        known = self._photos.setdefault(photo_id, _Photo())
        if known.files_revision < revision:
            known.files_revision, known.files = revision, tuple(files)

    async def put_people(self, assigned: PhotoPeopleAssigned) -> None:
        known = self._photos.setdefault(assigned.photo_id, _Photo())
        if known.faces_revision < assigned.revision:
            known.faces_revision, known.faces = assigned.revision, assigned.faces

    async def put_person(self, person: PersonChanged) -> list[PhotoId]:
        revision, before = self._people.get(person.person_id, (-1, Person()))
        if revision >= person.revision:
            return []
        self._people[person.person_id] = (person.revision, person_of(person))
        if before == person_of(person):
            return []
        return [key for key in self._photos if person.person_id in self._people_of(key)]

    async def put_event(self, event: EventChanged) -> list[PhotoId]:
        before = self._events.get(event.event_id, _Event())
        if before.revision >= event.revision:
            return []
        now = Happening(kind=event.kind, title=event.title, title_source=event.title_source)
        photo_ids = () if event.is_gone else event.photo_ids
        self._events[event.event_id] = _Event(event.revision, now, photo_ids)
        return event_photos_changed(before.happening, before.photo_ids, now, photo_ids)

    async def put_stated(self, photo_id: PhotoId, stated: Stated) -> None:
        if photo_id in self._photos:
            self._photos[photo_id].stated = stated
        if photo_id in self._wishes:
            self._wishes[photo_id] = replace(self._wishes[photo_id], muted_digest=None, written_key=None)

    async def mark(self, photo_ids: Collection[PhotoId], delay_s: float) -> None:
        due_at = _now() + timedelta(seconds=delay_s)
        for photo_id in photo_ids:
            if photo_id in self._wishes or self._is_stated(photo_id):
                known = self._wishes.get(photo_id, Wish())
                self._wishes[photo_id] = replace(known, state="due", attempts=0, due_at=due_at)

    async def mark_all(self) -> None:
        await self.mark(list(self._photos), 0.0)

    async def settle(self, photo_id: PhotoId, seen: Wish, now: Wish, wait_s: float | None) -> None:
        known = self._wishes.get(photo_id, seen)
        due_at = None if wait_s is None else _now() + timedelta(seconds=wait_s)
        self._wishes[photo_id] = replace(now, due_at=due_at if known.due_at == seen.due_at else known.due_at)

    def at_once(self) -> AbstractAsyncContextManager[object]:
        return nullcontext()

    async def begin_all(self, news: Sequence[NewWrite]) -> list[int]:
        return [self._insert(new, "pending", None) for new in news]

    async def begin(self, new: NewWrite) -> int:
        return self._insert(new, "pending", None)

    async def note_failure(self, new: NewWrite, reason: str) -> None:
        self._insert(new, "failed", reason)

    async def finish(
        self,
        write_id: int,
        status: WriteStatus,
        *,
        verified: bool,
        reason: str | None = None,
        found: Sequence[str] | None = None,
    ) -> None:
        known = self._ledger[write_id]
        times = {
            "written_at": (known.written_at or _now()) if status == "written" else known.written_at,
            "undone_at": _now() if status == "undone" else None,
        }
        seen = known.found if found is None else tuple(found)
        update = {"status": status, "verified": verified, "reason": reason, "found": seen, **times}
        self._ledger[write_id] = known.model_copy(update=update)

    async def begin_undo(self, write_id: int, path: str, written_path: str) -> None:
        update = {"status": "undoing", "path": path, "written_path": written_path}
        self._ledger[write_id] = self._ledger[write_id].model_copy(update=update)

    async def set_rules(self, rules: Rules) -> None:
        self._rules = rules

    async def confirm(self, photo_id: PhotoId, wishes: Wishes) -> None:
        self._confirmed[photo_id] = wishes
        self._wishes.setdefault(photo_id, Wish(state="done"))

    async def put_machine_tags(self, analysed: PhotoAnalysed) -> None:
        known = self._photos.setdefault(analysed.photo_id, _Photo())
        if known.analysed_at is None or known.analysed_at < analysed.analysed_at:
            known.machine_tags, known.analysed_at = tuple(machine_tags_of(analysed)), analysed.analysed_at

    async def publish(self, message: Message, msg_id: str) -> None:
        self.published.setdefault(msg_id, message)

    async def photo(self, photo_id: PhotoId) -> PhotoState | None:
        if photo_id not in self._photos and photo_id not in self._wishes:
            return None
        known = self._photos.get(photo_id, _Photo())
        roots = await self.roots()
        return PhotoState(
            photo_id=photo_id,
            picture=known.picture,
            files=known.files,
            roots={each.library_id: roots[each.library_id] for each in known.files if each.library_id in roots},
            faces=known.faces,
            people=self._people_of(photo_id),
            happenings=tuple(each.happening for each in self._events.values() if photo_id in each.photo_ids),
            stated=known.stated or Stated(),
            wish=self._wishes.get(photo_id, Wish()),
            machine_tags=known.machine_tags,
            concepts=self._rules.concepts,
            confirmed=self._confirmed.get(photo_id),
        )

    async def photos(self, photo_ids: Sequence[PhotoId]) -> list[PhotoState]:
        found = [await self.photo(each) for each in photo_ids]
        return [each for each in found if each is not None]

    async def roots(self) -> dict[LibraryId, str]:
        return {library_id: root for library_id, (_, root) in self._libraries.items() if root is not None}

    async def claim(self, limit: int) -> list[PhotoId]:
        due = [(each.due_at, key) for key, each in self._wishes.items() if each.due_at and each.due_at <= _now()]
        claimed = [photo_id for _, photo_id in sorted(due)[:limit]]
        for photo_id in claimed:
            known = self._wishes[photo_id]
            again = _now() + timedelta(seconds=10 * 3 ** min(known.attempts, 8))
            self._wishes[photo_id] = replace(known, attempts=known.attempts + 1, due_at=again)
        return claimed

    async def waiting(self) -> int:
        return sum(each.due_at is not None and each.state != "failed" for each in self._wishes.values())

    async def write(self, write_id: int) -> Write | None:
        return self._ledger.get(write_id)

    async def undo_bytes(self, write_ids: Sequence[int]) -> dict[int, bytes]:
        return {each: self._undo[each] for each in write_ids if each in self._undo}

    async def writes(self, write_ids: Sequence[int]) -> list[Write]:
        return [self._ledger[each] for each in write_ids if each in self._ledger]

    async def writes_of(self, *photo_ids: PhotoId) -> list[Write]:
        return [each for each in self._ledger.values() if each.photo_id in photo_ids]

    async def unsettled(self) -> list[Write]:
        return [each for each in self._ledger.values() if each.status in ("pending", "undoing")]

    async def undoable(self, day: date | None) -> list[int]:
        written = [each for each in self._ledger.values() if each.status == "written" and each.written_at]
        of_day = [each for each in written if day is None or (each.written_at and each.written_at.date() == day)]
        return [each.write_id for each in reversed(of_day)]

    async def ledger(
        self,
        photo_id: PhotoId | None,
        before: int | None,
        limit: int,
        *,
        day: date | None = None,
        status: WriteStatus | None = None,
    ) -> list[Write]:
        rows = [each for each in reversed(self._ledger.values()) if photo_id in (None, each.photo_id)]
        rows = [each for each in rows if day in (None, each.started_at.date()) and status in (None, each.status)]
        return [each for each in rows if before is None or each.write_id < before][:limit]

    async def wishes(self, state: str, after: str, limit: int) -> list[tuple[PhotoId, Wish]]:
        rows = sorted((key, each) for key, each in self._wishes.items() if each.state == state and key > after)
        return rows[:limit]

    async def wished(self, after: str, limit: int) -> list[PhotoId]:
        return [photo_id for photo_id in sorted(self._wishes) if photo_id > after][:limit]

    async def rules(self) -> Rules:
        return self._rules

    async def counts(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {"ledger": {}, "wishes": {}}
        for write in self._ledger.values():
            counts["ledger"][write.status] = counts["ledger"].get(write.status, 0) + 1
        for wish in self._wishes.values():
            counts["wishes"][wish.state] = counts["wishes"].get(wish.state, 0) + 1
        return counts

    async def stated(self) -> list[tuple[PhotoId, Stated]]:
        return sorted(
            ((key, each.stated) for key, each in self._photos.items() if each.stated is not None),
            key=lambda pair: pair[0],
        )

    def _insert(self, new: NewWrite, status: WriteStatus, reason: str | None) -> int:
        place = (new.place.photo_id, new.place.library_id, new.place.path)
        for each in list(self._ledger.values()):
            if each.status == "failed" and (each.photo_id, each.library_id, each.path) == place:
                del self._ledger[each.write_id]
        write_id = len(self._undo) + 1
        self._undo[write_id] = new.undo
        self._ledger[write_id] = Write(
            **new.place.model_dump(),
            write_id=write_id,
            status=status,
            change=new.change,
            wishes=new.wishes,
            hash_before=new.hash_before,
            hash_after=new.hash_after,
            rest_digest=new.rest_digest,
            verified=False,
            reason=reason,
            tools=new.tools,
            picture_hash=new.picture_hash,
            started_at=_now(),
            written_at=None,
            undone_at=None,
        )
        return write_id

    def _is_stated(self, photo_id: PhotoId) -> bool:
        is_named = any(each.name or each.merged_into for each in self._people_of(photo_id).values())
        titled = (each for each in self._events.values() if each.happening.title_source == "user")
        is_titled = any(photo_id in each.photo_ids for each in titled)
        known = self._photos.get(photo_id, _Photo())
        is_tagged = bool(known.machine_tags) and self._rules.concepts.machine_tags != "off"
        return is_named or is_titled or is_tagged or known.stated is not None

    def _people_of(self, photo_id: PhotoId) -> dict[PersonId, Person]:
        faces = self._photos.get(photo_id, _Photo()).faces
        found: dict[PersonId, Person] = {}
        todo = {face.person_id for face in faces if face.is_face and face.person_id}
        while todo:
            person_id = todo.pop()
            if person_id in self._people and person_id not in found:
                found[person_id] = self._people[person_id][1]
                todo |= {into for into in [found[person_id].merged_into] if into}
        return found
