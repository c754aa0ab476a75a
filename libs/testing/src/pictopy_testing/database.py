"""A Database whose every transaction is a savepoint of one that is rolled back after the test (0.4 ms)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from pictopy_runtime.database import Connection, Database, migrate


class RolledBackDatabase:
    """Like PostgresDatabase, on one connection; concurrent transactions wait for each other."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self._lock, self.connection.transaction():
            yield self.connection

    async def ping(self) -> None:
        async with self.transaction() as connection:
            await connection.execute("SELECT 1")


@asynccontextmanager
async def rolled_back(dsn: str, schema: str, migrations: Path) -> AsyncIterator[RolledBackDatabase]:
    """The schema as migrated; nothing that happens inside is there afterwards."""
    async with await _connect(dsn, schema) as connection:
        async with connection.transaction():
            await migrate(connection, schema, migrations)
        async with connection.transaction(force_rollback=True):
            yield RolledBackDatabase(connection)


async def _connect(dsn: str, schema: str) -> AsyncConnection[dict[str, Any]]:
    return await AsyncConnection.connect(dsn, autocommit=True, row_factory=dict_row, options=f"-c search_path={schema}")


async def migrated(database: Database, schema: str, migrations: Path) -> None:
    """The schema for good, for tests in which several connections meet."""
    async with database.transaction() as connection:
        await migrate(connection, schema, migrations)
