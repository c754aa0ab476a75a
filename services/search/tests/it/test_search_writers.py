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
from pictopy_search.made_up import ADDED, analysis, assigned, event, person, photo
from pictopy_search.made_up_history import hear
from pictopy_search.pictures import Pictures
from pictopy_search.ports import Deps
from pictopy_search.store import PostgresStore
from pictopy_vectors.fakes import FakeVectors

SCHEMA = "search_writers"
PHOTOS = 25


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[PostgresDatabase]:
    """A schema of its own, dropped at the end: what is rolled back cannot meet another writer."""
    opened = PostgresDatabase(postgres_dsn, SCHEMA)
    await opened.open(10)
    await opened.migrate(MIGRATIONS)
    yield opened
    async with opened.transaction() as connection:
        await connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(SCHEMA)))
    await opened.close()


@pytest.mark.it
async def test_writers_that_meet_leave_nothing_out(database: PostgresDatabase) -> None:
    """Facts, analysis, people, names and events of the same photos, from two processes at once."""
    one, two = (Deps(PostgresStore(database), Pictures(FakeVectors()), lambda: ADDED) for _ in range(2))
    numbers = range(PHOTOS)
    await asyncio.gather(
        hear(person("p", "Anna"), one),
        hear(event("e", "Sailing", numbers), two),
        *(hear(PhotoAdded(photo=photo(number)), one) for number in numbers),
        *(hear(analysis(number, ["sea"]), two) for number in numbers),
        *(hear(assigned(number, "p"), one) for number in numbers),
    )
    found = await one.store.search(Filters(terms=terms_of("anna sea sailing")), "newest", None, 99)
    assert len(found) == PHOTOS
    async with database.transaction() as connection:
        rows = await (await connection.execute("SELECT DISTINCT msg_id FROM outbox")).fetchall()
    assert len(rows) == PHOTOS


@pytest.mark.it
async def test_waiting_writers_leave_readers_a_connection(database: PostgresDatabase) -> None:
    """A rename of thousands of photos may take seconds; the lists answer meanwhile."""
    store = PostgresStore(database)
    deps = Deps(store, Pictures(FakeVectors()), lambda: ADDED)
    async with store.unit():
        waiting = [asyncio.create_task(hear(PhotoAdded(photo=photo(number)), deps)) for number in range(20)]
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            assert await store.search(Filters(), "newest", None, 9) == []
    await asyncio.gather(*waiting)
