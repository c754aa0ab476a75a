"""The Postgres adapter: the library's own words, and the photos that have those near a query."""

from typing import LiteralString

from psycopg import sql

from pictopy_contracts.ids import PhotoId
from pictopy_runtime.database import Database
from pictopy_search.domain.filters import Filters
from pictopy_search.domain.nearness import Wanted
from pictopy_search.store_where import is_plain, tsquery, where_of

MOST_KEYS = 50_000  # words of a library; the rarest of more are left to the search by spelling
MOST_SCORED = 3_000  # photos whose rows are read where no other filter narrows the search


class PostgresMeaning:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def lexicon(self) -> tuple[dict[str, int], int]:
        async with self._database.transaction() as connection:
            rows = await (await connection.execute(LEXICON, (MOST_KEYS,))).fetchall()
            total = await (await connection.execute("SELECT count(*) AS n FROM photos")).fetchone()
        return {row["key"]: int(row["n"]) for row in rows}, int(total["n"]) if total else 0

    async def scored(self, wanted: Wanted, filters: Filters, limit: int) -> list[tuple[PhotoId, float]]:
        where, values = where_of(filters.without_words())
        asked: dict[str, object] = {
            "terms": [near.term for near in wanted.near],
            "keys": [near.key for near in wanted.near],
            "weights": [near.weight for near in wanted.near],
            "least": wanted.least_terms,
            "most": MOST_SCORED if is_plain(filters) else None,
            "spelled": tsquery(filters.terms),
            "limit": limit,
        }
        async with self._database.transaction() as connection:
            statement = sql.SQL(SCORED).format(where=where)
            rows = await (await connection.execute(statement, values | asked, prepare=False)).fetchall()
        return [(row["photo_id"], row["score"]) for row in rows]

    async def ids(self, filters: Filters, limit: int) -> list[PhotoId]:
        where, values = where_of(filters)
        async with self._database.transaction() as connection:
            statement = sql.SQL("SELECT photo_id FROM photos WHERE {where} LIMIT %(limit)s").format(where=where)
            rows = await (await connection.execute(statement, values | {"limit": limit}, prepare=False)).fetchall()
        return [row["photo_id"] for row in rows]


LEXICON: LiteralString = """
    SELECT key, sum(n) AS n FROM (
        SELECT key, count(*) AS n FROM photo_labels GROUP BY key
        UNION ALL
        SELECT key, count(*) FROM photo_words GROUP BY key
        UNION ALL
        SELECT unnest(ARRAY[words, place_words]), count(*) FROM events JOIN event_photos USING (event_id)
        WHERE NOT is_gone GROUP BY 1
        UNION ALL
        SELECT unnest(ARRAY[trip.words, trip.place_words]), count(*)
        FROM events trip JOIN events own ON own.trip_id = trip.event_id JOIN event_photos e ON e.event_id = own.event_id
        WHERE NOT trip.is_gone AND NOT own.is_gone GROUP BY 1
    ) each WHERE key <> '' GROUP BY key ORDER BY n DESC, key LIMIT %s
"""

# Photos that have all the words as they are spelled come first; the others by the sum of their best near words.
SCORED: LiteralString = """
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(%(terms)s::int[], %(keys)s::text[], %(weights)s::float8[]) AS a (term, key, weight)
    ), named AS MATERIALIZED (
        SELECT e.event_id, a.term, a.weight FROM asked a JOIN events e ON e.words = a.key WHERE NOT e.is_gone
        UNION ALL
        SELECT e.event_id, a.term, a.weight FROM asked a JOIN events e ON e.place_words = a.key WHERE NOT e.is_gone
    ), hits AS (
        SELECT l.photo_id, a.term, a.weight * coalesce(l.score, 1) AS weight
        FROM asked a JOIN photo_labels l USING (key)
        UNION ALL
        SELECT w.photo_id, a.term, a.weight FROM asked a JOIN photo_words w USING (key)
        UNION ALL
        SELECT p.photo_id, n.term, n.weight FROM named n JOIN event_photos p USING (event_id)
        UNION ALL
        SELECT p.photo_id, n.term, n.weight FROM named n JOIN events own ON own.trip_id = n.event_id
            JOIN event_photos p ON p.event_id = own.event_id WHERE NOT own.is_gone
    ), found AS (
        SELECT photo_id, sum(weight) AS score
        FROM (SELECT photo_id, term, max(weight) AS weight FROM hits GROUP BY photo_id, term) best
        GROUP BY photo_id HAVING count(*) >= %(least)s
        ORDER BY score DESC LIMIT %(most)s::int
    ), spelled AS (
        SELECT photo_id, 1000.0 AS bonus FROM photos WHERE text @@ %(spelled)s::tsquery AND {where} LIMIT %(limit)s
    )
    SELECT photo_id, coalesce(score, 0)::float8 + coalesce(bonus, 0)::float8 AS score
    FROM found FULL JOIN spelled USING (photo_id) JOIN photos USING (photo_id)
    WHERE {where} ORDER BY 2 DESC, sort_at DESC, photo_id LIMIT %(limit)s
"""
