"""A database of the first release, brought up to this one."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pictopy_cluster.app import MIGRATIONS
from pictopy_cluster.records import Embedded
from pictopy_cluster.store import PostgresStore
from pictopy_runtime.database import migrate
from pictopy_testing.plugin import DatabaseFactory

pytestmark = pytest.mark.it
SEEN = datetime(2026, 1, 2, tzinfo=UTC)


async def test_what_the_first_release_knew_is_kept(database: DatabaseFactory, tmp_path: Path) -> None:
    """Its faces have their embeddings, by the model that most of them were seen with; its decisions wait to be stated,
    each under a name of its own; its titled events keep the photos that they were given for."""
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(MIGRATIONS / "0001_init.sql", first)
    known = await database("cluster_first", first)
    async with known.transaction() as connection:
        await connection.execute("INSERT INTO photos (photo_id) VALUES ('p'), ('q')")
        for face, photo, model in (("a", "p", "old"), ("b", "p", "old"), ("c", "q", "other"), ("d", "q", "")):
            await connection.execute(
                """
                INSERT INTO faces (face_id, photo_id, box, score, quality, size_px, model, embedding_size, seen_at)
                VALUES (%s, %s, '{0, 0, 1, 1}', 1, 1, 80, %s, 4, %s)
                """,
                (face, photo, model, SEEN),
            )
        await connection.execute("INSERT INTO decisions (kind, person_id) VALUES ('hide', 'x'), ('show', 'x')")
        await connection.execute(
            """
            INSERT INTO events (event_id, kind, auto_title, user_title, started_at_local, ended_at_local)
            VALUES ('e', 'event', 'A day', 'Mine', now(), now())
            """
        )
        await connection.execute("INSERT INTO event_photos VALUES ('e', 'q', 1), ('e', 'p', 0)")
        await migrate(connection, "cluster_first", MIGRATIONS)
    store = PostgresStore(known)
    assert (await store.change()).active == "old"
    assert await store.embedded("old") == {face: Embedded(4, SEEN) for face in "ab"}
    assert [row.embedded_by for row in [await store.photo("p"), await store.photo("q")] if row] == [
        ("old",),
        ("other",),
    ]
    assert len(await store.faces()) == 4
    assert len({row.said_id for row, _ in await store.decisions()}) == 2
    assert await store.unstated() == [row.decision_id for row, _ in await store.decisions()]
    event = await store.event("e")
    assert event is not None
    assert (event.stated_photos, event.anchor) == (("p", "q"), "")
