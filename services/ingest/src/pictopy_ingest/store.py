"""Postgres: all SQL of ingest."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import DeadLetter, Message, Stage
from pictopy_ingest.domain.photos import Album, FileRow, Library, PhotoRow
from pictopy_ingest.domain.scan import Known
from pictopy_ingest.domain.stages import StageRow
from pictopy_ingest.ports import Activity, Cursor, Failure, FailureFilter, Order, Refused, Scan
from pictopy_ingest.ports_said import Conflict
from pictopy_ingest.rows import failure_of, file_of, photo_of, photo_values, refused_values, stage_of, stamp_of
from pictopy_ingest.store_pages import FAILURES, PAGES
from pictopy_ingest.store_said import CONFLICTS, SaidQueries, conflict_of
from pictopy_runtime import outbox
from pictopy_runtime.database import Database

SCANS_KEPT = 200
Row = dict[str, Any]


class PostgresUnit(SaidQueries):
    """One transaction; reads of what may change lock it."""

    async def publish(self, message: Message, msg_id: str) -> None:
        await outbox.add(self._connection, message, msg_id)

    async def libraries(self) -> list[Library]:
        return [
            Library(**row)
            for row in await self._rows("SELECT * FROM libraries ORDER BY added_at, library_id FOR SHARE")
        ]

    async def save_library(self, library: Library) -> None:
        await self._connection.execute(
            "INSERT INTO libraries VALUES (%(library_id)s, %(name)s, %(root)s, %(revision)s, %(added_at)s)"
            " ON CONFLICT (library_id) DO UPDATE SET name = excluded.name, root = excluded.root,"
            " revision = excluded.revision",
            vars(library),
        )

    async def remove_library(self, library_id: LibraryId) -> None:
        await self._connection.execute("DELETE FROM refused WHERE library_id = %s", (library_id,))
        await self._connection.execute("DELETE FROM libraries WHERE library_id = %s", (library_id,))

    async def photos(self, photo_ids: Collection[PhotoId], *, for_change: bool = True) -> dict[PhotoId, PhotoRow]:
        query: LiteralString = "SELECT * FROM photos WHERE photo_id = ANY(%s) ORDER BY photo_id"
        if for_change:
            query = "SELECT * FROM photos WHERE photo_id = ANY(%s) ORDER BY photo_id FOR UPDATE"
        rows = await self._rows(query, list(photo_ids))
        return {row["photo_id"]: photo_of(row) for row in rows}

    async def save_photos(self, rows: Sequence[PhotoRow]) -> None:
        await self._many(
            "INSERT INTO photos VALUES (%(photo_id)s, %(revision)s, %(kind)s, %(facts)s, %(stated)s, %(is_present)s,"
            " %(added_at)s, %(taken_sort)s, %(stated_at)s, %(statement_revision)s) ON CONFLICT (photo_id) DO UPDATE SET"
            " revision = excluded.revision,"
            " kind = excluded.kind, facts = excluded.facts, stated = excluded.stated, is_present = excluded.is_present,"
            " taken_sort = excluded.taken_sort, stated_at = excluded.stated_at,"
            " statement_revision = excluded.statement_revision",
            [photo_values(row) for row in rows],
        )

    async def files_of(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[FileRow]]:
        rows = await self._rows("SELECT * FROM files WHERE photo_id = ANY(%s) ORDER BY path", list(photo_ids))
        found: dict[PhotoId, list[FileRow]] = {}
        for row in rows:
            found.setdefault(row["photo_id"], []).append(file_of(row))
        return found

    async def files_at(self, library_id: LibraryId, paths: Collection[bytes]) -> dict[bytes, FileRow]:
        rows = await self._rows("SELECT * FROM files WHERE library_id = %s AND path = ANY(%s)", library_id, list(paths))
        return {bytes(row["path"]): file_of(row) for row in rows}

    async def save_files(self, rows: Sequence[FileRow]) -> None:
        await self._many(
            "INSERT INTO files VALUES (%(library_id)s, %(path)s, %(photo_id)s, %(size_bytes)s, %(mtime_ns)s,"
            " %(ctime_ns)s, %(sidecars)s, %(facts)s, %(added_at)s) ON CONFLICT (library_id, path) DO UPDATE SET"
            " photo_id = excluded.photo_id, size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,"
            " ctime_ns = excluded.ctime_ns, sidecars = excluded.sidecars, facts = excluded.facts,"
            " added_at = excluded.added_at, is_to_read_again = false",
            [{**vars(row), **vars(row.stamp), "facts": Jsonb(row.facts.model_dump(mode="json"))} for row in rows],
        )

    async def remove_files(self, library_id: LibraryId, paths: Collection[bytes]) -> None:
        await self._connection.execute(
            "DELETE FROM files WHERE library_id = %s AND path = ANY(%s)", (library_id, list(paths))
        )

    async def album_names(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, list[str]]:
        rows = await self._rows(
            "SELECT photo_id, array_agg(name ORDER BY name) AS names FROM album_photos JOIN albums USING (album_id)"
            " WHERE photo_id = ANY(%s) GROUP BY photo_id",
            list(photo_ids),
        )
        return {row["photo_id"]: row["names"] for row in rows}

    async def save_refused(self, library_id: LibraryId, refused: Sequence[Refused], at: datetime) -> None:
        await self._many(
            "INSERT INTO refused VALUES (%(library_id)s, %(path)s, %(stage)s, %(size_bytes)s, %(mtime_ns)s,"
            " %(ctime_ns)s, %(sidecars)s, %(reason)s, 1, false, %(at)s) ON CONFLICT (library_id, path) DO UPDATE SET"
            " stage = excluded.stage, size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,"
            " ctime_ns = excluded.ctime_ns, sidecars = excluded.sidecars, reason = excluded.reason,"
            " attempts = refused.attempts + 1, is_skipped = false, refused_at = excluded.refused_at",
            [{"library_id": library_id, "at": at, **refused_values(one)} for one in refused],
        )

    async def forget_refused(self, library_id: LibraryId, paths: Collection[bytes]) -> None:
        await self._connection.execute(
            "DELETE FROM refused WHERE library_id = %s AND path = ANY(%s)", (library_id, list(paths))
        )

    async def album(self, album_id: str) -> Album | None:
        rows = await self._rows("SELECT * FROM albums WHERE album_id = %s FOR UPDATE", album_id)
        return Album(**rows[0]) if rows else None

    async def save_album(self, album: Album) -> None:
        await self._connection.execute(
            "INSERT INTO albums VALUES (%(album_id)s, %(name)s, %(created_at)s, %(revision)s) ON CONFLICT (album_id)"
            " DO UPDATE SET name = excluded.name, revision = excluded.revision, created_at = excluded.created_at",
            vars(album),
        )

    async def remove_album(self, album_id: str) -> None:
        await self._connection.execute("DELETE FROM albums WHERE album_id = %s", (album_id,))

    async def album_photos(self, album_id: str) -> list[PhotoId]:
        rows = await self._rows("SELECT photo_id FROM album_photos WHERE album_id = %s ORDER BY 1", album_id)
        return [row["photo_id"] for row in rows]

    async def put_in_album(self, album_id: str, photo_ids: Collection[PhotoId]) -> None:
        await self._connection.execute(
            "INSERT INTO album_photos SELECT %s, photo_id FROM photos WHERE photo_id = ANY(%s) ON CONFLICT DO NOTHING",
            (album_id, list(photo_ids)),
        )

    async def take_from_album(self, album_id: str, photo_ids: Collection[PhotoId]) -> None:
        await self._connection.execute(
            "DELETE FROM album_photos WHERE album_id = %s AND photo_id = ANY(%s)", (album_id, list(photo_ids))
        )

    async def wanted_version(self) -> tuple[int, str]:
        rows = await self._rows("SELECT revision, version FROM models FOR SHARE")
        return (rows[0]["revision"], rows[0]["version"]) if rows else (0, "")

    async def want_version(self, revision: int, version: str) -> None:
        await self._connection.execute(
            "INSERT INTO models (revision, version) VALUES (%s, %s)"
            " ON CONFLICT (only_row) DO UPDATE SET revision = excluded.revision, version = excluded.version",
            (revision, version),
        )
        await self._connection.execute(
            "UPDATE stages SET wanted_version = %(version)s, updated_at = now(),"
            " status = CASE WHEN status IN ('done', 'waiting') AND done_version = %(version)s THEN 'done'"
            "               WHEN status = 'done' THEN 'waiting' ELSE status END,"
            " sent_at = CASE WHEN status = 'done' AND done_version <> %(version)s THEN NULL ELSE sent_at END,"
            " sent_count = CASE WHEN status = 'done' AND done_version <> %(version)s THEN 0 ELSE sent_count END"
            " WHERE stage = 'vision' AND wanted_version <> %(version)s",
            {"version": version},
        )

    async def stage_rows(self, photo_ids: Collection[PhotoId]) -> dict[PhotoId, dict[Stage, StageRow]]:
        rows = await self._rows(
            "SELECT * FROM stages WHERE photo_id = ANY(%s) ORDER BY photo_id, stage FOR UPDATE", list(photo_ids)
        )
        found: dict[PhotoId, dict[Stage, StageRow]] = {}
        for row in rows:
            found.setdefault(row["photo_id"], {})[row["stage"]] = stage_of(row)
        return found

    async def save_stage_rows(self, rows: Sequence[StageRow]) -> None:
        await self._many(
            "INSERT INTO stages VALUES (%(photo_id)s, %(stage)s, %(wanted_version)s, %(done_version)s, %(status)s,"
            " %(attempts)s, %(last_error)s, %(sent_at)s, %(sent_count)s, %(finished_at)s, now())"
            " ON CONFLICT (photo_id, stage) DO UPDATE SET wanted_version = excluded.wanted_version,"
            " done_version = excluded.done_version, status = excluded.status, attempts = excluded.attempts,"
            " last_error = excluded.last_error, sent_at = excluded.sent_at, sent_count = excluded.sent_count,"
            " finished_at = excluded.finished_at, updated_at = now()",
            [vars(row) for row in rows],
        )

    async def save_dead(self, letter: DeadLetter) -> None:
        await self._connection.execute(
            "INSERT INTO dead_letters VALUES (%s, %s, %s) ON CONFLICT (dead_id) DO UPDATE SET letter = excluded.letter",
            (letter.dead_id, Jsonb(letter.model_dump(mode="json")), letter.died_at),
        )

    async def dead(self, dead_ids: Collection[str]) -> list[DeadLetter]:
        rows = await self._rows(
            "SELECT letter FROM dead_letters WHERE dead_id = ANY(%s) ORDER BY dead_id FOR UPDATE", list(dead_ids)
        )
        return [DeadLetter.model_validate(row["letter"]) for row in rows]

    async def forget_dead(self, photo_id: PhotoId, durable: str) -> None:
        await self._connection.execute(
            "DELETE FROM dead_letters WHERE letter->>'photo_id' = %s AND letter->>'durable' = %s", (photo_id, durable)
        )

    async def remove_dead(self, dead_ids: Collection[str]) -> None:
        await self._connection.execute("DELETE FROM dead_letters WHERE dead_id = ANY(%s)", (list(dead_ids),))


class PostgresStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[PostgresUnit]:
        async with self._database.transaction() as connection:
            yield PostgresUnit(connection)

    async def _rows(self, query: LiteralString, values: Mapping[str, Any] | None = None) -> list[Row]:
        async with self._database.transaction() as connection:
            cursor = await connection.execute(query, values)
            return await cursor.fetchall() if cursor.description else []

    async def known_files(self, library_id: LibraryId) -> dict[bytes, Known]:
        rows = await self._rows(
            "SELECT path, photo_id, CASE WHEN is_to_read_again THEN NULL ELSE size_bytes END AS size_bytes, mtime_ns,"
            " ctime_ns, sidecars FROM files WHERE library_id = %(id)s"
            " UNION ALL SELECT path, NULL, size_bytes, mtime_ns, ctime_ns, sidecars FROM refused r"
            " WHERE library_id = %(id)s AND NOT EXISTS"
            " (SELECT FROM files f WHERE f.library_id = r.library_id AND f.path = r.path)",
            {"id": library_id},
        )
        return {
            bytes(row["path"]): Known(stamp_of(row) if row["size_bytes"] is not None else None, row["photo_id"])
            for row in rows
        }

    async def photo_page(
        self, order: Order, after: Cursor | None, limit: int, library_id: LibraryId | None
    ) -> list[PhotoRow]:
        at, key = after or (None, None)
        rows = await self._rows(PAGES[order], {"at": at, "key": key, "limit": limit, "library": library_id})
        return [photo_of(row) for row in rows]

    async def stated_photos(self) -> list[PhotoRow]:
        return [
            photo_of(row) for row in await self._rows("SELECT * FROM photos WHERE stated <> '{}' ORDER BY photo_id")
        ]

    async def failures(self, after: Cursor | None, limit: int, wanted: FailureFilter) -> list[Failure]:
        at, key = after or (None, None)
        values = {**vars(wanted), "at": at, "key": key, "limit": limit}
        return [failure_of(row) for row in await self._rows(FAILURES, values)]

    async def conflicts(self, after: Cursor | None, limit: int) -> list[Conflict]:
        at, key = after or (None, None)
        found = await self._rows(CONFLICTS, {"at": at, "key": int(key) if key else None, "limit": limit})
        return [conflict_of(row) for row in found]

    async def albums(self) -> list[Album]:
        rows = await self._rows(
            "SELECT a.*, count(p.photo_id)::int AS photo_count FROM albums a LEFT JOIN album_photos USING (album_id)"
            " LEFT JOIN photos p USING (photo_id) WHERE p.is_present IS NOT FALSE"
            " GROUP BY a.album_id ORDER BY name, a.album_id"
        )
        return [Album(**row) for row in rows]

    async def activity(self, since: datetime) -> Activity:
        kinds = await self._rows("SELECT kind, count(*) AS n FROM photos WHERE is_present GROUP BY 1")
        stages = await self._rows(
            "SELECT stage, status, count(*) AS n,"
            " count(*) FILTER (WHERE status = 'waiting' AND done_version IS NOT NULL) AS relooks"
            " FROM stages JOIN photos USING (photo_id) WHERE is_present GROUP BY 1, 2"
        )
        finished = await self._rows(
            "SELECT stage, count(*) AS n FROM stages WHERE finished_at > %(since)s GROUP BY 1", {"since": since}
        )
        paused = await self._rows("SELECT stage FROM paused_stages")
        [rest] = await self._rows(
            "SELECT (SELECT count(*) FROM refused WHERE NOT is_skipped) AS failed_files,"
            " (SELECT count(*) FROM dead_letters) AS dead"
        )
        counts: dict[str, dict[str, int]] = {}
        for row in stages:
            counts.setdefault(row["stage"], {})[row["status"]] = row["n"]
        by_kind = {row["kind"]: row["n"] for row in kinds}
        return Activity(
            by_kind.get("photo", 0),
            by_kind.get("video", 0),
            counts,
            rest["failed_files"],
            rest["dead"],
            relooks={row["stage"]: row["relooks"] for row in stages if row["relooks"]},
            paused=frozenset(row["stage"] for row in paused),
            finished={row["stage"]: row["n"] for row in finished},
        )

    async def due(self, now: datetime, stalled_s: float, limit: int) -> list[StageRow]:
        rows = await self._rows(
            "SELECT s.* FROM stages s JOIN photos USING (photo_id) WHERE is_present AND status = 'waiting' AND"
            " (done_version IS NULL OR stage NOT IN (SELECT stage FROM paused_stages)) AND"
            " ((sent_at IS NULL AND (stage <> 'vision' OR done_version IS NULL)) OR"
            " (sent_at < %(now)s - make_interval(secs => %(stalled)s * 2 ^ least(sent_count - 1, 6))"
            "  AND coalesce((SELECT max(finished_at) FROM stages l WHERE l.stage = s.stage), sent_at)"
            "      < %(now)s - make_interval(secs => %(stalled)s)))"
            " ORDER BY sent_at NULLS FIRST, photo_id LIMIT %(limit)s",
            {"now": now, "stalled": stalled_s, "limit": limit},
        )
        return [stage_of(row) for row in rows]

    async def relooks_due(self, limit: int) -> list[PhotoId]:
        rows = await self._rows(
            "SELECT photo_id FROM stages JOIN photos USING (photo_id) WHERE is_present AND status = 'waiting'"
            " AND stage = 'vision' AND sent_at IS NULL AND done_version IS NOT NULL"
            " AND stage NOT IN (SELECT stage FROM paused_stages) LIMIT %(limit)s",
            {"limit": limit},
        )
        return [row["photo_id"] for row in rows]

    async def in_flight(self, since: datetime) -> tuple[int, int]:
        [row] = await self._rows(
            "SELECT count(*) AS n, count(done_version) AS relooks FROM stages"
            " WHERE stage = 'vision' AND status = 'waiting' AND sent_at > %(since)s",
            {"since": since},
        )
        return int(row["n"]), int(row["relooks"])

    async def never_sent(self) -> int:
        [row] = await self._rows(
            "SELECT count(*) AS n FROM stages JOIN photos USING (photo_id)"
            " WHERE is_present AND status = 'waiting' AND sent_at IS NULL"
            " AND (done_version IS NULL OR stage NOT IN (SELECT stage FROM paused_stages))"
        )
        return int(row["n"])

    async def reread_photo(self, photo_id: PhotoId) -> None:
        await self._rows("UPDATE files SET is_to_read_again = true WHERE photo_id = %(id)s", {"id": photo_id})

    async def reread_refused(self, library_id: LibraryId, path: bytes) -> None:
        await self._rows(
            "UPDATE refused SET size_bytes = NULL WHERE library_id = %(id)s AND path = %(path)s",
            {"id": library_id, "path": path},
        )

    async def skip_refused(self, library_id: LibraryId, path: bytes) -> None:
        await self._rows(
            "UPDATE refused SET is_skipped = true WHERE library_id = %(id)s AND path = %(path)s",
            {"id": library_id, "path": path},
        )

    async def start_scan(self, library_id: LibraryId, at: datetime) -> Scan:
        [row] = await self._rows(
            "INSERT INTO scans (library_id, state, started_at) VALUES (%(id)s, 'running', %(at)s) RETURNING *",
            {"id": library_id, "at": at},
        )
        return Scan(**row)

    async def end_scan(self, scan: Scan) -> None:
        await self._rows(
            "UPDATE scans SET state = %(state)s, ended_at = %(ended_at)s, counts = %(counts)s, reason = %(reason)s"
            " WHERE scan_id = %(scan_id)s",
            {**vars(scan), "counts": Jsonb(dict(scan.counts))},
        )
        await self._rows("DELETE FROM scans WHERE scan_id <= %(last)s", {"last": scan.scan_id - SCANS_KEPT})

    async def interrupt_scans(self, at: datetime) -> None:
        await self._rows(
            "UPDATE scans SET state = 'interrupted', ended_at = %(at)s WHERE state = 'running'", {"at": at}
        )

    async def scans(self, limit: int) -> list[Scan]:
        rows = await self._rows("SELECT * FROM scans ORDER BY scan_id DESC LIMIT %(limit)s", {"limit": limit})
        return [Scan(**row) for row in rows]
