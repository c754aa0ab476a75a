"""The SQL of one transaction: what was heard, where wishes stand, what was written."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

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
from pictopy_contracts.paths import to_wire
from pictopy_exif.domain.records import (
    NewWrite,
    Place,
    Rules,
    Wish,
    WriteStatus,
    event_photos_changed,
    machine_tags_of,
    person_of,
    picture_of,
    said_of,
)
from pictopy_exif.domain.wishes import Happening, Person, Stated, Wishes
from pictopy_runtime import outbox
from pictopy_runtime.database import Connection

_INSERT: LiteralString = (
    "INSERT INTO ledger (photo_id, library_id, path, target, written_path, status, change, wishes, hash_before,"
    " hash_after, rest_digest, reason, tools, undo, picture_hash)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING write_id"
)
_INSERT_AS: LiteralString = (
    "INSERT INTO ledger (write_id, photo_id, library_id, path, target, written_path, status, change, wishes,"
    " hash_before, hash_after, rest_digest, reason, tools, undo, picture_hash) OVERRIDING SYSTEM VALUE"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


class PostgresUnit:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put_library(self, library_id: LibraryId, revision: int, root: str | None) -> list[PhotoId]:
        cursor = await self._connection.execute(
            "INSERT INTO libraries (library_id, revision, root) VALUES (%s, %s, %s)"
            " ON CONFLICT (library_id) DO UPDATE SET revision = excluded.revision, root = excluded.root"
            " WHERE libraries.revision < excluded.revision",
            (library_id, revision, None if root is None else to_wire(root)),
        )
        if not cursor.rowcount:
            return []
        return await self._photo_ids(
            "SELECT photo_id FROM photos WHERE files @> %s", (Jsonb([{"library_id": library_id}]),)
        )

    async def put_photo(self, photo: Photo) -> None:
        await self._connection.execute(
            "INSERT INTO photos (photo_id, revision, picture, stated) VALUES (%s, %s, %s, NULLIF(%s, '{}'::jsonb))"
            " ON CONFLICT (photo_id) DO UPDATE SET revision = excluded.revision, picture = excluded.picture,"
            " stated = NULLIF(coalesce(photos.stated - 'albums', '{}') || coalesce(excluded.stated, '{}'), '{}')"
            " WHERE photos.revision < excluded.revision",
            (photo.photo_id, photo.revision, Jsonb(picture_of(photo).model_dump()), Jsonb(said_of(photo))),
        )
        await self.put_files(photo.photo_id, photo.revision, photo.files)

    async def put_files(self, photo_id: PhotoId, revision: int, files: Sequence[FileRef]) -> None:
        await self._connection.execute(
            "INSERT INTO photos (photo_id, files_revision, files) VALUES (%s, %s, %s)"
            " ON CONFLICT (photo_id) DO UPDATE SET files_revision = excluded.files_revision, files = excluded.files"
            " WHERE photos.files_revision < excluded.files_revision",
            (photo_id, revision, Jsonb([each.model_dump(mode="json") for each in files])),
        )

    async def put_people(self, assigned: PhotoPeopleAssigned) -> None:
        cursor = await self._connection.execute(
            "INSERT INTO photos (photo_id, faces_revision, faces) VALUES (%s, %s, %s)"
            " ON CONFLICT (photo_id) DO UPDATE SET faces_revision = excluded.faces_revision, faces = excluded.faces"
            " WHERE photos.faces_revision < excluded.faces_revision",
            (assigned.photo_id, assigned.revision, Jsonb([each.model_dump(mode="json") for each in assigned.faces])),
        )
        if not cursor.rowcount:
            return
        person_ids = sorted({each.person_id for each in assigned.faces if each.person_id and each.is_face})
        await self._connection.execute("DELETE FROM photo_people WHERE photo_id = %s", (assigned.photo_id,))
        await self._connection.execute(
            "INSERT INTO photo_people (photo_id, person_id) SELECT %s, unnest(%s::text[])",
            (assigned.photo_id, person_ids),
        )

    async def put_person(self, person: PersonChanged) -> list[PhotoId]:
        cursor = await self._connection.execute(
            "SELECT * FROM people WHERE person_id = %s FOR UPDATE", (person.person_id,)
        )
        known = await cursor.fetchone()
        if known and known["revision"] >= person.revision:
            return []
        await self._connection.execute(
            "INSERT INTO people (person_id, revision, name, name_source, hidden, is_gone, merged_into)"
            " VALUES (%(person_id)s, %(revision)s, %(name)s, %(name_source)s, %(hidden)s, %(is_gone)s, %(merged_into)s)"
            " ON CONFLICT (person_id) DO UPDATE SET revision = excluded.revision, name = excluded.name,"
            " name_source = excluded.name_source, hidden = excluded.hidden, is_gone = excluded.is_gone,"
            " merged_into = excluded.merged_into",
            person.model_dump(),
        )
        before = Person.model_validate(known) if known else Person()
        if before == person_of(person):
            return []
        return await self._photo_ids(
            "WITH RECURSIVE same AS (SELECT %s AS person_id UNION SELECT people.person_id FROM people"
            " JOIN same ON people.merged_into = same.person_id)"
            " SELECT DISTINCT photo_id FROM photo_people JOIN same USING (person_id)",
            (person.person_id,),
        )

    async def put_event(self, event: EventChanged) -> list[PhotoId]:
        cursor = await self._connection.execute(
            "SELECT * FROM events WHERE event_id = %s FOR UPDATE", (event.event_id,)
        )
        known = await cursor.fetchone()
        if known and known["revision"] >= event.revision:
            return []
        now = Happening(kind=event.kind, title=event.title, title_source=event.title_source)
        photo_ids = [] if event.is_gone else list(event.photo_ids)
        await self._connection.execute(
            "INSERT INTO events (event_id, revision, kind, title, title_source, photo_ids)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (event_id) DO UPDATE SET revision = excluded.revision,"
            " kind = excluded.kind, title = excluded.title, title_source = excluded.title_source,"
            " photo_ids = excluded.photo_ids",
            (event.event_id, event.revision, now.kind, now.title, now.title_source, photo_ids),
        )
        before = Happening.model_validate(known) if known else Happening(title="")
        return event_photos_changed(before, known["photo_ids"] if known else [], now, photo_ids)

    async def put_stated(self, photo_id: PhotoId, stated: Stated) -> None:
        said = Jsonb(stated.model_dump(mode="json", exclude_none=True))
        await self._connection.execute("UPDATE photos SET stated = %s WHERE photo_id = %s", (said, photo_id))
        await self._connection.execute(
            "UPDATE wishes SET muted_digest = NULL, written_key = NULL WHERE photo_id = %s", (photo_id,)
        )

    async def mark(self, photo_ids: Collection[PhotoId], delay_s: float) -> None:
        await self._connection.execute(
            "INSERT INTO wishes (photo_id, due_at)"
            " SELECT photo_id, clock_timestamp() + make_interval(secs => %s)"
            " FROM unnest(%s::text[]) AS given (photo_id)"
            " WHERE EXISTS (SELECT FROM wishes WHERE wishes.photo_id = given.photo_id)"
            " OR EXISTS (SELECT FROM photo_people JOIN people USING (person_id) WHERE photo_id = given.photo_id"
            "   AND (name IS NOT NULL OR merged_into IS NOT NULL))"
            " OR EXISTS (SELECT FROM events WHERE photo_ids @> ARRAY[given.photo_id] AND title_source = 'user')"
            " OR EXISTS (SELECT FROM photos WHERE photos.photo_id = given.photo_id AND stated IS NOT NULL)"
            " OR EXISTS (SELECT FROM photos, rules WHERE photos.photo_id = given.photo_id AND machine_tags <> '{}'"
            "   AND rules.concepts ->> 'machine_tags' <> 'off')"
            " ON CONFLICT (photo_id) DO UPDATE SET due_at = excluded.due_at, state = 'due', attempts = 0",
            (delay_s, sorted(photo_ids)),
        )

    async def mark_all(self) -> None:
        photo_ids = await self._photo_ids("SELECT photo_id FROM photos", ())
        await self.mark(photo_ids, 0.0)

    async def settle(self, photo_id: PhotoId, seen: Wish, now: Wish, wait_s: float | None) -> None:
        await self._connection.execute(
            "INSERT INTO wishes (photo_id, state, written_key, muted_digest, reason, attempts, due_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s))"
            " ON CONFLICT (photo_id) DO UPDATE SET state = excluded.state, written_key = excluded.written_key,"
            " muted_digest = excluded.muted_digest, reason = excluded.reason, attempts = excluded.attempts, due_at ="
            " CASE WHEN wishes.due_at IS NOT DISTINCT FROM %s THEN excluded.due_at ELSE wishes.due_at END",
            (photo_id, now.state, now.written_key, now.muted_digest, now.reason, now.attempts, wait_s, seen.due_at),
        )

    def at_once(self) -> AbstractAsyncContextManager[object]:
        return self._connection.pipeline()

    async def begin_all(self, news: Sequence[NewWrite]) -> list[int]:
        cursor = await self._connection.execute(
            "SELECT nextval(pg_get_serial_sequence('ledger', 'write_id')) AS write_id FROM generate_series(1, %s)",
            (len(news),),
        )
        write_ids = [int(row["write_id"]) for row in await cursor.fetchall()]
        async with self.at_once():
            for write_id, new in zip(write_ids, news, strict=True):
                await self._forget_failures(new.place)
                await self._connection.execute(_INSERT_AS, (write_id, *_row_of(new, "pending", None)))
        return write_ids

    async def begin(self, new: NewWrite) -> int:
        return await self._insert(new, "pending", None)

    async def note_failure(self, new: NewWrite, reason: str) -> None:
        await self._insert(new, "failed", reason)

    async def finish(
        self,
        write_id: int,
        status: WriteStatus,
        *,
        verified: bool,
        reason: str | None = None,
        found: Sequence[str] | None = None,
    ) -> None:
        await self._connection.execute(
            "UPDATE ledger SET status = %(status)s, verified = %(verified)s, reason = %(reason)s,"
            " found = coalesce(%(found)s, found), written_at ="
            " CASE WHEN %(status)s = 'written' THEN coalesce(written_at, clock_timestamp()) ELSE written_at END,"
            " undone_at = CASE WHEN %(status)s = 'undone' THEN clock_timestamp() END WHERE write_id = %(write_id)s",
            {
                **{"status": status, "verified": verified, "reason": reason, "write_id": write_id},
                "found": None if found is None else Jsonb(list(found)),
            },
        )

    async def begin_undo(self, write_id: int, path: str, written_path: str) -> None:
        await self._connection.execute(
            "UPDATE ledger SET status = 'undoing', path = %s, written_path = %s WHERE write_id = %s",
            (to_wire(path), to_wire(written_path), write_id),
        )

    async def set_rules(self, rules: Rules) -> None:
        await self._connection.execute(
            "UPDATE rules SET policy = %s, paused = %s, concepts = %s, writes_per_s = %s",
            (rules.policy, rules.paused, Jsonb(rules.concepts.model_dump()), rules.writes_per_s),
        )

    async def confirm(self, photo_id: PhotoId, wishes: Wishes) -> None:
        await self._connection.execute(
            "INSERT INTO wishes (photo_id, state, confirmed) VALUES (%s, 'done', %s)"
            " ON CONFLICT (photo_id) DO UPDATE SET confirmed = excluded.confirmed",
            (photo_id, Jsonb(wishes.model_dump(mode="json"))),
        )

    async def put_machine_tags(self, analysed: PhotoAnalysed) -> None:
        await self._connection.execute(
            "INSERT INTO photos (photo_id, machine_tags, analysed_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (photo_id) DO UPDATE SET machine_tags = excluded.machine_tags,"
            " analysed_at = excluded.analysed_at WHERE coalesce(photos.analysed_at < excluded.analysed_at, true)",
            (analysed.photo_id, machine_tags_of(analysed), analysed.analysed_at),
        )

    async def publish(self, message: Message, msg_id: str) -> None:
        await outbox.add(self._connection, message, msg_id)

    async def _insert(self, new: NewWrite, status: WriteStatus, reason: str | None) -> int:
        await self._forget_failures(new.place)
        cursor = await self._connection.execute(_INSERT, _row_of(new, status, reason))
        row = await cursor.fetchone()
        return int(row["write_id"]) if row else 0

    async def _forget_failures(self, place: Place) -> None:
        await self._connection.execute(
            "DELETE FROM ledger WHERE photo_id = %s AND library_id = %s AND path = %s AND status = 'failed'",
            (place.photo_id, place.library_id, to_wire(place.path)),
        )

    async def _photo_ids(self, query: LiteralString, values: tuple[Any, ...]) -> list[PhotoId]:
        rows = await (await self._connection.execute(query, values)).fetchall()
        return [PhotoId(row["photo_id"]) for row in rows]


def _row_of(new: NewWrite, status: WriteStatus, reason: str | None) -> tuple[Any, ...]:
    place = new.place
    return (
        *(place.photo_id, place.library_id, to_wire(place.path), place.target, to_wire(place.written_path)),
        *(status, Jsonb(new.change.model_dump(mode="json")), Jsonb(new.wishes.model_dump(mode="json"))),
        *(new.hash_before, new.hash_after, new.rest_digest, reason, Jsonb(new.tools), new.undo),
        new.picture_hash,
    )
