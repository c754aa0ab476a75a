"""The SQL of the journal: what people said, and which library's journal has to say something else."""

from collections.abc import Collection
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.registry import owner_of
from pictopy_contracts.statements import Statement
from pictopy_exif.domain.journal import CLAIM_S, Entry, Key
from pictopy_exif.domain.records import JournalState
from pictopy_runtime.database import Connection, Database

_DUE = (
    " INSERT INTO journals (library_id, due_at)"
    " SELECT library_id, clock_timestamp() + make_interval(secs => %(delay_s)s) FROM libraries"
    " WHERE root IS NOT NULL AND (%(photo_ids)s::text[] = '{}' OR EXISTS (SELECT FROM photos"
    " WHERE photo_id = ANY(%(photo_ids)s)"
    " AND files @> jsonb_build_array(jsonb_build_object('library_id', library_id))))"
    " ON CONFLICT (library_id) DO UPDATE SET state = 'due', attempts = 0, due_at ="
    " CASE WHEN journals.state = 'due' THEN least(journals.due_at, excluded.due_at) ELSE excluded.due_at END"
)


class PostgresJournal:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, said: Statement, delay_s: float) -> None:
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "INSERT INTO statements (owner, kind, statement_id, revision, said_by, photo_ids, body, is_gone)"
                " VALUES (%(owner)s, %(kind)s, %(statement_id)s, %(revision)s, %(by)s,"
                " %(photo_ids)s, %(body)s, %(is_gone)s) ON CONFLICT (owner, kind, statement_id) DO UPDATE SET"
                " revision = excluded.revision, said_by = excluded.said_by, photo_ids = excluded.photo_ids,"
                " body = excluded.body, is_gone = excluded.is_gone, heard_at ="
                " CASE WHEN (statements.body, statements.is_gone) = (excluded.body, excluded.is_gone)"
                " THEN statements.heard_at ELSE excluded.heard_at END WHERE statements.revision < excluded.revision",
                {
                    **said.model_dump(exclude={"photo_ids", "body"}),
                    "owner": owner_of(said.SUBJECT),
                    "photo_ids": list(said.photo_ids),
                    "body": Jsonb(said.body),
                },
            )
            if cursor.rowcount:
                await connection.execute(_DUE, {"delay_s": delay_s, "photo_ids": list(said.photo_ids)})

    async def touch(self, photo_ids: Collection[PhotoId], delay_s: float) -> None:
        async with self._database.transaction() as connection:
            spoken = await self._spoken_of(connection, photo_ids)
            if spoken:
                await connection.execute(_DUE, {"delay_s": delay_s, "photo_ids": spoken})

    async def touch_all(self, delay_s: float) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(_DUE, {"delay_s": delay_s, "photo_ids": []})

    async def claim(self) -> list[LibraryId]:
        rows = await self._all(
            "UPDATE journals SET state = 'done', due_at = clock_timestamp() + make_interval(secs => %(again_s)s)"
            " WHERE due_at <= clock_timestamp() RETURNING library_id",
            again_s=CLAIM_S,
        )
        return sorted(LibraryId(row["library_id"]) for row in rows)

    async def waiting(self) -> int:
        rows = await self._all("SELECT count(*) AS n FROM journals WHERE due_at IS NOT NULL AND state <> 'failed'")
        return int(rows[0]["n"])

    async def entries(self, library_id: LibraryId) -> list[Entry]:
        rows = await self._all(
            "SELECT owner, kind, statement_id AS id, revision, said_by AS by, photo_ids, body FROM said_of_libraries"
            " WHERE library_id = %(library_id)s AND NOT is_gone",
            library_id=library_id,
        )
        return [Entry.model_validate(row) for row in rows]

    async def known(self) -> set[Key]:
        rows = await self._all("SELECT owner, kind, statement_id FROM statements")
        return {(row["owner"], row["kind"], row["statement_id"]) for row in rows}

    async def written_hash(self, library_id: LibraryId) -> str | None:
        rows = await self._all(
            "SELECT hash_after FROM ledger WHERE library_id = %(library_id)s AND target = 'journal'"
            " AND status = 'written' ORDER BY write_id DESC LIMIT 1",
            library_id=library_id,
        )
        return rows[0]["hash_after"] if rows else None

    async def is_muted(self, library_id: LibraryId) -> bool:
        rows = await self._all(
            "SELECT FROM ledger WHERE library_id = %(library_id)s AND target = 'journal' AND status = 'undone'"
            " AND NOT EXISTS (SELECT FROM said_of_libraries AS said WHERE said.library_id = ledger.library_id"
            " AND said_by = 'user' AND heard_at > undone_at) LIMIT 1",
            library_id=library_id,
        )
        return bool(rows)

    async def settle(self, library_id: LibraryId, reason: str | None, attempts: int, wait_s: float | None) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE journals SET state = %s, reason = %s, attempts = %s,"
                " due_at = clock_timestamp() + make_interval(secs => %s) WHERE library_id = %s AND state <> 'due'",
                ("failed" if reason else "done", reason, attempts, wait_s, library_id),
            )

    async def state(self, library_id: LibraryId) -> JournalState:
        rows = await self._all(
            "SELECT state, reason, attempts, due_at FROM journals WHERE library_id = %(library_id)s",
            library_id=library_id,
        )
        return JournalState(library_id=library_id, **rows[0]) if rows else JournalState(library_id)

    async def failed(self) -> list[JournalState]:
        rows = await self._all(
            "SELECT library_id, state, reason, attempts, due_at FROM journals WHERE state = 'failed'"
            " ORDER BY library_id"
        )
        return [JournalState(**row) for row in rows]

    async def _spoken_of(self, connection: Connection, photo_ids: Collection[PhotoId]) -> list[str]:
        cursor = await connection.execute(
            "SELECT DISTINCT given.photo_id FROM unnest(%s::text[]) AS given (photo_id)"
            " WHERE EXISTS (SELECT FROM statements WHERE photo_ids @> ARRAY[given.photo_id])",
            (sorted(photo_ids),),
        )
        return [row["photo_id"] for row in await cursor.fetchall()]

    async def _all(self, query: LiteralString, **values: Any) -> list[dict[str, Any]]:
        async with self._database.transaction() as connection:
            return await (await connection.execute(query, values)).fetchall()
