"""All SQL of the exif service. Times are the database's clock, so that marks and claims agree."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, LiteralString

from pydantic import TypeAdapter

from pictopy_contracts.ids import LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import (
    AssignedFace,
    FileRef,
)
from pictopy_contracts.paths import from_wire
from pictopy_exif.domain.records import (
    PhotoState,
    Rules,
    Wish,
    Write,
    WriteStatus,
)
from pictopy_exif.domain.wishes import Happening, Person, Picture, Stated, Wishes
from pictopy_exif.store_unit import PostgresUnit
from pictopy_runtime.database import Database

_FILES = TypeAdapter(tuple[FileRef, ...])
_FACES = TypeAdapter(tuple[AssignedFace, ...])
_RULES: LiteralString = "SELECT policy, paused, concepts, writes_per_s FROM rules"
_OF_PHOTOS: tuple[LiteralString, ...] = (
    "SELECT photo_id, picture, files::text, faces::text, stated, machine_tags FROM photos WHERE photo_id = ANY(%s)",
    "SELECT * FROM wishes WHERE photo_id = ANY(%s)",
    "SELECT library_id, root FROM libraries WHERE root IS NOT NULL AND %s::text[] IS NOT NULL",
    "WITH RECURSIVE shown AS (SELECT photo_id, people.* FROM people JOIN photo_people USING (person_id)"
    " WHERE photo_id = ANY(%s) UNION SELECT shown.photo_id, people.* FROM people"
    " JOIN shown ON people.person_id = shown.merged_into) SELECT * FROM shown",
    "SELECT photo_id, kind, title, title_source FROM events JOIN unnest(%s::text[]) AS given (photo_id)"
    " ON photo_ids @> ARRAY[given.photo_id] ORDER BY event_id",
)
"""Photos, wishes, libraries; people in the photos and those whom they were merged into; events that they are in."""
_NOTHING_YET: dict[str, Any] = {"picture": None, "files": "[]", "faces": "[]", "stated": None, "machine_tags": []}


class PostgresStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[PostgresUnit]:
        async with self._database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('pictopy:exif:unit'))")
            yield PostgresUnit(connection)

    async def photo(self, photo_id: PhotoId) -> PhotoState | None:
        return next(iter(await self.photos([photo_id])), None)

    async def photos(self, photo_ids: Sequence[PhotoId]) -> list[PhotoState]:
        async with self._database.transaction() as connection:
            photos, wishes, libraries, people, happenings, rules = [
                await (await connection.execute(query, values)).fetchall()
                for query, values in (*((query, (list(photo_ids),)) for query in _OF_PHOTOS), (_RULES, ()))
            ]
        roots = {LibraryId(row["library_id"]): from_wire(row["root"]) for row in libraries}
        by_photo = {row["photo_id"]: row for row in photos}
        wish_of = {row["photo_id"]: row for row in wishes}
        concepts = Rules.model_validate(rules[0]).concepts
        found = []
        for photo_id in photo_ids:
            if photo_id not in by_photo and photo_id not in wish_of:
                continue
            row, wish = by_photo.get(photo_id, _NOTHING_YET), wish_of.get(photo_id)
            files = _FILES.validate_json(row["files"])
            shown = (each for each in people if each["photo_id"] == photo_id)
            happened = (each for each in happenings if each["photo_id"] == photo_id)
            found.append(
                PhotoState(
                    photo_id=photo_id,
                    picture=Picture.model_validate(row["picture"]) if row["picture"] else None,
                    files=files,
                    roots={each.library_id: roots[each.library_id] for each in files if each.library_id in roots},
                    faces=_FACES.validate_json(row["faces"]),
                    people={PersonId(each["person_id"]): Person.model_validate(each) for each in shown},
                    happenings=tuple(Happening.model_validate(each) for each in happened),
                    stated=Stated.model_validate(row["stated"] or {}),
                    wish=_wish(wish) if wish else Wish(),
                    machine_tags=tuple(row["machine_tags"]),
                    concepts=concepts,
                    confirmed=Wishes.model_validate(confirmed) if (confirmed := wish and wish["confirmed"]) else None,
                )
            )
        return found

    async def roots(self) -> dict[LibraryId, str]:
        rows = await self._all("SELECT library_id, root FROM libraries WHERE root IS NOT NULL")
        return {LibraryId(row["library_id"]): from_wire(row["root"]) for row in rows}

    async def claim(self, limit: int) -> list[PhotoId]:
        rows = await self._all(
            "UPDATE wishes SET attempts = wishes.attempts + 1,"
            " due_at = clock_timestamp() + make_interval(secs => 10 * 3 ^ least(wishes.attempts, 8))"
            " FROM (SELECT photo_id FROM wishes WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT %s"
            " FOR UPDATE SKIP LOCKED) AS oldest WHERE wishes.photo_id = oldest.photo_id RETURNING wishes.photo_id",
            limit,
        )
        return [PhotoId(row["photo_id"]) for row in rows]

    async def waiting(self) -> int:
        rows = await self._all("SELECT count(*) AS n FROM wishes WHERE due_at IS NOT NULL AND state <> 'failed'")
        return int(rows[0]["n"])

    async def write(self, write_id: int) -> Write | None:
        rows = await self._all("SELECT * FROM ledger WHERE write_id = %s", write_id)
        return _write(rows[0]) if rows else None

    async def undo_bytes(self, write_ids: Sequence[int]) -> dict[int, bytes]:
        rows = await self._all("SELECT write_id, undo FROM ledger WHERE write_id = ANY(%s)", list(write_ids))
        return {int(row["write_id"]): bytes(row["undo"]) for row in rows}

    async def writes(self, write_ids: Sequence[int]) -> list[Write]:
        return _writes(await self._all("SELECT * FROM ledger WHERE write_id = ANY(%s)", list(write_ids)))

    async def writes_of(self, *photo_ids: PhotoId) -> list[Write]:
        query = "SELECT * FROM ledger WHERE photo_id = ANY(%s) ORDER BY write_id"
        return _writes(await self._all(query, list(photo_ids)))

    async def unsettled(self) -> list[Write]:
        query = "SELECT * FROM ledger WHERE status IN ('pending', 'undoing') ORDER BY write_id"
        return _writes(await self._all(query))

    async def undoable(self, day: date | None) -> list[int]:
        rows = await self._all(
            "SELECT write_id FROM ledger WHERE status = 'written'"
            " AND (%s::date IS NULL OR (written_at AT TIME ZONE 'UTC')::date = %s) ORDER BY write_id DESC",
            day,
            day,
        )
        return [int(row["write_id"]) for row in rows]

    async def ledger(
        self,
        photo_id: PhotoId | None,
        before: int | None,
        limit: int,
        *,
        day: date | None = None,
        status: WriteStatus | None = None,
    ) -> list[Write]:
        return _writes(
            await self._all(
                "SELECT * FROM ledger WHERE (%s::text IS NULL OR photo_id = %s)"
                " AND (%s::bigint IS NULL OR write_id < %s)"
                " AND (%s::date IS NULL OR (started_at AT TIME ZONE 'UTC')::date = %s)"
                " AND (%s::text IS NULL OR status = %s) ORDER BY write_id DESC LIMIT %s",
                *(photo_id, photo_id, before, before, day, day, status, status, limit),
            )
        )

    async def wished(self, after: str, limit: int) -> list[PhotoId]:
        rows = await self._all(
            "SELECT photo_id FROM wishes WHERE photo_id > %s ORDER BY photo_id LIMIT %s", after, limit
        )
        return [PhotoId(row["photo_id"]) for row in rows]

    async def wishes(self, state: str, after: str, limit: int) -> list[tuple[PhotoId, Wish]]:
        query = "SELECT * FROM wishes WHERE state = %s AND photo_id > %s ORDER BY photo_id LIMIT %s"
        return [(PhotoId(row["photo_id"]), _wish(row)) for row in await self._all(query, state, after, limit)]

    async def rules(self) -> Rules:
        return Rules.model_validate((await self._all(_RULES))[0])

    async def counts(self) -> dict[str, dict[str, int]]:
        writes = await self._all("SELECT status AS name, count(*) AS n FROM ledger GROUP BY status")
        wishes = await self._all("SELECT state AS name, count(*) AS n FROM wishes GROUP BY state")
        return {
            "ledger": {row["name"]: int(row["n"]) for row in writes},
            "wishes": {row["name"]: int(row["n"]) for row in wishes},
        }

    async def stated(self) -> list[tuple[PhotoId, Stated]]:
        rows = await self._all("SELECT photo_id, stated FROM photos WHERE stated IS NOT NULL ORDER BY photo_id")
        return [(PhotoId(row["photo_id"]), Stated.model_validate(row["stated"])) for row in rows]

    async def _all(self, query: LiteralString, *values: Any) -> list[dict[str, Any]]:
        async with self._database.transaction() as connection:
            return await (await connection.execute(query, values)).fetchall()


def _wish(row: dict[str, Any]) -> Wish:
    names = ("state", "written_key", "muted_digest", "reason", "attempts", "due_at")
    return Wish(**{name: row[name] for name in names})


def _write(row: dict[str, Any]) -> Write:
    paths = {name: from_wire(row[name]) for name in ("path", "written_path")}
    return Write.model_validate({**row, **paths})


def _writes(rows: list[dict[str, Any]]) -> list[Write]:
    return [_write(row) for row in rows]
