"""The Postgres adapter, reading half, and how rows become records."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pictopy_cluster.domain.happenings import Happening
from pictopy_cluster.domain.model_change import ModelChange, Progress
from pictopy_cluster.domain.statements import Decision, Imported, Place
from pictopy_cluster.places import place_of
from pictopy_cluster.records import Conflict, Embedded, Person, PhotoRow, StoredEvent, StoredFace
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
        rows = await self._rows("SELECT * FROM faces ORDER BY face_id")
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

    async def removed_photos(self) -> set[str]:
        return {row["photo_id"] for row in await self._rows("SELECT photo_id FROM photos WHERE is_removed")}

    async def embedded(self, model: str) -> dict[str, Embedded]:
        rows = await self._rows("SELECT face_id, size, made_at FROM embeddings WHERE model = %s", model)
        return {row["face_id"]: Embedded(row["size"], row["made_at"]) for row in rows}

    async def embedded_faces(self, face_ids: Sequence[str]) -> dict[str, dict[str, Embedded]]:
        rows = await self._rows("SELECT * FROM embeddings WHERE face_id = ANY(%s)", list(face_ids))
        found: dict[str, dict[str, Embedded]] = {}
        for row in rows:
            found.setdefault(row["model"], {})[row["face_id"]] = Embedded(row["size"], row["made_at"])
        return found

    async def change(self) -> ModelChange:
        row = (await self._rows("SELECT * FROM model_change"))[0]
        known = {name: value for name, value in row.items() if name != "one"}
        return ModelChange(**{**known, "beside": tuple(row["beside"])})

    async def progress(self, change: ModelChange) -> Progress:
        rows = await self._rows(
            """
            SELECT count(*) AS total, count(*) FILTER (WHERE has_next) AS done,
                count(*) FILTER (WHERE NOT has_next AND has_failed) AS failed
            FROM (
                SELECT %s::text = ANY(embedded_by) AS has_next,
                    failed_at IS NOT NULL AND (analysed_at IS NULL OR failed_at >= analysed_at) AS has_failed
                FROM photos p WHERE NOT is_removed AND EXISTS (SELECT 1 FROM faces f WHERE f.photo_id = p.photo_id)
            ) AS each
            """,
            change.next or change.active or "",
        )
        return Progress(**rows[0])

    async def conflicts(self, after: int, limit: int) -> list[Conflict]:
        query = "SELECT * FROM conflicts ORDER BY at DESC, photo_id, face_id OFFSET %s LIMIT %s"
        return [Conflict(**row) for row in await self._rows(query, after, limit)]

    async def unstated(self) -> list[int]:
        rows = await self._rows("SELECT decision_id FROM decisions WHERE NOT is_stated ORDER BY decision_id")
        return [row["decision_id"] for row in rows]

    async def decisions(self) -> list[tuple[Decision, datetime]]:
        rows = await self._rows(
            """
            SELECT d.decision_id, d.kind, d.person_id, d.other_person_id, d.face_ids, d.name, d.anchors, d.said_by,
                d.said_id, d.undoes_said, d.made_at, coalesce(d.undoes, undone.decision_id) AS undoes
            FROM decisions d LEFT JOIN decisions undone ON d.undoes_said <> '' AND undone.said_id = d.undoes_said
            ORDER BY d.decision_id
            """
        )
        return [(decision_of(row), row["made_at"]) for row in rows]

    async def places(self, decision_ids: Sequence[int]) -> dict[str, Place]:
        rows = await self._rows(
            "SELECT places FROM decisions WHERE decision_id = ANY(%s) ORDER BY decision_id", list(decision_ids)
        )
        return {face: place_of(parts) for row in rows for face, parts in row["places"].items()}

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
    return PhotoRow(**{**row, "regions": tuple(row["regions"]), "embedded_by": tuple(row["embedded_by"])})


def face_of(row: dict[str, Any]) -> StoredFace:
    x1, y1, x2, y2 = row["box"]
    # An id, a box and so on as they were checked when they came in: 20,000 validations would take half a second.
    return StoredFace(**{**row, "box": Box.model_construct(x1=x1, y1=y1, x2=x2, y2=y2)})


def person_of(row: dict[str, Any]) -> Person:
    return Person(**row)


def decision_of(row: dict[str, Any]) -> Decision:
    return Decision(
        row["decision_id"],
        row["kind"],
        row["person_id"],
        row["other_person_id"],
        tuple(row["face_ids"]),
        row["name"],
        {person: tuple(faces) for person, faces in row["anchors"].items()},
        row["undoes"],
        row["said_by"],
        row["said_id"],
        row["undoes_said"],
    )


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
    return StoredEvent(
        row["event_id"],
        happening,
        row["trip_id"],
        row["user_title"],
        row["is_gone"],
        row["revision"],
        row["anchor"],
        tuple(row["stated_photos"]),
        row["is_restored"],
    )
