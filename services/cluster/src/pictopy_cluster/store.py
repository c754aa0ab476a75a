"""The Postgres adapter, writing half: one transaction and all that changes in it. Reading is in `store_queries.py`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from psycopg.types.json import Jsonb

from pictopy_cluster.domain.model_change import ModelChange
from pictopy_cluster.domain.people import Assigned
from pictopy_cluster.domain.statements import Decision, Place
from pictopy_cluster.places import parts_of
from pictopy_cluster.records import Conflict, Embedded, Person, PhotoRow, StoredEvent, StoredFace, Tally
from pictopy_cluster.store_queries import PostgresQueries, event_of, face_of, person_of, photo_of
from pictopy_contracts.messages import Message
from pictopy_runtime import outbox
from pictopy_runtime.database import Connection


class PostgresStore(PostgresQueries):
    @asynccontextmanager
    async def unit(self) -> AsyncIterator["PostgresUnit"]:
        async with self._database.transaction() as connection:
            yield PostgresUnit(connection)


class PostgresUnit:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def publish(self, message: Message, msg_id: str) -> None:
        await outbox.add(self._connection, message, msg_id)

    async def photo(self, photo_id: str) -> PhotoRow:
        await self._connection.execute("INSERT INTO photos (photo_id) VALUES (%s) ON CONFLICT DO NOTHING", (photo_id,))
        found = await self._connection.execute("SELECT * FROM photos WHERE photo_id = %s FOR UPDATE", (photo_id,))
        row = await found.fetchone()
        assert row is not None, "it was inserted just before"
        return photo_of(row)

    async def save_photo(self, row: PhotoRow) -> None:
        await self._connection.execute(
            """
            UPDATE photos SET revision = %s, is_removed = %s, facts = %s, regions = %s, analysed_at = %s,
                model_version = %s, embedded_by = %s, failed_at = %s
            WHERE photo_id = %s
            """,
            (
                row.revision,
                row.is_removed,
                Jsonb(row.facts) if row.facts is not None else None,
                Jsonb(list(row.regions)),
                row.analysed_at,
                row.model_version,
                list(row.embedded_by),
                row.failed_at,
                row.photo_id,
            ),
        )

    async def await_photos(self, photo_ids: Sequence[str]) -> None:
        await self._connection.execute(
            "INSERT INTO photos (photo_id, is_removed) SELECT unnest(%s::text[]), true ON CONFLICT DO NOTHING",
            (list(photo_ids),),
        )

    async def faces_of(self, photo_ids: Sequence[str]) -> list[StoredFace]:
        found = await self._connection.execute(
            "SELECT * FROM faces WHERE photo_id = ANY(%s) ORDER BY face_id", (list(photo_ids),)
        )
        return [face_of(row) for row in await found.fetchall()]

    async def faces_by_id(self, face_ids: Sequence[str]) -> dict[str, StoredFace]:
        found = await self._connection.execute("SELECT * FROM faces WHERE face_id = ANY(%s)", (list(face_ids),))
        return {row["face_id"]: face_of(row) for row in await found.fetchall()}

    async def save_faces(self, faces: Sequence[StoredFace]) -> None:
        async with self._connection.cursor() as cursor:
            await cursor.executemany(SAVE_FACE, [_face_row(face) for face in faces])

    async def drop_faces(self, face_ids: Sequence[str]) -> None:
        await self._connection.execute("DELETE FROM faces WHERE face_id = ANY(%s)", (list(face_ids),))

    async def rename_faces(self, ids: Mapping[str, str]) -> None:
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                "UPDATE faces SET face_id = %s WHERE face_id = %s", [(then, now) for now, then in ids.items()]
            )
            await cursor.executemany(
                "UPDATE people SET cover_face_id = %s WHERE cover_face_id = %s",
                [(then, now) for now, then in ids.items()],
            )

    async def save_embedded(self, model: str, embedded: Mapping[str, Embedded]) -> None:
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                """
                INSERT INTO embeddings (face_id, model, size, made_at) VALUES (%s, %s, %s, %s)
                ON CONFLICT (face_id, model) DO UPDATE SET size = excluded.size, made_at = excluded.made_at
                """,
                [(face, model, one.size, one.made_at) for face, one in embedded.items()],
            )

    async def forget_embedded(self, kept: Sequence[str]) -> None:
        models = list(kept)
        await self._connection.execute("DELETE FROM embeddings WHERE model <> ALL(%s)", (models,))
        await self._connection.execute(
            """
            UPDATE photos SET embedded_by = ARRAY(SELECT m FROM unnest(embedded_by) AS m WHERE m = ANY(%s))
            WHERE NOT embedded_by <@ %s
            """,
            (models, models),
        )

    async def save_change(self, change: ModelChange) -> None:
        await self._connection.execute(
            """
            UPDATE model_change SET active = %(active)s, next = %(next)s, previous = %(previous)s, wanted = %(wanted)s,
                held = %(held)s, in_use = %(in_use)s, beside = %(beside)s, revision = %(revision)s,
                started_at = %(started_at)s, swapped_at = %(swapped_at)s
            """,
            {**vars(change), "beside": list(change.beside)},
        )

    async def assign(self, assigned: Mapping[str, Assigned]) -> list[str]:
        rows = list(assigned.items())
        # The photos first, as every other unit does: so two of them wait for each other and never deadlock.
        await self._connection.execute(
            """
            SELECT photo_id FROM photos WHERE photo_id IN (SELECT photo_id FROM faces WHERE face_id = ANY(%s))
            ORDER BY photo_id FOR UPDATE
            """,
            ([face for face, _ in rows],),
        )
        changed = await self._connection.execute(
            """
            UPDATE faces SET person_id = n.person_id, source = n.source, confidence = n.confidence, is_face = n.is_face
            FROM unnest(%s::text[], %s::text[], %s::text[], %s::double precision[], %s::boolean[])
                AS n (face_id, person_id, source, confidence, is_face)
            WHERE faces.face_id = n.face_id
                AND (faces.person_id, faces.source, faces.confidence, faces.is_face)
                    IS DISTINCT FROM (n.person_id, n.source, n.confidence, n.is_face)
            RETURNING faces.photo_id
            """,
            (
                [face for face, _ in rows],
                [one.person_id for _, one in rows],
                [one.source for _, one in rows],
                [one.confidence for _, one in rows],
                [one.is_face for _, one in rows],
            ),
        )
        return sorted({row["photo_id"] for row in await changed.fetchall()})

    async def next_assigned_revisions(self, photo_ids: Sequence[str]) -> dict[str, int]:
        found = await self._connection.execute(
            """
            UPDATE photos SET assigned_revision = assigned_revision + 1 WHERE photo_id = ANY(%s)
            RETURNING photo_id, assigned_revision
            """,
            (list(photo_ids),),
        )
        return {row["photo_id"]: row["assigned_revision"] for row in await found.fetchall()}

    async def people(self, person_ids: Sequence[str] | None = None) -> dict[str, Person]:
        wanted = None if person_ids is None else list(person_ids)
        found = await self._connection.execute(
            "SELECT * FROM people WHERE %s::text[] IS NULL OR person_id = ANY(%s)", (wanted, wanted)
        )
        return {row["person_id"]: person_of(row) for row in await found.fetchall()}

    async def tallies(self, person_ids: Sequence[str] | None = None) -> dict[str, Tally]:
        wanted = None if person_ids is None else list(person_ids)
        found = await self._connection.execute(TALLIES, (wanted, wanted))
        return {
            row["person_id"]: Tally(row["face_count"], row["photo_count"], row["best_face_id"], set(row["face_ids"]))
            for row in await found.fetchall()
        }

    async def save_people(self, people: Sequence[Person]) -> None:
        async with self._connection.cursor() as cursor:
            await cursor.executemany(SAVE_PERSON, [vars(person) for person in people])

    async def add_decision(self, decision: Decision, made_at: datetime, places: Mapping[str, Place]) -> int:
        number = decision.decision_id if await self._is_free(decision.decision_id) else None
        found = await self._connection.execute(
            """
            INSERT INTO decisions (decision_id, kind, person_id, other_person_id, face_ids, name, anchors, undoes,
                said_by, said_id, undoes_said, places, made_at, is_stated)
            OVERRIDING SYSTEM VALUE
            VALUES (coalesce(%s, nextval(pg_get_serial_sequence('decisions', 'decision_id'))), %s, %s, %s, %s, %s, %s,
                %s, %s, %s, %s, %s, %s, true)
            RETURNING decision_id
            """,
            (
                number,
                decision.kind,
                decision.person_id,
                decision.other_person_id,
                list(decision.face_ids),
                decision.name,
                _anchors(decision),
                decision.undoes,
                decision.by,
                decision.said_id,
                decision.undoes_said,
                _places(places),
                made_at,
            ),
        )
        row = await found.fetchone()
        assert row is not None, "INSERT ... RETURNING gives a row"
        if number:
            await self._connection.execute(
                """
                SELECT setval(pg_get_serial_sequence('decisions', 'decision_id'), max(decision_id)) FROM decisions
                """
            )
        return int(row["decision_id"])

    async def _is_free(self, number: int) -> bool:
        found = await self._connection.execute("SELECT 1 FROM decisions WHERE decision_id = %s", (number,))
        return number > 0 and await found.fetchone() is None

    async def complete_decision(self, decision: Decision, places: Mapping[str, Place]) -> None:
        await self._connection.execute(
            "UPDATE decisions SET face_ids = %s, anchors = %s, places = places || %s WHERE said_id = %s",
            (list(decision.face_ids), _anchors(decision), _places(places), decision.said_id),
        )

    async def mark_stated(self, decision_id: int, places: Mapping[str, Place]) -> None:
        await self._connection.execute(
            "UPDATE decisions SET is_stated = true, places = %s WHERE decision_id = %s", (_places(places), decision_id)
        )

    async def save_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        async with self._connection.cursor() as cursor:
            await cursor.executemany(SAVE_CONFLICT, [vars(conflict) for conflict in conflicts])

    async def events(self) -> dict[str, StoredEvent]:
        found = await self._connection.execute(
            """
            SELECT e.*, coalesce(array_agg(p.photo_id ORDER BY p.place) FILTER (WHERE p.photo_id IS NOT NULL), '{}')
                AS photo_ids
            FROM events e LEFT JOIN event_photos p USING (event_id) GROUP BY e.event_id
            """
        )
        return {row["event_id"]: event_of(row) for row in await found.fetchall()}

    async def save_events(self, events: Sequence[StoredEvent]) -> None:
        async with self._connection.cursor() as cursor:
            await cursor.executemany(SAVE_EVENT, [_event_row(event) for event in events])
            ids = [event.event_id for event in events]
            await cursor.execute("DELETE FROM event_photos WHERE event_id = ANY(%s)", (ids,))
            photos = [(e.event_id, photo, n) for e in events for n, photo in enumerate(e.happening.photo_ids)]
            await cursor.executemany("INSERT INTO event_photos (event_id, photo_id, place) VALUES (%s, %s, %s)", photos)


SAVE_FACE = """
INSERT INTO faces (face_id, photo_id, box, score, quality, size_px, seen_at, imported_name, person_id, source,
    confidence, is_face)
