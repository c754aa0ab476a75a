"""The Postgres adapter, writing half: what messages say, and the index made of it. Reading is in `store_queries.py`:
together they would pass the 400 lines of a file."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString

from psycopg import sql
from psycopg.types.json import Jsonb
from pydantic import BaseModel

from pictopy_contracts.ids import EventId, LibraryId, ModelId, PersonId, PhotoId
from pictopy_contracts.messages import (
    EventChanged,
    FileRef,
    Message,
    PersonChanged,
    Photo,
    PhotoAnalysed,
    PhotoPeopleAssigned,
)
from pictopy_runtime import outbox
from pictopy_runtime.database import Connection, Database
from pictopy_search import store_models
from pictopy_search.domain.answers import Look
from pictopy_search.domain.change import ImageModels
from pictopy_search.domain.index import (
    Label,
    age_of,
    camera_of,
    keywords_of,
    labels_of,
    looked_for,
    people_in,
    phash_bits,
    read_words,
    shown_words,
    words_of_photo,
    written_words,
)
from pictopy_search.domain.text import joined, key_of, plain
from pictopy_search.store_meaning import PostgresMeaning
from pictopy_search.store_models import PostgresModels
from pictopy_search.store_queries import PostgresQueries, look_of


class PostgresStore(PostgresQueries, PostgresMeaning, PostgresModels):
    """One writer at a time: in this process by a lock in memory, so that writers who wait hold no connection that
    a reader needs; among processes by a lock in Postgres."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._writing = asyncio.Lock()
        self.writes = 0

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["PostgresUnit"]:
        async with self._writing, self._database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('pictopy:search:writer'))")
            yield PostgresUnit(connection)
        self.writes += 1


