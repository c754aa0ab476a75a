"""The service as a process, beside real Postgres and NATS: messages in, a proven file and a message out."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from pictopy_contracts.ids import FaceId, PersonId, PhotoId
from pictopy_contracts.messages import (
    AssignedFace,
    FileRef,
    FileWritten,
    LibraryAdded,
    Message,
    PersonChanged,
    Photo,
    PhotoAdded,
    PhotoPeopleAssigned,
)
from pictopy_exif.fake_library import FACE, LIBRARY
from pictopy_runtime.bus import NatsBus
from pictopy_runtime.database import PostgresDatabase

pytestmark = pytest.mark.it
TOKEN = "process-test"
P, ANNA = PhotoId("p"), PersonId("anna")


def _messages(root: Path) -> list[Message]:
    status = (root / "a.jpg").stat()
    modified_at = datetime.fromtimestamp(status.st_mtime, UTC)
    file = FileRef(library_id=LIBRARY, path="a.jpg", size_bytes=status.st_size, modified_at=modified_at)
    photo = Photo(
        photo_id=P, revision=1, format="jpeg", files=(file,), width_px=40, height_px=30, added_at=datetime.now(UTC)
    )
    face = AssignedFace(face_id=FaceId("f"), box=FACE, person_id=ANNA)
    return [
        PhotoPeopleAssigned(photo_id=P, revision=1, faces=(face,)),
        PersonChanged(person_id=ANNA, revision=1, name="Anna"),
        PhotoAdded(photo=photo),
        LibraryAdded(library_id=LIBRARY, revision=1, name="l", root=str(root)),
    ]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _written(client: httpx.AsyncClient) -> dict[str, Any]:
    """The one row of the ledger, once there is nothing left to do."""
    async with asyncio.timeout(60):
        while True:
            await asyncio.sleep(0.2)
            try:
                is_settled = (await client.get("/status")).json().get("settled")
                items = (await client.get("/v1/ledger")).json()["items"]
                if is_settled and items:
                    return dict(items[0])
            except httpx.TransportError:  # it is still starting
                continue


@pytest.fixture
async def own_schema(postgres_dsn: str) -> AsyncIterator[None]:
    """What the process commits is gone afterwards."""
    yield
    database = PostgresDatabase(postgres_dsn, "exif")
    await database.open(30)
    async with database.transaction() as connection:
        await connection.execute("DROP SCHEMA IF EXISTS exif CASCADE")
    await database.close()


@pytest.mark.usefixtures("own_schema")
async def test_a_named_face_ends_in_the_file_and_in_a_message(
    tmp_path: Path, postgres_dsn: str, nats_url: str, bus: NatsBus
) -> None:
    """Whatever the order of arrival; and the process ends with 0 when asked to."""
    root = tmp_path / "library"
    root.mkdir()
    Image.new("RGB", (40, 30)).save(root / "a.jpg")
    for owner in ("ingest", "cluster"):
        await bus.declare_stream(owner)
    for number, message in enumerate(_messages(root)):
        await bus.publish(message, str(number))
    port = _free_port()
    environment = {
        **os.environ,
        "EXIF_POSTGRES_DSN": postgres_dsn,
        "PICTOPY_NATS_URL": nats_url,
        "PICTOPY_TOKEN": TOKEN,
        "PICTOPY_DATA_DIR": str(tmp_path / "data"),
        "EXIF_PORT": str(port),
        "EXIF_DEBOUNCE_S": "0.2",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "pictopy_exif", env=environment)
    try:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            row = await _written(client)
        assert (row["status"], row["verified"]) == ("written", True)
        assert b"Anna" in (root / "a.jpg").read_bytes()
        stored = await bus.jetstream.get_last_msg("EXIF", FileWritten.SUBJECT)
        assert FileWritten.model_validate_json(stored.data or b"").hash_after == row["hash_after"]
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == 0