VALUES (%(face_id)s, %(photo_id)s, %(box)s, %(score)s, %(quality)s, %(size_px)s, %(seen_at)s, %(imported_name)s,
    %(person_id)s, %(source)s, %(confidence)s, %(is_face)s)
ON CONFLICT (face_id) DO UPDATE SET box = excluded.box, score = excluded.score, quality = excluded.quality,
    size_px = excluded.size_px, seen_at = excluded.seen_at, imported_name = excluded.imported_name,
    person_id = excluded.person_id, source = excluded.source, confidence = excluded.confidence,
    is_face = excluded.is_face
"""

SAVE_CONFLICT = """
INSERT INTO conflicts (photo_id, face_id, ours, theirs, resolved, rule, at)
VALUES (%(photo_id)s, %(face_id)s, %(ours)s, %(theirs)s, %(resolved)s, %(rule)s, %(at)s)
ON CONFLICT (photo_id, face_id) DO UPDATE SET ours = excluded.ours, theirs = excluded.theirs,
    resolved = excluded.resolved, rule = excluded.rule, at = excluded.at
"""

SAVE_PERSON = """
INSERT INTO people (person_id, name, name_source, hidden, face_count, photo_count, cover_face_id, merged_into, is_gone,
    revision)
VALUES (%(person_id)s, %(name)s, %(name_source)s, %(hidden)s, %(face_count)s, %(photo_count)s, %(cover_face_id)s,
    %(merged_into)s, %(is_gone)s, %(revision)s)
