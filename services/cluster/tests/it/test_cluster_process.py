"""The service as a process, beside real Postgres, NATS and the embedded vector engine: messages in, people out."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pictopy_cluster.made_up import analysed, people, photo
from pictopy_contracts.messages import ClusterFinished, EventChanged, Message, PersonChanged, PhotoAdded
from pictopy_runtime.bus import NatsBus
from pictopy_runtime.database import PostgresDatabase

pytestmark = pytest.mark.it
TOKEN = "process-test"
NAMES = ["anna"] * 5 + ["ben"] * 5


def _messages() -> list[Message]:
    """A photo a minute; what vision saw comes before ingest's facts for half of them."""
    embeddings = people(NAMES, spread=0.4)
    messages: list[Message] = []
    for n in range(len(NAMES)):
        pair: list[Message] = [PhotoAdded(photo=photo(f"p{n}", n)), analysed(f"p{n}", [embeddings[n]])]
        messages += pair if n % 2 else pair[::-1]
    return messages


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _settled(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The people, once there are some and nothing is left to do."""
    async with asyncio.timeout(90):
        while True:
            await asyncio.sleep(0.2)
            try:
                is_settled = (await client.get("/status")).json().get("settled")
                items = (await client.get("/v1/people")).json()["items"]
                if is_settled and items:
                    return list(items)
            except httpx.TransportError:  # it is still starting
                continue


@pytest.fixture
async def own_schema(postgres_dsn: str) -> AsyncIterator[None]:
    """What the process commits is gone afterwards."""
    yield
    database = PostgresDatabase(postgres_dsn, "cluster")
    await database.open(30)
    async with database.transaction() as connection:
        await connection.execute("DROP SCHEMA IF EXISTS cluster CASCADE")
    await database.close()


@pytest.fixture
async def process(
    tmp_path: Path, postgres_dsn: str, nats_url: str, own_schema: None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running service, which must end with 0 when asked to."""
    port = _free_port()
    environment = {
        **os.environ,
        "CLUSTER_POSTGRES_DSN": postgres_dsn,
        "PICTOPY_NATS_URL": nats_url,
        "PICTOPY_TOKEN": TOKEN,
        "PICTOPY_DATA_DIR": str(tmp_path / "data"),
        "CLUSTER_PORT": str(port),
        "CLUSTER_QUIET_S": "0.2",
    }
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "pictopy_cluster", env=environment)
    try:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            yield client
    finally:
        running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await running.wait() == 0


async def test_messages_become_people_and_events(bus: NatsBus, process: httpx.AsyncClient) -> None:
    """Two people of five faces, one event of ten photos, every stage done; a name is told at once."""
    for owner in ("ingest", "vision"):
        await bus.declare_stream(owner)
    for number, message in enumerate(_messages()):
        await bus.publish(message, str(number))
    found = await _settled(process)
    assert [person["face_count"] for person in found] == [5, 5]
    events = (await process.get("/v1/events")).json()["items"]
    assert [event["photo_count"] for event in events] == [10]
    named = {"kind": "name", "person_id": found[0]["person_id"], "name": "Anna"}
    assert (await process.post("/v1/decisions", json=named)).status_code == 201
    assert (await _settled(process))[0]["name"] == "Anna"
    stored = await bus.jetstream.get_last_msg("CLUSTER", PersonChanged.SUBJECT)
    assert PersonChanged.model_validate_json(stored.data or b"").name == "Anna"
    done = await bus.jetstream.get_last_msg("CLUSTER", ClusterFinished.SUBJECT)
    assert ClusterFinished.model_validate_json(done.data or b"").status == "done"
    told = await bus.jetstream.get_last_msg("CLUSTER", EventChanged.SUBJECT)
    assert len(EventChanged.model_validate_json(told.data or b"").photo_ids) == 10