class PostgresUnit:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put_photo(self, photo: Photo) -> int:
        known = await self._value("SELECT revision AS value FROM photos WHERE photo_id = %s", photo.photo_id) or 0
        if photo.revision > known:
            await self._connection.execute(PUT_PHOTO, _photo_row(photo))
            await self._put_labels(photo.photo_id, ["keyword"], keywords_of(photo))
            await self._put_words(photo.photo_id, "written", written_words(photo))
        return int(known)

    async def put_files(self, photo_id: PhotoId, revision: int, files: Sequence[FileRef]) -> None:
        newer = await self._value(
            """
            INSERT INTO presence AS known (photo_id, files_revision) VALUES (%s, %s)
            ON CONFLICT (photo_id) DO UPDATE SET files_revision = excluded.files_revision
            WHERE known.files_revision < excluded.files_revision
            RETURNING photo_id AS value
            """,
            photo_id,
            revision,
        )
        if newer is None:
            return
        await self._connection.execute("DELETE FROM photo_files WHERE photo_id = %s", (photo_id,))
        paths = [plain(file.path) for file in files]
        await self._many(
            "INSERT INTO photo_files (photo_id, number, library_id, path, words) VALUES (%s, %s, %s, %s, %s)",
            [
                (photo_id, number, file.library_id, path, key_of(path))
                for number, (file, path) in enumerate(zip(files, paths, strict=True))
            ],
        )

    async def put_removal(self, photo_id: PhotoId, revision: int) -> None:
        await self._connection.execute(
            """
            INSERT INTO presence AS known (photo_id, removed_revision) VALUES (%s, %s)
            ON CONFLICT (photo_id) DO UPDATE
            SET removed_revision = greatest(known.removed_revision, excluded.removed_revision)
            """,
            (photo_id, revision),
        )

    async def put_analysis(self, analysis: PhotoAnalysed) -> None:
        """What a look did not look for stays as the newest look for it found it."""
        looks = await self._looks_of(analysis.photo_id)
        age = list(age_of(analysis))
        fresh = {part for part in ("whole", *looked_for(analysis)) if looks.get(part, []) < age}
        if not fresh:
            return
        await self._connection.execute(
            """
            UPDATE analyses SET looks = looks || %(looks)s,
                analysed_at = CASE WHEN %(whole)s THEN %(analysed_at)s ELSE analysed_at END,
                model_version = CASE WHEN %(whole)s THEN %(model_version)s ELSE model_version END,
                embedding_model = CASE WHEN %(whole)s THEN %(embedding_model)s ELSE embedding_model END,
                quality = CASE WHEN %(whole)s THEN %(quality)s ELSE quality END,
                phash = CASE WHEN %(whole)s THEN %(phash)s ELSE phash END,
                face_count = CASE WHEN %(faces)s THEN %(face_count)s ELSE face_count END,
                lines = CASE WHEN %(ocr)s THEN %(lines)s ELSE lines END,
                line_words = CASE WHEN %(ocr)s THEN %(line_words)s ELSE line_words END
            WHERE photo_id = %(photo_id)s
            """,
            {part: part in fresh for part in ("whole", "faces", "ocr")}
            | {"looks": Jsonb(dict.fromkeys(sorted(fresh), age))}
            | _analysis_row(analysis),
        )
        await self._put_found(analysis, fresh)

    async def _looks_of(self, photo_id: PhotoId) -> dict[str, list[Any]]:
        """Of the photo's row, which is there and held from now on."""
        row = await self._row(
            """
            INSERT INTO analyses AS known (photo_id, analysed_at, model_version, face_count) VALUES (%s, 'epoch', '', 0)
            ON CONFLICT (photo_id) DO UPDATE SET photo_id = known.photo_id
            RETURNING looks
            """,
            photo_id,
        )
        assert row is not None, "an upsert that returns gives its row"
        return dict(row["looks"])

    async def _put_found(self, analysis: PhotoAnalysed, fresh: set[str]) -> None:
        kinds = {"tags": "tag", "objects": "object"}
        asked = [kind for task, kind in kinds.items() if task in fresh]
        if asked:
            labels = [label for label in labels_of(analysis) if label.source in asked]
            await self._put_labels(analysis.photo_id, asked, labels)
        if "ocr" in fresh:
            await self._put_words(analysis.photo_id, "read", read_words(analysis))

    async def put_people(self, assigned: PhotoPeopleAssigned) -> None:
        await self._connection.execute(
            """
            INSERT INTO assignments AS known (photo_id, revision, faces, people, face_count) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (photo_id) DO UPDATE SET revision = excluded.revision, faces = excluded.faces,
                people = excluded.people, face_count = excluded.face_count
            WHERE known.revision < excluded.revision
            """,
            (
                assigned.photo_id,
                assigned.revision,
                Jsonb([face.model_dump(mode="json") for face in assigned.faces]),
                people_in(assigned.faces),
                sum(face.is_face for face in assigned.faces),
            ),
        )

    async def put_person(self, person: PersonChanged) -> list[PhotoId]:
        words = shown_words(person)
        before = await self._row("SELECT revision, words FROM persons WHERE person_id = %s", person.person_id)
        if before is not None and before["revision"] >= person.revision:
            return []
        await self._connection.execute(
            """
            INSERT INTO persons (person_id, revision, name, words, is_hidden, is_gone) VALUES (%s, %s, %s, %s, %s, %s)
            ON CONFLICT (person_id) DO UPDATE SET revision = excluded.revision, name = excluded.name,
                words = excluded.words, is_hidden = excluded.is_hidden, is_gone = excluded.is_gone
            """,
            (
                person.person_id,
                person.revision,
                None if person.name is None else plain(person.name),
                words,
                person.hidden,
                person.is_gone,
            ),
        )
        return [] if (before["words"] if before else "") == words else await self._photos_of_person(person.person_id)

    async def put_event(self, event: EventChanged) -> list[PhotoId]:
        newer = await self._connection.execute(PUT_EVENT, _event_row(event))
        if await newer.fetchone() is None:
            return []
        before = await self._photos_of_event(event.event_id)
        await self._connection.execute("DELETE FROM event_photos WHERE event_id = %s", (event.event_id,))
        await self._connection.execute(
            "INSERT INTO event_photos (event_id, photo_id) SELECT %s, photo_id FROM unnest(%s::text[]) AS photo_id"
            " ON CONFLICT DO NOTHING",
            (event.event_id, list(event.photo_ids)),
        )
        return sorted({*before, *await self._photos_of_event(event.event_id)})

    async def put_library(self, library_id: LibraryId, revision: int, *, is_gone: bool) -> list[PhotoId]:
        was_gone = await self._value("SELECT is_gone AS value FROM libraries WHERE library_id = %s", library_id)
        newer = await self._value(
            """
            INSERT INTO libraries AS known (library_id, revision, is_gone) VALUES (%s, %s, %s)
            ON CONFLICT (library_id) DO UPDATE SET revision = excluded.revision, is_gone = excluded.is_gone
            WHERE known.revision < excluded.revision
            RETURNING library_id AS value
            """,
            library_id,
            revision,
            is_gone,
        )
        if newer is None or bool(was_gone) == is_gone:
            return []
        return await self._photos("SELECT DISTINCT photo_id FROM photo_files WHERE library_id = %s", library_id)

    async def put_embeddings(self, photo_id: PhotoId, models: Sequence[ModelId]) -> None:
        await store_models.put_embeddings(self._connection, photo_id, models)

    async def put_failure(self, photo_id: PhotoId, model_version: str) -> None:
        await store_models.put_failure(self._connection, photo_id, model_version)

    async def models(self) -> ImageModels:
        return await store_models.read_models(self._connection)

    async def put_models(self, models: ImageModels) -> None:
        await store_models.put_models(self._connection, models)

    async def reindex(self, photo_ids: Sequence[PhotoId]) -> None:
        """Of one photo, planning would take six times as long as the work: equality lets Postgres keep its plan."""
        if len(photo_ids) == 1:
            statement = sql.SQL(REINDEX).format(which=sql.SQL("= %s"))
            await self._connection.execute(statement, (photo_ids[0],), prepare=True)
        elif photo_ids:
            await self._connection.execute(sql.SQL(REINDEX).format(which=sql.SQL("= ANY (%s)")), (list(photo_ids),))

    async def finished(self, photo_id: PhotoId) -> Look | None:
        row = await self._row(
            "SELECT analyses.* FROM analyses JOIN photos USING (photo_id) WHERE photo_id = %s", photo_id
        )
        return None if row is None else look_of(row)

    async def publish(self, message: Message, msg_id: str) -> None:
        await outbox.add(self._connection, message, msg_id)

    async def _put_labels(self, photo_id: PhotoId, sources: list[str], labels: Sequence[Label]) -> None:
        await self._connection.execute(
            "DELETE FROM photo_labels WHERE photo_id = %s AND source = ANY (%s)", (photo_id, sources)
        )
        await self._many(
            "INSERT INTO photo_labels (photo_id, number, source, label, key, score, box)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (photo_id, number, one.source, one.label, one.key, one.score, _json(one.box))
                for number, one in enumerate(labels)
            ],
        )

    async def _put_words(self, photo_id: PhotoId, source: str, words: Sequence[str]) -> None:
        await self._connection.execute(
            "DELETE FROM photo_words WHERE photo_id = %s AND source = %s", (photo_id, source)
        )
        if words:
            await self._connection.execute(
                "INSERT INTO photo_words (photo_id, source, key) SELECT %s, %s, key FROM unnest(%s::text[]) AS key",
                (photo_id, source, list(words)),
            )

    async def _photos_of_person(self, person_id: PersonId) -> list[PhotoId]:
        return await self._photos("SELECT photo_id FROM assignments WHERE people @> ARRAY[%s]", person_id)

    async def _photos_of_event(self, event_id: EventId) -> list[PhotoId]:
        """Its own, and those of the events that belong to it if it is a trip."""
        return await self._photos(
            "SELECT DISTINCT photo_id FROM event_photos WHERE event_id = %s"
            " OR event_id IN (SELECT event_id FROM events WHERE trip_id = %s)",
            event_id,
            event_id,
        )

    async def _row(self, query: LiteralString, *values: object) -> dict[str, Any] | None:
        return await (await self._connection.execute(query, values)).fetchone()

    async def _value(self, query: LiteralString, *values: object) -> Any:
        row = await self._row(query, *values)
        return None if row is None else row["value"]

    async def _photos(self, query: LiteralString, *values: object) -> list[PhotoId]:
        rows = await (await self._connection.execute(query, values)).fetchall()
        return [row["photo_id"] for row in rows]

    async def _many(self, query: LiteralString, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            async with self._connection.cursor() as cursor:
                await cursor.executemany(query, rows)


PUT_PHOTO = """
    INSERT INTO photos AS known
        (photo_id, revision, kind, format, width_px, height_px, added_at, taken_at, taken_at_local, latitude_deg,
        longitude_deg, camera, camera_key, duration_s, title, caption, rating, is_favourite, is_hidden, is_screenshot,
        albums, words)
    VALUES (%(photo_id)s, %(revision)s, %(kind)s, %(format)s, %(width_px)s, %(height_px)s, %(added_at)s, %(taken_at)s,
        %(taken_at_local)s, %(latitude_deg)s, %(longitude_deg)s, %(camera)s, %(camera_key)s, %(duration_s)s, %(title)s,
        %(caption)s, %(rating)s, %(favourite)s, %(hidden)s, %(is_screenshot)s, %(albums)s, %(words)s)
    ON CONFLICT (photo_id) DO UPDATE SET revision = excluded.revision, kind = excluded.kind, format = excluded.format,
        width_px = excluded.width_px, height_px = excluded.height_px, added_at = excluded.added_at,
        taken_at = excluded.taken_at, taken_at_local = excluded.taken_at_local, latitude_deg = excluded.latitude_deg,
        longitude_deg = excluded.longitude_deg, camera = excluded.camera, camera_key = excluded.camera_key,
        duration_s = excluded.duration_s, title = excluded.title, caption = excluded.caption, rating = excluded.rating,
        is_favourite = excluded.is_favourite, is_hidden = excluded.is_hidden, is_screenshot = excluded.is_screenshot,
        albums = excluded.albums, words = excluded.words
    WHERE known.revision < excluded.revision
"""

PUT_EVENT = """
    INSERT INTO events AS known (event_id, revision, kind, title, words, place, place_words, started_at_local,
        ended_at_local, trip_id, is_gone)
    VALUES (%(event_id)s, %(revision)s, %(kind)s, %(title)s, %(words)s, %(place)s, %(place_words)s,
        %(started_at_local)s, %(ended_at_local)s, %(trip_id)s, %(is_gone)s)
    ON CONFLICT (event_id) DO UPDATE SET revision = excluded.revision, kind = excluded.kind, title = excluded.title,
        words = excluded.words, place = excluded.place, place_words = excluded.place_words,
        started_at_local = excluded.started_at_local, ended_at_local = excluded.ended_at_local,
        trip_id = excluded.trip_id, is_gone = excluded.is_gone
    WHERE known.revision < excluded.revision
    RETURNING event_id
"""

REINDEX: LiteralString = """
    UPDATE photos SET is_shown = i.is_shown, libraries = i.libraries, people = i.people, face_count = i.face_count,
        labels = i.labels, label_keys = i.label_keys, event_id = i.event_id, event_ids = i.event_ids,
        places = i.places, quality = i.quality, phash = i.phash, text = i.text
    FROM photo_index i
    WHERE i.photo_id {which} AND photos.photo_id = i.photo_id
        AND (photos.is_shown, photos.libraries, photos.people, photos.face_count, photos.labels, photos.label_keys,
            photos.event_id, photos.event_ids, photos.places, photos.quality, photos.phash, photos.text)
        IS DISTINCT FROM (i.is_shown, i.libraries, i.people, i.face_count, i.labels, i.label_keys,
            i.event_id, i.event_ids, i.places, i.quality, i.phash, i.text)
"""


def _photo_row(photo: Photo) -> dict[str, object]:
    camera = camera_of(photo)
    return photo.model_dump(exclude={"files", "regions", "warnings", "keywords"}) | {
        "title": None if photo.title is None else plain(photo.title),
        "caption": None if photo.caption is None else plain(photo.caption),
        "camera": camera,
        "camera_key": None if camera is None else key_of(camera),
        "albums": [plain(album) for album in photo.albums],
        "words": words_of_photo(photo),
    }


def _analysis_row(analysis: PhotoAnalysed) -> dict[str, object]:
    return {
        "photo_id": analysis.photo_id,
        "analysed_at": analysis.analysed_at,
        "model_version": analysis.model_version,
        "embedding_model": analysis.embedding.model if analysis.embedding else None,
        "face_count": len(analysis.faces),
        "quality": _json(analysis.quality),
        "phash": phash_bits(analysis.phash),
        "lines": Jsonb([line.model_dump(mode="json") | {"text": plain(line.text)} for line in analysis.text]),
        "line_words": joined(line.text for line in analysis.text),
    }


def _event_row(event: EventChanged) -> dict[str, object]:
    return event.model_dump(exclude={"photo_ids"}) | {
        "title": plain(event.title),
        "words": key_of(event.title),
        "place": None if event.place is None else plain(event.place),
        "place_words": joined((event.place,)),
    }


def _json(part: BaseModel | None) -> Jsonb | None:
    return None if part is None else Jsonb(part.model_dump(mode="json"))
