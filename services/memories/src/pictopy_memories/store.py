"""Postgres: every SQL statement of memories."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray

from pictopy_contracts.messages import Message
from pictopy_memories.domain.eligibility import DOCUMENT_LABELS
from pictopy_memories.domain.facts import EventFacts, LookFacts, PeopleFacts, PersonFacts, PhotoFacts
from pictopy_memories.domain.history import KEY_REST_DAYS, History, Verdict
from pictopy_memories.domain.library import Columns
from pictopy_memories.domain.looks import Vector
from pictopy_memories.domain.plan import Snapshot
from pictopy_memories.domain.story import Story
from pictopy_memories.ports import BuildState, Shown, ToldStory
from pictopy_memories.ports_said import Spoken
from pictopy_memories.rows import story_of, story_row
from pictopy_memories.store_said import SaidQueries
from pictopy_runtime import outbox
from pictopy_runtime.database import Database

# Columns leave Postgres as packed big-endian bytes, one value a photo: 100,000 photos are one row that numpy reads
# as it is, instead of 100,000 rows of Python objects.
COLUMNS: LiteralString = """
SELECT
    array_agg(photo_id) AS ids,
    string_agg(int8send(coalesce(extract(epoch FROM taken_at_local)::bigint, '-9223372036854775808'::bigint)), '')
        AS taken,
    string_agg(boolsend(is_video), '') AS is_video,
    string_agg(boolsend(favourite), '') AS favourite,
    string_agg(boolsend(hidden), '') AS hidden,
    string_agg(boolsend(is_screenshot), '') AS is_screenshot,
    string_agg(boolsend(coalesce(labels && %(documents)s, false)), '') AS is_document,
    string_agg(boolsend(is_told), '') AS is_told,
    string_agg(int2send(rating), '') AS rating,
    string_agg(float4send(aspect), '') AS aspect,
    string_agg(float4send(coalesce(quality, 'NaN')), '') AS quality,
    string_agg(float4send(coalesce(sharpness, 'NaN')), '') AS sharpness,
    string_agg(float4send(coalesce(exposure, 'NaN')), '') AS exposure,
    string_agg(int8send(coalesce(phash, 0)), '') AS phash,
    string_agg(boolsend(phash IS NOT NULL), '') AS has_phash,
    string_agg(int2send(least(coalesce(faces, 0), 1000)::int2), '') AS faces,
    string_agg(float4send(coalesce(largest_face, 0)), '') AS largest_face,
    string_agg(float4send(coalesce(shown_days, 'Infinity'::real)), '') AS shown_days
FROM photos
LEFT JOIN looks USING (photo_id)
LEFT JOIN photo_people USING (photo_id)
LEFT JOIN (
    SELECT photo_id, min(abs(day - %(day)s))::real AS shown_days
    FROM slides JOIN stories USING (story_id)
    WHERE day <> %(day)s OR seen_at IS NOT NULL
    GROUP BY photo_id
) AS shown USING (photo_id)
WHERE NOT removed
"""
PACKED = {
    "taken": ">i8",
    "rating": ">i2",
    "aspect": ">f4",
    "quality": ">f4",
    "sharpness": ">f4",
    "exposure": ">f4",
    "phash": ">i8",
    "faces": ">i2",
    "largest_face": ">f4",
    "shown_days": ">f4",
}
"""numpy types of the packed columns; the others are one byte, 0 or 1."""

STORIES: LiteralString = """
SELECT stories.*, spoken.said, (
    SELECT jsonb_agg(
        jsonb_build_object('photo_id', photo_id, 'caption', caption, 'reasons', reasons, 'is_video', is_video)
        ORDER BY position)
    FROM slides JOIN visible_photos USING (photo_id)
    WHERE slides.story_id = stories.story_id
) AS slides
FROM stories
LEFT JOIN LATERAL (
    SELECT said FROM feedback WHERE feedback.story_id = stories.story_id ORDER BY said_at DESC, feedback_id DESC LIMIT 1
) AS spoken ON true
WHERE spoken.said IS DISTINCT FROM 'hide'
    AND NOT EXISTS (SELECT FROM persons WHERE persons.person_id = ANY (stories.person_ids) AND persons.hidden)
