"""Fixtures on real engines. A server that is running already is used when its address is in the environment:
TEST_POSTGRES_DSN, TEST_NATS_URL, TEST_QDRANT_URL."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from pictopy_engines.nats import NatsEngine
from pictopy_engines.postgres import PostgresEngine
from pictopy_runtime.bus import NatsBus, connect
from pictopy_runtime.http import Web, make_app
from pictopy_runtime.run import Service
from pictopy_testing.database import RolledBackDatabase, rolled_back

TOKEN = "test-token"
DatabaseFactory = Callable[[str, Path], Awaitable[RolledBackDatabase]]
ClientFactory = Callable[[Service[Any, Any], Any], Awaitable[httpx.AsyncClient]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in a folder `it` starts real engines, servers or processes, and is marked so."""
    for item in items:
        if "it" in item.path.parts:
            item.add_marker(pytest.mark.it)


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """Streamlit's AppTest puts its script in the place of `__main__`, which a spawned process would then run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Postgres for the session."""
    if given := os.environ.get("TEST_POSTGRES_DSN"):
        yield given
        return
    with PostgresEngine(tmp_path_factory.mktemp("pg") / "data", fast=True) as engine:
        yield engine.dsn()


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real nats-server with JetStream for the session."""
    if given := os.environ.get("TEST_NATS_URL"):
        yield given
        return
    with NatsEngine(tmp_path_factory.mktemp("nats")) as engine:
        yield engine.url


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[DatabaseFactory]:
    """`await database("ingest", MIGRATIONS)`: the service's schema, rolled back after the test."""
    async with AsyncExitStack() as stack:

        async def open_schema(schema: str, migrations: Path) -> RolledBackDatabase:
            return await stack.enter_async_context(rolled_back(postgres_dsn, schema, migrations))

        yield open_schema


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[NatsBus]:
    """A connection on which all streams are there and empty."""
    opened = await connect(nats_url, "test")
    for stream in await opened.jetstream.streams_info():
        await opened.jetstream.delete_stream(stream.config.name or "")
    yield opened
    await opened.close()


@pytest.fixture
async def client_for() -> AsyncIterator[ClientFactory]:
    """`await client_for(SERVICE, deps)`: an HTTP client with the token on the service's real app."""
    async with AsyncExitStack() as stack:

        async def open_client(service: Service[Any, Any], deps: Any) -> httpx.AsyncClient:
            app = make_app(Web(service.name, TOKEN, deps, service.routers))
            return await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app),
                    base_url="http://test",
                    headers={"Authorization": f"Bearer {TOKEN}"},
                )
            )

        yield open_client
