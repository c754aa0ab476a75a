"""The Postgres adapter, reading half. Statements are composed of literal fragments; values travel as parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, LiteralString

from psycopg import sql

from pictopy_contracts.ids import PersonId, PhotoId
from pictopy_runtime.database import Database
from pictopy_search.domain.answers import BucketCount, Card, Count, Detail, Facets, Hit, Look
from pictopy_search.domain.counts import MAX_VALUES, facets_of
from pictopy_search.domain.cursor import Cursor
from pictopy_search.domain.filters import Bucket, Filters, Order
from pictopy_search.store_where import Values, where_of


class PostgresQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, filters: Filters, order: Order, after: Cursor | None, limit: int) -> list[Hit]:
        is_meant = order == "relevance" and filters.among is not None
        where, values = where_of(replace(filters, terms=()) if is_meant else filters)
        sort = NEAREST if is_meant else SORTS[order]
        source = sql.SQL(SCORED_PHOTOS if is_meant else "photos").format()
        if order == "relevance" and not is_meant:
            source, where = sql.SQL(NEWEST_PHOTOS).format(where=where), sql.SQL("true").format()
        if after is not None:
            where += sql.SQL(" AND ") + sort.behind
            values |= {"after_at": after.at, "after_score": after.score, "after_id": after.photo_id}
        statement = sql.SQL(PAGE).format(
            at=sql.SQL(sort.at),
            score=sql.SQL(sort.score or "NULL"),
            source=source,
            where=where,
            order=sort.by,
            card=sql.SQL(CARD),
        )
        rows = await self._rows(statement, values | {"limit": limit})
        return sorted((_hit(row) for row in rows), key=lambda hit: hit.place, reverse=sort.is_descending)

    async def facets(self, filters: Filters) -> Facets:
        where, values = where_of(filters)
        async with self._database.transaction() as connection:
            await connection.execute("SET LOCAL work_mem = '64MB'")  # all photos of a large library, off the disk
            cursor = await connection.execute(
                sql.SQL(FACETS).format(where=where), values | {"most": MAX_VALUES}, prepare=False
            )
            rows = await cursor.fetchall()
        counts = [(row["facet"], Count(value=row["value"], label=row["label"], count=row["n"])) for row in rows]
        return facets_of(counts)

    async def timeline(self, filters: Filters, bucket: Bucket) -> list[BucketCount]:
        where, values = where_of(filters)
        rows = await self._rows(
            sql.SQL(TIMELINE).format(where=where), values | {"bucket": bucket, "format": BUCKET_FORMATS[bucket]}
        )
        return [BucketCount.model_validate(row) for row in rows]

    async def photo(self, photo_id: PhotoId) -> Detail | None:
        rows = await self._rows(sql.SQL(DETAIL).format(card=sql.SQL(CARD)), {"photo_id": photo_id})
        return Detail.model_validate(rows[0]) if rows else None

    async def cards(self, photo_ids: Sequence[PhotoId]) -> list[Card]:
        rows = await self._rows(sql.SQL(CARDS).format(card=sql.SQL(CARD)), {"photo_ids": list(photo_ids)})
        return [Card.model_validate(row) for row in rows]

    async def look(self, photo_id: PhotoId) -> Look | None:
        rows = await self._rows(sql.SQL("SELECT * FROM analyses WHERE photo_id = %(photo_id)s"), {"photo_id": photo_id})
        return look_of(rows[0]) if rows else None

    async def near_hashes(self, phash: str, limit: int, max_bits: int) -> list[tuple[PhotoId, int]]:
        rows = await self._rows(sql.SQL(NEAR_HASHES), {"phash": phash, "limit": limit, "max_bits": max_bits})
        return [(row["photo_id"], row["bits"]) for row in rows]

    async def names(self) -> list[tuple[PersonId, str]]:
        rows = await self._rows(sql.SQL("SELECT person_id, name FROM persons WHERE words <> ''"), {})
        return [(row["person_id"], row["name"]) for row in rows]

    async def places(self) -> list[str]:
        rows = await self._rows(
            sql.SQL("SELECT DISTINCT place FROM events WHERE place_words <> '' AND NOT is_gone"), {}
        )
        return [row["place"] for row in rows]

    async def _rows(self, statement: sql.Composable, values: Values) -> list[dict[str, Any]]:
        async with self._database.transaction() as connection:
            cursor = await connection.execute(sql.Composed([statement]), values, prepare=False)
            return await cursor.fetchall()


def look_of(row: Mapping[str, Any]) -> Look:
    return Look(row["analysed_at"], row["model_version"], row["embedding_model"], row["phash"])


def _hit(row: Mapping[str, Any]) -> Hit:
    return Hit(Card.model_validate(row), row["at"], row["score"])


@dataclass(frozen=True)
class Sort:
    """Columns, or expressions, that a list goes by; the photo's id settles ties."""

    at: LiteralString
    score: LiteralString | None = None
    is_descending: bool = True

    @property
    def keys(self) -> list[sql.SQL]:
        scores = [] if self.score is None else [sql.SQL(self.score)]
        return [*scores, sql.SQL(self.at), sql.SQL("photo_id")]

    @property
    def by(self) -> sql.Composed:
        way = sql.SQL("{} DESC" if self.is_descending else "{}")
        return sql.SQL(", ").join(way.format(key) for key in self.keys)

    @property
    def behind(self) -> sql.Composed:
        """What lies behind the cursor; a comparison of rows, so that the index of the order serves it."""
        last = ["after_at", "after_id"] if self.score is None else ["after_score", "after_at", "after_id"]
        comparison = sql.SQL("({}) < ({})" if self.is_descending else "({}) > ({})")
        return comparison.format(sql.SQL(", ").join(self.keys), sql.SQL(", ").join(map(sql.Placeholder, last)))