ON CONFLICT (person_id) DO UPDATE SET name = excluded.name, name_source = excluded.name_source,
    hidden = excluded.hidden, face_count = excluded.face_count, photo_count = excluded.photo_count,
    cover_face_id = excluded.cover_face_id, merged_into = excluded.merged_into, is_gone = excluded.is_gone,
    revision = excluded.revision
"""

TALLIES = """
SELECT person_id, count(*) AS face_count, count(DISTINCT photo_id) AS photo_count, array_agg(face_id) AS face_ids,
    (array_agg(face_id ORDER BY quality DESC, face_id))[1] AS best_face_id
FROM faces JOIN photos USING (photo_id)
WHERE person_id IS NOT NULL AND NOT is_removed AND (%s::text[] IS NULL OR person_id = ANY(%s))
GROUP BY person_id
"""

SAVE_EVENT = """
INSERT INTO events (event_id, kind, auto_title, user_title, started_at_local, ended_at_local, place, latitude_deg,
    longitude_deg, trip_id, is_gone, revision, anchor, stated_photos, is_restored)
VALUES (%(event_id)s, %(kind)s, %(auto_title)s, %(user_title)s, %(started_at_local)s, %(ended_at_local)s, %(place)s,
    %(latitude_deg)s, %(longitude_deg)s, %(trip_id)s, %(is_gone)s, %(revision)s, %(anchor)s, %(stated_photos)s,
    %(is_restored)s)
ON CONFLICT (event_id) DO UPDATE SET auto_title = excluded.auto_title, user_title = excluded.user_title,
    started_at_local = excluded.started_at_local, ended_at_local = excluded.ended_at_local, place = excluded.place,
    latitude_deg = excluded.latitude_deg, longitude_deg = excluded.longitude_deg, trip_id = excluded.trip_id,
    is_gone = excluded.is_gone, revision = excluded.revision, anchor = excluded.anchor,
    stated_photos = excluded.stated_photos, is_restored = excluded.is_restored
"""


def _face_row(face: StoredFace) -> dict[str, object]:
    box = face.box
    return {**vars(face), "box": [box.x1, box.y1, box.x2, box.y2]}


def _anchors(decision: Decision) -> Jsonb:
    return Jsonb({person: list(faces) for person, faces in decision.anchors.items()})


def _places(places: Mapping[str, Place]) -> Jsonb:
    return Jsonb({face: parts_of(place) for face, place in places.items()})


def _event_row(event: StoredEvent) -> dict[str, object]:
    own = vars(event)
    photos = list(event.stated_photos)
    return {**vars(event.happening), **own, "auto_title": event.happening.title, "stated_photos": photos}
