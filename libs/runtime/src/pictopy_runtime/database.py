"""Postgres: a pool whose connections see one schema, and forward-only migrations under an advisory lock."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

from psycopg import AsyncConnection, OperationalError, sql
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from pictopy_runtime.errors import Transient

Connection: TypeAlias = AsyncConnection[dict[str, Any]]
log = logging.getLogger(__name__)

OWN_TABLES = Path(__file__).parent / "migrations"


class Database(Protocol):
    """Transactions on the service's own schema."""

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """A connection inside a transaction that commits at the end and rolls back on an error."""
        ...

    async def ping(self) -> None: ...


class PostgresDatabase:
    """A pool on one schema. Losing the server is Transient: the pool reconnects by itself."""

    def __init__(self, dsn: str, schema: str, max_connections: int = 8) -> None:
        self._dsn = dsn
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            dsn,
            connection_class=cast(type[Connection], AsyncConnection),
            min_size=1,
            max_size=max_connections,
            kwargs={"row_factory": dict_row, "options": f"-c search_path={schema}"},
            check=AsyncConnectionPool.check_connection,
            open=False,
        )

    async def open(self, wait_s: float) -> None:
        await self._pool.open(wait=True, timeout=wait_s)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.connection() as connection, connection.transaction():
                yield connection
        except OperationalError as error:
            raise Transient(f"Postgres: {error}") from error

    async def ping(self) -> None:
        async with self.transaction() as connection:
            await connection.execute("SELECT 1")

    async def listen(self, channel: str, wake: asyncio.Event) -> None:
        """Set `wake` on each NOTIFY of the channel, until cancelled, on a connection of its own."""
        try:
            async with await AsyncConnection.connect(self._dsn, autocommit=True) as connection:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                async for _ in connection.notifies():
                    wake.set()
        except OperationalError as error:
            raise Transient(f"Postgres: {error}") from error


async def migrate(connection: Connection, schema: str, folder: Path) -> None:
    """Apply what is new of the runtime's own tables and of the service's, forward only.

    Raises when the database knows a migration that this program does not: it must not touch a newer schema.
    """
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"pictopy:{schema}",))
    known = await connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,))
    if await known.fetchone() is None:  # `IF NOT EXISTS` asks for the right to create even where nothing is made
        await connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())"
    )
    rows = await (await connection.execute("SELECT name FROM migrations")).fetchall()
    applied = {row["name"] for row in rows}
    files = {
        f"{owner}/{file.name}": file
        for owner, where in (("runtime", OWN_TABLES), ("service", folder))
        for file in sorted(where.glob("*.sql"))
    }
    if unknown := applied - files.keys():
        raise RuntimeError(f"the database is newer than this program: it has {sorted(unknown)}")
    for name, file in files.items():
        if name not in applied:
            log.info("migrating %s: %s", schema, name)
            await connection.execute(file.read_bytes())
            await connection.execute("INSERT INTO migrations (name) VALUES (%s)", (name,))