SORTS: dict[Order, Sort] = {
    "newest": Sort("sort_at"),
    "oldest": Sort("sort_at", is_descending=False),
    "added": Sort("added_at"),
    "quality": Sort("sort_at", "quality"),
    "relevance": Sort("sort_at", "ts_rank(text, %(text)s::tsquery)::float8"),
}
NEAREST = Sort("sort_at", "score")
"""By relevance where photos were found by meaning: their scores come along."""

SCORED_PHOTOS: LiteralString = (
    "photos JOIN unnest(%(among)s::text[], %(scores)s::float8[]) AS near (photo_id, score) USING (photo_id)"
)
NEWEST_PHOTOS: LiteralString = (
    "(SELECT * FROM photos WHERE {where} ORDER BY sort_at DESC, photo_id DESC LIMIT 5000) photos"
)
"""By relevance of the spelling: a word that more photos have than that ranks none of them, so the newest are enough."""

BUCKET_FORMATS: dict[Bucket, LiteralString] = {"year": "YYYY", "month": "YYYY-MM", "day": "YYYY-MM-DD"}


CARD: LiteralString = """
    p.photo_id, p.kind, p.format, p.width_px, p.height_px, p.added_at, p.taken_at, p.taken_at_local, p.duration_s,
    p.title, p.caption, p.rating, p.is_favourite AS favourite, p.is_hidden AS hidden, p.is_screenshot, p.camera,
    p.latitude_deg, p.longitude_deg, p.face_count, p.labels AS tags, p.event_id, p.places,
    nullif(p.quality, -1) AS quality,
    (SELECT title FROM events WHERE event_id = p.event_id) AS event_title,
    (SELECT coalesce(json_agg(json_build_object('person_id', person_id, 'name', name) ORDER BY name, person_id), '[]')
        FROM persons WHERE person_id = ANY (p.people) AND NOT is_hidden AND NOT is_gone) AS people
"""

PAGE: LiteralString = """
    WITH page AS (
        SELECT photos.*, {at} AS at, {score}::float8 AS score
        FROM {source} WHERE {where} ORDER BY {order} LIMIT %(limit)s
    )
    SELECT {card}, p.at, p.score FROM page p
"""

