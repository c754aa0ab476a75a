"""The Postgres adapter, writing half: one transaction and all that changes in it. Reading is in `store_queries.py`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from psycopg.types.json import Jsonb

from pictopy_cluster.domain.people import Assigned
from pictopy_cluster.domain.statements import Decision
from pictopy_cluster.records import Neighbours, Person, PhotoRow, StoredEvent, StoredFace, Tally
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
                model_version = %s
            WHERE photo_id = %s
            """,
            (
                row.revision,
                row.is_removed,
                Jsonb(row.facts) if row.facts is not None else None,
                Jsonb(list(row.regions)),
                row.analysed_at,
                row.model_version,
                row.photo_id,
            ),
        )

    async def faces_of(self, photo_ids: Sequence[str]) -> list[StoredFace]:
        found = await self._connection.execute(
            "SELECT * FROM faces WHERE photo_id = ANY(%s) ORDER BY face_id", (list(photo_ids),)
        )
        return [face_of(row) for row in await found.fetchall()]

    async def faces_by_id(self, face_ids: Sequence[str]) -> dict[str, StoredFace]:
        found = await self._connection.execute("SELECT * FROM faces WHERE face_id = ANY(%s)", (list(face_ids),))
        return {row["face_id"]: face_of(row) for row in await found.fetchall()}

    async def save_faces(self, faces: Sequence[StoredFace], neighbours: Mapping[str, Neighbours]) -> None:
        async with self._connection.cursor() as cursor:
            await cursor.executemany(SAVE_FACE, [_face_row(face, neighbours.get(face.face_id)) for face in faces])

    async def drop_faces(self, face_ids: Sequence[str]) -> None:
        await self._connection.execute("DELETE FROM faces WHERE face_id = ANY(%s)", (list(face_ids),))

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

    async def add_decision(self, decision: Decision) -> int:
        found = await self._connection.execute(
            """
            INSERT INTO decisions (kind, person_id, other_person_id, face_ids, name, anchors, undoes)
            VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING decision_id
            """,
            (
                decision.kind,
                decision.person_id,
                decision.other_person_id,
                list(decision.face_ids),
                decision.name,
                Jsonb({person: list(faces) for person, faces in decision.anchors.items()}),
                decision.undoes,
            ),
        )
        row = await found.fetchone()
        assert row is not None, "INSERT ... RETURNING gives a row"
        return int(row["decision_id"])

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
INSERT INTO faces AS known (face_id, photo_id, box, score, quality, size_px, model, embedding_size, seen_at,
    imported_name, neighbours, neighbour_scores, person_id, source, confidence, is_face)
VALUES (%(face_id)s, %(photo_id)s, %(box)s, %(score)s, %(quality)s, %(size_px)s, %(model)s, %(embedding_size)s,
    %(seen_at)s, %(imported_name)s, %(near)s, %(scores)s, %(person_id)s, %(source)s, %(confidence)s, %(is_face)s)
ON CONFLICT (face_id) DO UPDATE SET box = excluded.box, score = excluded.score, quality = excluded.quality,
    size_px = excluded.size_px, model = excluded.model, embedding_size = excluded.embedding_size,
    seen_at = excluded.seen_at, imported_name = excluded.imported_name,
    neighbours = CASE WHEN %(is_looked_up)s THEN excluded.neighbours ELSE known.neighbours END,
    neighbour_scores = CASE WHEN %(is_looked_up)s THEN excluded.neighbour_scores ELSE known.neighbour_scores END,
    person_id = excluded.person_id, source = excluded.source, confidence = excluded.confidence,
    is_face = excluded.is_face
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
    longitude_deg, trip_id, is_gone, revision)
VALUES (%(event_id)s, %(kind)s, %(auto_title)s, %(user_title)s, %(started_at_local)s, %(ended_at_local)s, %(place)s,
    %(latitude_deg)s, %(longitude_deg)s, %(trip_id)s, %(is_gone)s, %(revision)s)
ON CONFLICT (event_id) DO UPDATE SET auto_title = excluded.auto_title, user_title = excluded.user_title,
    started_at_local = excluded.started_at_local, ended_at_local = excluded.ended_at_local, place = excluded.place,
    latitude_deg = excluded.latitude_deg, longitude_deg = excluded.longitude_deg, trip_id = excluded.trip_id,
    is_gone = excluded.is_gone, revision = excluded.revision
"""


def _face_row(face: StoredFace, near: Neighbours | None) -> dict[str, object]:
    box, looked_up = face.box, near or Neighbours()
    return {
        **vars(face),
        "box": [box.x1, box.y1, box.x2, box.y2],
        "near": list(looked_up.face_ids),
        "scores": list(looked_up.scores),
        "is_looked_up": near is not None,
    }


def _event_row(event: StoredEvent) -> dict[str, object]:
    own = vars(event)
    return {**vars(event.happening), **own, "auto_title": event.happening.title}
