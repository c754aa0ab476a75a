"""The Postgres adapter: the library's own words, and the photos that have those near a query."""

from typing import LiteralString

from psycopg import sql

from pictopy_contracts.ids import PhotoId
from pictopy_runtime.database import Database
from pictopy_search.domain.filters import Filters
from pictopy_search.domain.nearness import Wanted
from pictopy_search.store_where import tsquery, where_of

MOST_KEYS = 50_000  # words of a library; the rarest of more are left to the search by spelling
MOST_SCORED = 2_000  # photos with near words that are compared by all of them; of more, the newest


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
        values |= {
            "terms": [near.term for near in wanted.near],
            "keys": [near.key for near in wanted.near],
            "weights": [near.weight for near in wanted.near],
            "least": wanted.least_terms,
            "spelled": tsquery(filters.terms),
            "most": MOST_SCORED,
            "limit": limit,
        }
        values |= {f"group_{number}": list(group) for number, group in enumerate(wanted.groups)}
        groups = [sql.SQL(HAS_ONE_OF).format(sql.Placeholder(f"group_{one}")) for one in range(len(wanted.groups))]
        statement = sql.SQL(SCORED).format(
            where=where, near=sql.SQL(" AND ").join(groups or [sql.SQL("false").format()])
        )
        async with self._database.transaction() as connection:
            rows = await (await connection.execute(statement, values, prepare=False)).fetchall()
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

# A photo has a word as a label, in its texts, or by an event or trip that it belongs to. All three are indexes of
# photos, so the planner may take them, or walk from the newest photo where a word is frequent.
HAS_ONE_OF: LiteralString = """(
    label_keys && {0}::text[]
    OR event_ids && ARRAY(SELECT event_id FROM named WHERE key = ANY ({0}::text[]))
    OR photo_id = ANY (ARRAY(SELECT w.photo_id FROM photo_words w WHERE w.key = ANY ({0}::text[])))
)"""

# Photos that have all the words as they are spelled come first; the others by the sum of their best near words. Of a
# word that very many photos have, the newest are scored. OFFSET 0 keeps to what one photo has: read from the word's
# side, a frequent one would be all of the table.
SCORED: LiteralString = """
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(%(terms)s::int[], %(keys)s::text[], %(weights)s::float8[]) AS a (term, key, weight)
    ), named AS MATERIALIZED (
        SELECT event_id, words AS key FROM events WHERE words = ANY (%(keys)s::text[]) AND NOT is_gone
        UNION ALL
        SELECT event_id, place_words FROM events WHERE place_words = ANY (%(keys)s::text[]) AND NOT is_gone
    ), spelled AS MATERIALIZED (
        SELECT photo_id, sort_at, event_ids FROM photos WHERE {where} AND text @@ %(spelled)s::tsquery
        ORDER BY sort_at DESC, photo_id DESC LIMIT %(limit)s
    ), near AS MATERIALIZED (
        SELECT photo_id, sort_at, event_ids FROM photos WHERE {where} AND {near}
        ORDER BY sort_at DESC, photo_id DESC LIMIT %(most)s
    ), looked AS MATERIALIZED (
        SELECT *, 1000 AS bonus FROM spelled
        UNION ALL
        SELECT *, 0 FROM near WHERE photo_id NOT IN (SELECT photo_id FROM spelled)
    ), own AS MATERIALIZED (
        SELECT photo_id, sort_at, bonus, key, score FROM looked CROSS JOIN LATERAL (
            SELECT key, score FROM photo_labels l
            WHERE l.photo_id = looked.photo_id AND key = ANY (%(keys)s::text[])
            UNION ALL
            SELECT key, 1 FROM photo_words w WHERE w.photo_id = looked.photo_id
            OFFSET 0
        ) each
        UNION ALL
        SELECT photo_id, sort_at, bonus, key, 1
        FROM (SELECT photo_id, sort_at, bonus, unnest(event_ids) AS event_id FROM looked) each
            JOIN named USING (event_id)
    ), hits AS (
        SELECT photo_id, sort_at, bonus, term, weight * coalesce(score, 1) AS weight FROM own JOIN asked USING (key)
        UNION ALL
        SELECT photo_id, sort_at, bonus, NULL, 0 FROM looked WHERE bonus > 0
    ), best AS (
        SELECT photo_id, sort_at, bonus, term, max(weight) AS weight FROM hits GROUP BY 1, 2, 3, 4
    )
    SELECT photo_id, bonus + CASE WHEN count(term) >= %(least)s THEN sum(weight) ELSE 0 END AS score
    FROM best GROUP BY photo_id, sort_at, bonus HAVING bonus > 0 OR count(term) >= %(least)s
    ORDER BY score DESC, sort_at DESC, photo_id LIMIT %(limit)s
"""