CARDS: LiteralString = """
    SELECT {card} FROM photos p WHERE p.photo_id = ANY (%(photo_ids)s) AND p.is_shown AND NOT p.is_hidden
"""

DETAIL: LiteralString = """
    SELECT {card}, p.revision, NOT p.is_shown AS removed, p.albums, a.model_version, a.embedding_model,
        a.quality AS quality_parts, coalesce(a.lines, '[]') AS text,
        (SELECT coalesce(json_agg(face || jsonb_build_object('person_id', n.person_id, 'name', n.name) ORDER BY number),
            '[]')
            FROM jsonb_array_elements(g.faces) WITH ORDINALITY AS f (face, number)
            LEFT JOIN persons n ON n.person_id = face ->> 'person_id' AND NOT n.is_hidden AND NOT n.is_gone
            WHERE (face ->> 'is_face')::boolean) AS faces,
        (SELECT coalesce(json_agg(l ORDER BY source, number), '[]')
            FROM photo_labels l WHERE l.photo_id = p.photo_id) AS labels,
        (SELECT coalesce(json_agg(e ORDER BY e.kind, e.started_at_local, e.event_id), '[]')
            FROM events e WHERE e.event_id = ANY (p.event_ids)) AS events,
        (SELECT coalesce(json_agg(f ORDER BY number), '[]') FROM photo_files f LEFT JOIN libraries USING (library_id)
            WHERE f.photo_id = p.photo_id AND is_gone IS NOT TRUE) AS files
    FROM photos p LEFT JOIN analyses a USING (photo_id) LEFT JOIN assignments g USING (photo_id)
    WHERE p.photo_id = %(photo_id)s
"""

NEAR_HASHES: LiteralString = """
    SELECT photo_id, bit_count(phash # %(phash)s::bit(64)) AS bits FROM photos
    WHERE is_shown AND NOT is_hidden AND phash IS NOT NULL AND bit_count(phash # %(phash)s::bit(64)) <= %(max_bits)s
    ORDER BY bits, photo_id LIMIT %(limit)s
"""

TIMELINE: LiteralString = """
    SELECT to_char(at, %(format)s) AS bucket, n AS count
    FROM (SELECT date_trunc(%(bucket)s, sort_at) AS at, count(*) AS n FROM photos WHERE {where} GROUP BY 1) each
    ORDER BY at DESC
"""

FACETS: LiteralString = """
    WITH hits AS MATERIALIZED (
        SELECT people, labels, event_ids, camera, sort_at, kind, places FROM photos WHERE {where}
    )
    SELECT 'total' AS facet, '' AS value, '' AS label, count(*) AS n FROM hits
    UNION ALL
    SELECT 'people', person_id, name, n
    FROM (SELECT unnest(people) AS person_id, count(*) AS n FROM hits GROUP BY 1) each
        JOIN persons USING (person_id) WHERE words <> ''
    UNION ALL
    SELECT 'tags', label, label, count(*) FROM (SELECT unnest(labels) AS label FROM hits) each GROUP BY label
    UNION ALL
    (
        SELECT 'events', event_id, title, n
        FROM (SELECT unnest(event_ids) AS event_id, count(*) AS n FROM hits GROUP BY 1) each
            JOIN events USING (event_id)
        ORDER BY n DESC, title, event_id LIMIT %(most)s
    )
    UNION ALL
    SELECT 'cameras', camera, camera, count(*) FROM hits WHERE camera IS NOT NULL GROUP BY camera
    UNION ALL
    SELECT 'years', year::text, year::text, count(*) FROM (SELECT extract(year FROM sort_at) AS year FROM hits) each
    GROUP BY year
    UNION ALL
    SELECT 'kinds', kind, kind, count(*) FROM hits GROUP BY kind
    UNION ALL
    SELECT 'places', place, place, count(*) FROM (SELECT unnest(places) AS place FROM hits) each GROUP BY place
"""
