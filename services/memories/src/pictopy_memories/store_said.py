"""Postgres: what has to be told to those who keep it, and what comes back from them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, LiteralString

from pictopy_memories.domain.history import Verdict
from pictopy_memories.domain.said import SeenStory
from pictopy_memories.domain.story import Story
from pictopy_memories.ports_said import Spoken, Untold
from pictopy_memories.rows import story_of, story_row
from pictopy_runtime.database import Connection

_WHOLE: LiteralString = """
SELECT stories.*, (
    SELECT jsonb_agg(
        jsonb_build_object('photo_id', photo_id, 'caption', caption, 'reasons', reasons, 'is_video', is_video)
        ORDER BY position)
    FROM slides WHERE slides.story_id = stories.story_id
) AS slides
FROM stories
"""


class SaidQueries:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def untold(self) -> Untold:
        shown = await self._rows(_WHOLE + " WHERE shown_revision = 0 ORDER BY story_id")
        seen = await self._rows(_WHOLE + " WHERE seen_at IS NOT NULL AND NOT is_seen_told ORDER BY story_id")
        spoken = await self._rows(
            "SELECT story_id, key, subject, kind, said, day, said_at FROM feedback WHERE NOT is_told"
            " ORDER BY said_at, feedback_id"
        )
        return Untold(
            shown=[story_of(row) for row in shown if row["slides"]],
            gone=[row["story_id"] for row in await self._rows("SELECT story_id FROM gone_stories ORDER BY 1")],
            seen=[SeenStory(story_of(row), row["seen_at"]) for row in seen if row["slides"]],
            spoken=[Spoken(said_at=row.pop("said_at"), verdict=Verdict(**row)) for row in spoken],
        )

    async def mark_told(self, revision: int) -> None:
        for statement in (
            "UPDATE stories SET shown_revision = %(revision)s WHERE shown_revision = 0",
            "UPDATE stories SET is_seen_told = true WHERE seen_at IS NOT NULL AND NOT is_seen_told",
            "UPDATE feedback SET is_told = true WHERE NOT is_told",
            "DELETE FROM gone_stories",
        ):
            await self._connection.execute(statement, {"revision": revision})

    async def restore_shown(self, story: Story, revision: int) -> bool:
        known = await self._rows("SELECT seen_at, shown_revision FROM stories WHERE story_id = %s", (story.story_id,))
        if known and known[0]["shown_revision"] >= revision:
            return False
        if known and known[0]["seen_at"]:
            values = {"revision": revision, "id": story.story_id}
            await self._connection.execute(
                "UPDATE stories SET shown_revision = %(revision)s WHERE story_id = %(id)s", values
            )
        else:
            await self._put_whole(story, None, revision)
        return True

    async def restore_gone(self, story_id: str, revision: int) -> bool:
        gone = await self._connection.execute(
            "DELETE FROM stories WHERE story_id = %s AND seen_at IS NULL AND shown_revision BETWEEN 1 AND %s",
            (story_id, revision),
        )
        return gone.rowcount > 0

    async def restore_seen(self, seen: SeenStory) -> bool:
        story_id = seen.story.story_id
        known = await self._rows("SELECT seen_at, shown_revision FROM stories WHERE story_id = %s", (story_id,))
        if known and known[0]["seen_at"]:
            return False
        await self._put_whole(seen.story, seen.seen_at, known[0]["shown_revision"] if known else 1)
        return True

    async def restore_spoken(self, spoken: Spoken) -> bool:
        values = {**asdict(spoken.verdict), "at": spoken.said_at}
        known = await self._rows("SELECT FROM feedback WHERE story_id = %(story_id)s AND said_at = %(at)s", values)
        if known:
            return False
        await self._connection.execute(
            "INSERT INTO feedback (story_id, key, subject, kind, said, day, said_at) VALUES"
            " (%(story_id)s, %(key)s, %(subject)s, %(kind)s, %(said)s, %(day)s, %(at)s)",
            values,
        )
        await self._connection.execute("UPDATE library SET version = version + 1")
        return True

    async def _put_whole(self, story: Story, seen_at: datetime | None, shown_revision: int) -> None:
        """In place of a telling of it that stands here."""
        await self._connection.execute("DELETE FROM stories WHERE story_id = %s", (story.story_id,))
        await self._connection.execute(
            "INSERT INTO stories (story_id, revision, digest, day, key, kind, subject, title, subtitle, reasons,"
            " left_out, cover_photo_id, person_ids, score, seen_at, shown_revision) VALUES (%(story_id)s, %(revision)s,"
            " %(digest)s, %(day)s, %(key)s, %(kind)s, %(subject)s, %(title)s, %(subtitle)s, %(reasons)s, %(left_out)s,"
            " %(cover_photo_id)s, %(person_ids)s, %(score)s, %(seen_at)s, %(shown_revision)s)",
            {**story_row(story, 0), "seen_at": seen_at, "shown_revision": shown_revision},
        )
        await self.put_slides(story)
        await self._connection.execute("UPDATE library SET version = version + 1")

    async def put_slides(self, story: Story) -> None:
        await self._connection.execute("DELETE FROM slides WHERE story_id = %s", (story.story_id,))
        rows: Sequence[tuple[Any, ...]] = [
            (story.story_id, place, slide.photo_id, slide.caption, list(slide.reasons), slide.is_video)
            for place, slide in enumerate(story.slides)
        ]
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO slides (story_id, position, photo_id, caption, reasons, is_video)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                rows,
            )

    async def _rows(self, statement: LiteralString, values: Any = None) -> list[dict[str, Any]]:
        return await (await self._connection.execute(statement, values)).fetchall()

    async def _row(self, statement: LiteralString, values: Any = None) -> dict[str, Any]:
        return (await self._rows(statement, values))[0]