"""


class PostgresStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["PostgresUnit"]:
        async with self._database.transaction() as connection:
            yield PostgresUnit(connection)


class PostgresUnit(SaidQueries):
    """One transaction on the schema of memories."""

    async def keep_photo(self, facts: PhotoFacts) -> None:
        await self._keep(
            "INSERT INTO photos (photo_id, revision, taken_at_local, is_video, favourite, hidden, rating,"
            " is_screenshot, is_told, aspect) VALUES (%(photo_id)s, %(revision)s, %(taken_at_local)s, %(is_video)s,"
            " %(favourite)s, %(hidden)s, %(rating)s, %(is_screenshot)s, %(is_told)s, %(aspect)s)"
            " ON CONFLICT (photo_id) DO UPDATE SET revision = excluded.revision, removed = false,"
            " taken_at_local = excluded.taken_at_local, is_video = excluded.is_video,"
            " favourite = excluded.favourite, hidden = excluded.hidden, rating = excluded.rating,"
            " is_screenshot = excluded.is_screenshot, is_told = excluded.is_told, aspect = excluded.aspect"
            " WHERE photos.revision < excluded.revision",
            asdict(facts),
        )

    async def drop_photo(self, photo_id: str, revision: int) -> None:
        await self._keep(
            "INSERT INTO photos (photo_id, revision, removed) VALUES (%(photo_id)s, %(revision)s, true)"
            " ON CONFLICT (photo_id) DO UPDATE SET revision = excluded.revision, removed = true"
            " WHERE photos.revision < excluded.revision",
            {"photo_id": photo_id, "revision": revision},
        )

    async def keep_look(self, facts: LookFacts) -> None:
        await self._keep(
            "INSERT INTO looks (photo_id, analysed_at, quality, sharpness, exposure, phash, labels, embedding_model,"
            " embedding) VALUES (%(photo_id)s, %(analysed_at)s, %(quality)s, %(sharpness)s, %(exposure)s, %(phash)s,"
            " %(labels)s, %(embedding_model)s, %(embedding)s)"
            " ON CONFLICT (photo_id) DO UPDATE SET analysed_at = excluded.analysed_at, quality = excluded.quality,"
            " sharpness = excluded.sharpness, exposure = excluded.exposure, phash = excluded.phash,"
            " labels = excluded.labels, embedding_model = excluded.embedding_model, embedding = excluded.embedding"
            " WHERE looks.analysed_at < excluded.analysed_at",
            {**asdict(facts), "labels": list(facts.labels)},
        )

    async def keep_people(self, facts: PeopleFacts) -> None:
        await self._keep(
            "INSERT INTO photo_people (photo_id, revision, person_ids, faces, largest_face)"
            " VALUES (%(photo_id)s, %(revision)s, %(person_ids)s, %(faces)s, %(largest_face)s)"
            " ON CONFLICT (photo_id) DO UPDATE SET revision = excluded.revision, person_ids = excluded.person_ids,"
            " faces = excluded.faces, largest_face = excluded.largest_face"
            " WHERE photo_people.revision < excluded.revision",
            {**asdict(facts), "person_ids": list(facts.person_ids)},
        )

    async def keep_person(self, facts: PersonFacts) -> None:
        await self._keep(
            "INSERT INTO persons (person_id, revision, name, hidden)"
            " VALUES (%(person_id)s, %(revision)s, %(name)s, %(hidden)s)"
            " ON CONFLICT (person_id) DO UPDATE SET revision = excluded.revision, name = excluded.name,"
            " hidden = excluded.hidden WHERE persons.revision < excluded.revision",
            asdict(facts),
        )

    async def keep_event(self, facts: EventFacts) -> None:
        await self._keep(
            "INSERT INTO events (event_id, revision, kind, title, started_at_local, ended_at_local, place, trip_id,"
            " photo_ids, is_gone) VALUES (%(event_id)s, %(revision)s, %(kind)s, %(title)s, %(started_at_local)s,"
            " %(ended_at_local)s, %(place)s, %(trip_id)s, %(photo_ids)s, %(is_gone)s)"
            " ON CONFLICT (event_id) DO UPDATE SET revision = excluded.revision, kind = excluded.kind,"
            " title = excluded.title, started_at_local = excluded.started_at_local,"
            " ended_at_local = excluded.ended_at_local, place = excluded.place, trip_id = excluded.trip_id,"
            " photo_ids = excluded.photo_ids, is_gone = excluded.is_gone"
            " WHERE events.revision < excluded.revision",
            {**asdict(facts), "photo_ids": list(facts.photo_ids)},
        )

    async def state(self, day: date) -> BuildState:
        row = await self._row(
            "SELECT version, (SELECT builds.version FROM builds WHERE day = %s) AS built FROM library", (day,)
        )
        return BuildState(row["version"], row["built"])

    async def snapshot(self, day: date) -> Snapshot:
        # The version first: what is committed while the rest is read then makes the build stale, never unnoticed.
        version = (await self.state(day)).version
        photos = await self._row(COLUMNS, {"day": day, "documents": sorted(DOCUMENT_LABELS)})
        pairs = await self._row(
            "SELECT array_agg(photo_id) AS photos, array_agg(person_id) AS persons"
            " FROM photo_people, unnest(person_ids) AS person_id"
        )
        persons = await self._rows("SELECT * FROM persons")
        events = await self._rows("SELECT * FROM events WHERE NOT is_gone")
        today = await self.stories_of(day)
        return Snapshot(
            version=version,
            columns=_columns(photos),
            persons=[PersonFacts(**row) for row in persons],
            in_photo=list(zip(pairs["photos"] or (), pairs["persons"] or (), strict=True)),
            events=[EventFacts(**{**row, "photo_ids": tuple(row["photo_ids"])}) for row in events],
            history=await self._history(day),
            kept=[(one.story.kind, one.story.subject) for one in today if one.seen_at],
        )

    async def vectors(self, photo_ids: Sequence[str]) -> dict[str, Vector]:
        rows = await self._rows(
            "SELECT photo_id, embedding_model, embedding FROM looks"
            " WHERE photo_id = ANY (%s) AND embedding IS NOT NULL",
            (list(photo_ids),),
        )
        return {row["photo_id"]: Vector.unpacked(row["embedding_model"], row["embedding"]) for row in rows}

    async def replace_stories(self, day: date, version: int, told: Sequence[Story], at: datetime) -> list[ToldStory]:
        # The row of the day is also its lock: two builds of one day take turns.
        claimed = await self._connection.execute(
            "INSERT INTO builds (day, version, built_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (day) DO UPDATE SET version = excluded.version, built_at = excluded.built_at"
            " WHERE builds.version <= excluded.version",
            (day, version, at),
        )
        if not claimed.rowcount:
            return []
        await self._connection.execute(
            "WITH gone AS (DELETE FROM stories WHERE day = %s AND seen_at IS NULL AND story_id <> ALL (%s)"
            " RETURNING story_id, shown_revision) INSERT INTO gone_stories"
            " SELECT story_id FROM gone WHERE shown_revision > 0 ON CONFLICT DO NOTHING",
            (day, [story.story_id for story in told]),
        )
        return [ToldStory(story, version) for story in told if await self._put_story(story, version)]

    async def stories_of(self, day: date) -> list[ToldStory]:
        return _told(await self._rows(STORIES + " AND day = %s ORDER BY score DESC, story_id", (day,)))

    async def story(self, story_id: str) -> ToldStory | None:
        found = _told(await self._rows(STORIES + " AND story_id = %s", (story_id,)))
        return found[0] if found else None

    async def mark_seen(self, story_id: str, at: datetime) -> None:
        await self._connection.execute(
            "UPDATE stories SET seen_at = %s WHERE story_id = %s AND seen_at IS NULL", (at, story_id)
        )

    async def say(self, verdict: Verdict, at: datetime) -> None:
        await self._keep(
            "INSERT INTO feedback (story_id, key, subject, kind, said, day, said_at) VALUES"
            " (%(story_id)s, %(key)s, %(subject)s, %(kind)s, %(said)s, %(day)s, %(at)s)",
            {**asdict(verdict), "at": at},
        )

    async def verdicts(self) -> list[Verdict]:
        rows = await self._rows(
            "SELECT DISTINCT ON (story_id) story_id, key, subject, kind, said, day FROM feedback"
            " ORDER BY story_id, said_at DESC, feedback_id DESC"
        )
        return [Verdict(**row) for row in rows]

    async def seen(self) -> list[ToldStory]:
        return _told(await self._rows(STORIES + " AND seen_at IS NOT NULL ORDER BY seen_at, story_id"))

    async def spoken(self) -> list[Spoken]:
        rows = await self._rows(
            "SELECT story_id, key, subject, kind, said, day, said_at FROM feedback ORDER BY said_at, feedback_id"
        )
        return [Spoken(said_at=row.pop("said_at"), verdict=Verdict(**row)) for row in rows]

    async def shown(self) -> list[Shown]:
        rows = await self._rows(
            "SELECT photo_id, day, story_id FROM slides JOIN stories USING (story_id) ORDER BY day, story_id, position"
        )
        return [Shown(**row) for row in rows]

    async def publish(self, message: Message, msg_id: str) -> None:
        await outbox.add(self._connection, message, msg_id)

    async def _put_story(self, story: Story, version: int) -> bool:
        """False where the same story stands already, or another telling of it was seen."""
        await self._connection.execute(
            "UPDATE stories SET score = %s WHERE story_id = %s AND digest = %s",
            (story.score, story.story_id, story.digest),
        )
        put = await self._connection.execute(
            "INSERT INTO stories (story_id, revision, digest, day, key, kind, subject, title, subtitle, reasons,"
            " left_out, cover_photo_id, person_ids, score) VALUES (%(story_id)s, %(revision)s, %(digest)s, %(day)s,"
            " %(key)s, %(kind)s, %(subject)s, %(title)s, %(subtitle)s, %(reasons)s, %(left_out)s, %(cover_photo_id)s,"
            " %(person_ids)s, %(score)s)"
            " ON CONFLICT (story_id) DO UPDATE SET revision = excluded.revision, digest = excluded.digest,"
            " title = excluded.title, subtitle = excluded.subtitle, reasons = excluded.reasons,"
            " left_out = excluded.left_out, cover_photo_id = excluded.cover_photo_id,"
            " person_ids = excluded.person_ids, score = excluded.score, shown_revision = 0"
            " WHERE stories.seen_at IS NULL AND stories.digest <> excluded.digest",
            story_row(story, version),
        )
        if put.rowcount:
            await self.put_slides(story)
        return bool(put.rowcount)

    async def _history(self, day: date) -> History:
        keys = await self._rows(
            "SELECT key, min(abs(day - %(day)s)) AS days FROM stories"
            " WHERE (day <> %(day)s OR seen_at IS NOT NULL) AND abs(day - %(day)s) < %(rest)s GROUP BY key",
            {"day": day, "rest": KEY_REST_DAYS},
        )
        kinds = await self._rows(
            "SELECT kind, min(abs(day - %(day)s)) AS days FROM stories WHERE day <> %(day)s GROUP BY kind",
            {"day": day},
        )
        return History(
            shown_keys={row["key"]: row["days"] for row in keys},
            shown_kinds={row["kind"]: row["days"] for row in kinds},
            verdicts=await self.verdicts(),
        )

    async def _keep(self, statement: LiteralString, values: dict[str, Any]) -> None:
        await self._connection.execute(
            "WITH kept AS (" + statement + " RETURNING 1)"  # noqa: S608  a LiteralString: pyright refuses any other
            " UPDATE library SET version = version + 1 WHERE EXISTS (SELECT FROM kept)",
            values,
        )


def _columns(row: dict[str, Any]) -> Columns:
    ids = np.array(row.pop("ids") or [], dtype=np.object_)
    arrays = {name: _unpacked(data or b"", PACKED.get(name, "?")) for name, data in row.items()}
    return Columns(ids=ids, **{**arrays, "taken": arrays["taken"].view("datetime64[s]")})


def _unpacked(data: bytes, packed: str) -> NDArray[Any]:
    values: NDArray[Any] = np.frombuffer(data, dtype=packed)
    return values.astype(values.dtype.newbyteorder("="))


def _told(rows: list[dict[str, Any]]) -> list[ToldStory]:
    return [_told_story(row) for row in rows if row["slides"]]


def _told_story(row: dict[str, Any]) -> ToldStory:
    return ToldStory(story_of(row).with_cover_in_slides(), row["revision"], row["seen_at"], row["said"])
