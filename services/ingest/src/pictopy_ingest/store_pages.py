"""Postgres: the queries of long lists, page by page from the place of the last item seen."""

from typing import LiteralString

from pictopy_ingest.ports import Order

PAGES: dict[Order, LiteralString] = {
    "added": """
        SELECT * FROM photos p WHERE is_present
        AND (%(at)s::timestamptz IS NULL OR (added_at, photo_id) < (%(at)s, %(key)s))
        AND (%(library)s::text IS NULL OR EXISTS
             (SELECT FROM files f WHERE f.photo_id = p.photo_id AND f.library_id = %(library)s))
        ORDER BY added_at DESC, photo_id DESC LIMIT %(limit)s""",
    "taken": """
        SELECT * FROM photos p WHERE is_present
        AND (%(at)s::timestamptz IS NULL OR (taken_sort, photo_id) < (%(at)s, %(key)s))
        AND (%(library)s::text IS NULL OR EXISTS
             (SELECT FROM files f WHERE f.photo_id = p.photo_id AND f.library_id = %(library)s))
        ORDER BY taken_sort DESC, photo_id DESC LIMIT %(limit)s""",
}

FAILURES: LiteralString = """
    WITH failures AS (
        SELECT 'file:' || library_id || ':' || encode(path, 'hex') AS key, stage, reason, attempts,
               refused_at AS at, NULL AS photo_id, library_id, path, NULL AS dead_id
        FROM refused WHERE NOT is_skipped
        UNION ALL
        SELECT 'stage:' || s.photo_id || ':' || stage, stage, coalesce(last_error, ''), attempts,
               coalesce(finished_at, updated_at), s.photo_id, f.library_id, f.path, NULL
        FROM stages s JOIN photos p USING (photo_id) LEFT JOIN LATERAL
             (SELECT library_id, path FROM files WHERE photo_id = s.photo_id ORDER BY added_at, path LIMIT 1) f ON true
        WHERE status = 'failed' AND p.is_present
        UNION ALL
        SELECT 'dead:' || dead_id, letter->>'durable', letter->>'reason', (letter->>'attempts')::int,
               died_at, letter->>'photo_id', NULL, NULL, dead_id
        FROM dead_letters
    )
    SELECT * FROM failures
    WHERE (%(at)s::timestamptz IS NULL OR (at, key) < (%(at)s, %(key)s))
    AND (%(photo_id)s::text IS NULL OR photo_id = %(photo_id)s)
    AND (%(stage)s::text IS NULL OR stage = %(stage)s)
    AND (%(dead_id)s::text IS NULL OR dead_id = %(dead_id)s)
    AND (%(path)s::bytea IS NULL OR path = %(path)s)
    ORDER BY at DESC, key DESC LIMIT %(limit)s"""
