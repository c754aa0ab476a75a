"""The Postgres adapter, reading half, and how rows become records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pictopy_cluster.domain.happenings import Happening
from pictopy_cluster.domain.statements import Decision, Imported
from pictopy_cluster.records import Neighbours, Person, PhotoRow, StoredEvent, StoredFace
from pictopy_contracts.geometry import Box
from pictopy_runtime.database import Database


class PostgresQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def photo(self, photo_id: str) -> PhotoRow | None:
        rows = await self._rows("SELECT * FROM photos WHERE photo_id = %s", photo_id)
        return photo_of(rows[0]) if rows else None

    async def dated_photos(self) -> list[PhotoRow]:
        rows = await self._rows("SELECT * FROM photos WHERE facts IS NOT NULL AND NOT is_removed ORDER BY photo_id")
        return [photo_of(row) for row in rows]

    async def faces(self) -> list[StoredFace]:
        rows = await self._rows(
            """
            SELECT face_id, photo_id, box, score, quality, size_px, model, embedding_size, seen_at, imported_name,
                person_id, source, confidence, is_face
            FROM faces ORDER BY face_id
            """
        )
        return [face_of(row) for row in rows]

    async def faces_by_id(self, face_ids: Sequence[str]) -> dict[str, StoredFace]:
        rows = await self._rows("SELECT * FROM faces WHERE face_id = ANY(%s)", list(face_ids))
        return {row["face_id"]: face_of(row) for row in rows}

    async def every_face_of(self, person_id: str) -> list[StoredFace]:
        rows = await self._rows("SELECT * FROM faces WHERE person_id = %s ORDER BY face_id", person_id)
        return [face_of(row) for row in rows]

    async def faces_of_photo(self, photo_id: str) -> list[StoredFace]:
        rows = await self._rows("SELECT * FROM faces WHERE photo_id = %s ORDER BY face_id", photo_id)
        return [face_of(row) for row in rows]

    async def faces_of_person(self, person_id: str, after: str, limit: int) -> list[StoredFace]:
        rows = await self._rows(
            """
            SELECT faces.* FROM faces JOIN photos USING (photo_id)
            WHERE person_id = %s AND face_id > %s AND NOT is_removed ORDER BY face_id LIMIT %s
            """,
            person_id,
            after,
            limit,
        )
        return [face_of(row) for row in rows]

    async def unassigned_faces(self, after: str, limit: int) -> list[StoredFace]:
        rows = await self._rows(
            """
            SELECT faces.* FROM faces JOIN photos USING (photo_id)
            WHERE person_id IS NULL AND is_face AND face_id > %s AND NOT is_removed ORDER BY face_id LIMIT %s
            """,
            after,
            limit,
        )
        return [face_of(row) for row in rows]

    async def imported(self) -> list[Imported]:
        rows = await self._rows("SELECT face_id, imported_name FROM faces WHERE imported_name IS NOT NULL")
        return [Imported(row["face_id"], row["imported_name"]) for row in rows]

    async def neighbours_of(self, face_ids: Sequence[str]) -> dict[str, Neighbours]:
        rows = await self._rows(
            "SELECT face_id, neighbours, neighbour_scores FROM faces WHERE face_id = ANY(%s)", list(face_ids)
        )
        return {row["face_id"]: Neighbours(tuple(row["neighbours"]), tuple(row["neighbour_scores"])) for row in rows}

    async def decisions(self) -> list[tuple[Decision, datetime]]:
        rows = await self._rows("SELECT * FROM decisions ORDER BY decision_id")
        return [(decision_of(row), row["made_at"]) for row in rows]

    async def person(self, person_id: str) -> Person | None:
        rows = await self._rows("SELECT * FROM people WHERE person_id = %s", person_id)
        return person_of(rows[0]) if rows else None

    async def list_people(self) -> list[Person]:
        rows = await self._rows(
            "SELECT * FROM people WHERE NOT is_gone ORDER BY (name IS NULL), face_count DESC, person_id"
        )
        return [person_of(row) for row in rows]

    async def list_events(self, kind: str | None) -> list[StoredEvent]:
        rows = await self._rows(
            """
            SELECT e.*, array(SELECT photo_id FROM event_photos p WHERE p.event_id = e.event_id ORDER BY place)
                AS photo_ids
            FROM events e WHERE NOT is_gone AND (%s::text IS NULL OR kind = %s)
            ORDER BY started_at_local DESC, event_id
            """,
            kind,
            kind,
        )
        return [event_of(row) for row in rows]

    async def event(self, event_id: str) -> StoredEvent | None:
        rows = await self._rows(
            """
            SELECT e.*, array(SELECT photo_id FROM event_photos p WHERE p.event_id = e.event_id ORDER BY place)
                AS photo_ids
            FROM events e WHERE event_id = %s
            """,
            event_id,
        )
        return event_of(rows[0]) if rows else None

    async def _rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        async with self._database.transaction() as connection:
            return await (await connection.execute(query.encode(), values)).fetchall()


def photo_of(row: dict[str, Any]) -> PhotoRow:
    return PhotoRow(**{**row, "regions": tuple(row["regions"])})


def face_of(row: dict[str, Any]) -> StoredFace:
    x1, y1, x2, y2 = row["box"]
    known = {name: value for name, value in row.items() if name not in ("neighbours", "neighbour_scores")}
    # An id, a box and so on as they were checked when they came in: 20,000 validations would take half a second.
    return StoredFace(**{**known, "box": Box.model_construct(x1=x1, y1=y1, x2=x2, y2=y2)})


def person_of(row: dict[str, Any]) -> Person:
    return Person(**row)


def decision_of(row: dict[str, Any]) -> Decision:
    known = {name: value for name, value in row.items() if name != "made_at"}
    anchors = {person: tuple(faces) for person, faces in row["anchors"].items()}
    return Decision(**{**known, "face_ids": tuple(row["face_ids"]), "anchors": anchors})


def event_of(row: dict[str, Any]) -> StoredEvent:
    happening = Happening(
        row["kind"],
        row["auto_title"],
        row["started_at_local"],
        row["ended_at_local"],
        row["place"],
        row["latitude_deg"],
        row["longitude_deg"],
        tuple(row["photo_ids"]),
    )
    return StoredEvent(row["event_id"], happening, row["trip_id"], row["user_title"], row["is_gone"], row["revision"])
