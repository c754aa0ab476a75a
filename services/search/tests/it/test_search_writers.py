"""Writers at the same time, with real commits."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from psycopg import sql

from pictopy_contracts.messages import PhotoAdded
from pictopy_runtime.database import PostgresDatabase
from pictopy_search.app import MIGRATIONS
from pictopy_search.domain.filters import Filters
from pictopy_search.domain.text import terms_of
from pictopy_search.fake_deps import fake_deps, hear
from pictopy_search.store import PostgresStore
from pictopy_testing.database import migrated
from pictopy_testing.photo_messages import analysis, photo, photo_id

SCHEMA = "search_writers"


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[PostgresDatabase]:
    """A schema of its own, dropped at the end: what is rolled back cannot meet another writer."""
    opened = PostgresDatabase(postgres_dsn, SCHEMA)
    await opened.open(10)
    await migrated(opened, SCHEMA, MIGRATIONS)
    yield opened
    async with opened.transaction() as connection:
        await connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(SCHEMA)))
    await opened.close()


@pytest.mark.it
async def test_writers_that_meet_leave_nothing_out(database: PostgresDatabase) -> None:
    """Each half of a photo arrives while the other is not committed yet, in two processes: the second one waits."""
    store, deps = PostgresStore(database), fake_deps(PostgresStore(database))
    async with store.unit() as unit:
        await unit.put_photo(photo(1))
        await unit.put_files(photo_id(1), 1, photo(1).files)
        await unit.reindex([photo_id(1)])
        other = asyncio.create_task(hear(analysis(1, ["sea"]), deps))
        await asyncio.wait({other}, timeout=0.5)
    await other
    assert len(await store.search(Filters(terms=terms_of("sea")), "newest", None, 9)) == 1
    async with database.transaction() as connection:
        rows = await (await connection.execute("SELECT * FROM outbox")).fetchall()
    assert len(rows) == 1


@pytest.mark.it
async def test_waiting_writers_leave_readers_a_connection(database: PostgresDatabase) -> None:
    """A rename of thousands of photos may take seconds; the lists answer meanwhile."""
    store = PostgresStore(database)
    deps = fake_deps(store)
    async with store.unit():
        waiting = [asyncio.create_task(hear(PhotoAdded(photo=photo(number)), deps)) for number in range(20)]
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            assert await store.search(Filters(), "newest", None, 9) == []
    await asyncio.gather(*waiting)
