"""The life of a service process, from start to signal, on real engines."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import PhotoRemoved
from pictopy_runtime.bus import NatsBus

pytestmark = pytest.mark.it


@pytest.fixture
def environment(postgres_dsn: str, nats_url: str, bus: NatsBus, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "0001_init.sql").write_text("CREATE TABLE seen (id text PRIMARY KEY)")
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS ingest CASCADE")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {
        **os.environ,
        "INGEST_POSTGRES_DSN": postgres_dsn,
        "INGEST_PORT": str(port),
        "PICTOPY_NATS_URL": nats_url,
        "PICTOPY_TOKEN": "secret",
        "PICTOPY_DATA_DIR": str(tmp_path),
        "SAMPLE_MIGRATIONS": str(tmp_path),
    }


async def start(environment: dict[str, str]) -> asyncio.subprocess.Process:
    program = Path(__file__).with_name("sample_service.py")
    return await asyncio.create_subprocess_exec(
        sys.executable, str(program), env=environment, stderr=asyncio.subprocess.PIPE
    )


@pytest.fixture
async def process(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await start(environment)
    yield started
    if started.returncode is None:
        started.kill()
    await started.communicate()


@asynccontextmanager
async def ready(environment: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{environment['INGEST_PORT']}") as client:
        async with asyncio.timeout(20):
            while not await _is_ready(client):
                await asyncio.sleep(0.05)
        yield client


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def test_sigterm_finishes_what_is_in_hand(
    environment: dict[str, str], process: asyncio.subprocess.Process, bus: NatsBus, postgres_dsn: str
) -> None:
    """The message being handled is finished, and the exit code is 0."""
    async with ready(environment):
        await bus.publish(PhotoRemoved(photo_id=PhotoId("0.7"), revision=1), "1")
        await asyncio.sleep(0.4)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    async with await psycopg.AsyncConnection.connect(postgres_dsn) as connection:
        rows = await (await connection.execute("SELECT id FROM ingest.seen")).fetchall()
    assert rows == [("0.7",)]


async def test_status_needs_the_token_and_tells_what_is_left(
    environment: dict[str, str], process: asyncio.subprocess.Process
) -> None:
    """Health is open, everything else is not; a settled service says so."""
    async with ready(environment) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        refused = await client.get("/status")
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        answer = (await client.get("/status", headers={"Authorization": "Bearer secret"})).json()
        assert answer["ready"] is True
        assert answer["pending"] == {"ingest__on_photo_removed": 0}
        assert "pictopy_messages_total" in (await client.get("/metrics")).text


async def test_a_crashed_loop_ends_the_process_with_1(environment: dict[str, str]) -> None:
    """A service that cannot do its work does not pretend to; its log lines are JSON."""
    process = await start({**environment, "CRASH_AFTER_S": "0.2"})
    _, log = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    lines = [json.loads(line) for line in log.decode().splitlines()]
    assert lines[-1]["service"] == "ingest"
    assert "a loop crashed" in lines[-1]["error"]
