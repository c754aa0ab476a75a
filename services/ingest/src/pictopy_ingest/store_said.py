"""Postgres: what was said, what waits for its photo, what came home from files, and what rests."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.statements import JournalItem
from pictopy_ingest.domain.facts import Stated
from pictopy_ingest.domain.photos import Album, PhotoRow
from pictopy_ingest.ports_said import Conflict, OwnWrite
from pictopy_ingest.rows import photo_of
from pictopy_runtime.database import Connection

Row = dict[str, Any]

CONFLICTS: LiteralString = """
    SELECT * FROM conflicts
    WHERE (%(at)s::timestamptz IS NULL OR (at, conflict_id) < (%(at)s, %(key)s::bigint))
    ORDER BY at DESC, conflict_id DESC LIMIT %(limit)s"""


class SaidQueries:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def _rows(self, query: LiteralString, *values: Any) -> list[Row]:
        return await (await self._connection.execute(query, values)).fetchall()

    async def _many(self, query: LiteralString, values: Sequence[Mapping[str, Any]]) -> None:
        if values:
            async with self._connection.cursor() as cursor:
                await cursor.executemany(query, values)

    async def album_ids(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[str]]:
        rows = await self._rows(
            "SELECT photo_id, array_agg(album_id ORDER BY album_id) AS ids FROM album_photos"
            " WHERE photo_id = ANY(%s) GROUP BY photo_id",
            list(photo_ids),
        )
        return {row["photo_id"]: row["ids"] for row in rows}

    async def albums_named(self, names: Collection[str]) -> dict[str, Album]:
        rows = await self._rows(
            "SELECT DISTINCT ON (name) * FROM albums WHERE name = ANY(%s) ORDER BY name, created_at, album_id",
            list(names),
        )
        return {row["name"]: Album(**row) for row in rows}

    async def all_albums(self) -> list[Album]:
        return [Album(**row) for row in await self._rows("SELECT * FROM albums ORDER BY created_at, album_id")]

    async def remove_empty_albums(self, prefix: str) -> None:
        await self._connection.execute(
            "DELETE FROM albums a WHERE starts_with(album_id, %s)"
            " AND NOT EXISTS (SELECT FROM album_photos p WHERE p.album_id = a.album_id)",
            (prefix,),
        )

    async def untold_photos(self, limit: int) -> list[PhotoRow]:
        rows = await self._rows(
            "SELECT * FROM photos WHERE statement_revision = 0 AND stated <> '{}' ORDER BY photo_id LIMIT %s"
            " FOR UPDATE",
            limit,
        )
        return [photo_of(row) for row in rows]

    async def keep_item(self, item: JournalItem) -> None:
        await self._connection.execute(
            "INSERT INTO kept_statements VALUES (%s, %s, %s, %s) ON CONFLICT (kind, statement_id)"
            " DO UPDATE SET revision = excluded.revision, item = excluded.item",
            (item.kind, item.id, item.revision, Jsonb(item.model_dump(mode="json"))),
        )

    async def kept_items(self, kind: str, ids: Collection[str] | None = None) -> list[JournalItem]:
        rows = await self._rows(
            "SELECT item FROM kept_statements WHERE kind = %s AND (%s::text[] IS NULL OR statement_id = ANY(%s))"
            " ORDER BY statement_id",
            kind,
            *([None, None] if ids is None else [list(ids), list(ids)]),
        )
        return [JournalItem.model_validate(row["item"]) for row in rows]

    async def forget_item(self, kind: str, statement_id: str) -> None:
        await self._connection.execute(
            "DELETE FROM kept_statements WHERE kind = %s AND statement_id = %s", (kind, statement_id)
        )

    async def save_own_write(self, write: OwnWrite) -> None:
        stated = write.stated.model_dump(mode="json", exclude_unset=True)
        albums = None if write.albums is None else Jsonb(list(write.albums))
        await self._connection.execute(
            "INSERT INTO own_writes VALUES (%(library_id)s, %(path)s, %(target)s, %(digest)s, %(photo_id)s, %(stated)s,"
            " %(albums)s, %(written_at)s) ON CONFLICT DO NOTHING",
            {**vars(write), "stated": Jsonb(stated), "albums": albums},
        )

    async def own_writes(self, library_id: LibraryId, paths: Collection[bytes]) -> list[OwnWrite]:
        rows = await self._rows(
            "SELECT * FROM own_writes WHERE library_id = %s AND path = ANY(%s) ORDER BY written_at, digest",
            library_id,
            list(paths),
        )
        return [_own_write(row) for row in rows]

    async def forget_own_writes(self, writes: Sequence[OwnWrite]) -> None:
        await self._many(
            "DELETE FROM own_writes WHERE library_id = %(library_id)s AND path = %(path)s AND target = %(target)s"
            " AND digest = %(digest)s",
            [{name: getattr(write, name) for name in ("library_id", "path", "target", "digest")} for write in writes],
        )

    async def save_conflict(self, conflict: Conflict) -> None:
        if conflict.conflict_id:
            await self._connection.execute(
                "UPDATE conflicts SET resolved = %(resolved)s, rule = %(rule)s WHERE conflict_id = %(conflict_id)s",
                {name: getattr(conflict, name) for name in ("resolved", "rule", "conflict_id")},
            )
            return
        await self._connection.execute(
            "INSERT INTO conflicts (photo_id, library_id, path, what, ours, theirs, resolved, rule, at) VALUES"
            " (%(photo_id)s, %(library_id)s, %(path)s, %(what)s, %(ours)s, %(theirs)s, %(resolved)s, %(rule)s, %(at)s)",
            {**vars(conflict), "ours": Jsonb(dict(conflict.ours)), "theirs": Jsonb(dict(conflict.theirs))},
        )

    async def conflict(self, conflict_id: int) -> Conflict | None:
        rows = await self._rows("SELECT * FROM conflicts WHERE conflict_id = %s FOR UPDATE", conflict_id)
        return conflict_of(rows[0]) if rows else None

    async def paused(self) -> set[str]:
        return {row["stage"] for row in await self._rows("SELECT stage FROM paused_stages")}

    async def pause(self, stage: str, at: datetime) -> None:
        await self._connection.execute("INSERT INTO paused_stages VALUES (%s, %s) ON CONFLICT DO NOTHING", (stage, at))

    async def resume(self, stage: str) -> None:
        await self._connection.execute("DELETE FROM paused_stages WHERE stage = %s", (stage,))


def conflict_of(row: Row) -> Conflict:
    return Conflict(**{**row, "path": bytes(row["path"])})


def _own_write(row: Row) -> OwnWrite:
    albums = None if row["albums"] is None else tuple(row["albums"])
    stated = Stated.model_validate(row["stated"])
    return OwnWrite(**{**row, "path": bytes(row["path"]), "stated": stated, "albums": albums})
