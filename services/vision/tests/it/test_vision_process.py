"""The real process: NATS in, models by pull from a mirror, results out."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from nats.js.api import ConsumerConfig, DeliverPolicy

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import (
    Message,
    ModelsChanged,
    Photo,
    PhotoAdded,
    PhotoAnalysed,
    VisionFinished,
)
from pictopy_runtime.bus import NatsBus
from pictopy_testing.shared import models

TOKEN = "secret"
GOOD, BROKEN = PhotoId("aa" * 16), PhotoId("bb" * 16)


def added(photo_id: PhotoId) -> PhotoAdded:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    photo = Photo(photo_id=photo_id, revision=1, format="jpeg", files=(), width_px=640, height_px=480, added_at=now)
    return PhotoAdded(photo=photo)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def vision(nats_url: str, folder: Path, **settings: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The service as a process, and its address."""
    port = free_port()
    environment = os.environ | {
        "PICTOPY_NATS_URL": nats_url,
        "PICTOPY_TOKEN": TOKEN,
        "VISION_DATA_DIR": str(folder / "data"),
        "VISION_PREVIEWS_DIR": str(folder / "previews"),
        "VISION_PREVIEWS_PATIENCE_S": "0",
        "VISION_PORT": str(port),
        **settings,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "pictopy_vision", env=environment)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def put_preview(folder: Path, photo_id: PhotoId, data: bytes) -> None:
    path = folder / "previews" / photo_id[:2] / f"{photo_id}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def scene() -> bytes:
    picture = np.random.default_rng(2).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", picture)[1])


async def next_of(bus: NatsBus, kind: type[Message], count: int) -> list[Any]:
    """The first `count` messages of a kind that the stream has or gets."""
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, filter_subject=kind.SUBJECT)
    reader = await bus.jetstream.pull_subscribe(kind.SUBJECT, stream="VISION", config=config)
    found: list[Any] = []
    while len(found) < count:
        for raw in await reader.fetch(count - len(found), timeout=30):
            found.append(kind.model_validate_json(raw.data))
            await raw.ack()
    return found


async def status_of(url: str) -> dict[str, Any]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        answer: dict[str, Any] = (await client.get(f"{url}/status")).json()
        return answer


@pytest.mark.it
async def test_without_models_photos_pass_and_broken_ones_are_told(bus: NatsBus, nats_url: str, tmp_path: Path) -> None:
    """One photo is done, the broken one failed with its reason; SIGTERM ends the process with 0."""
    await bus.declare_stream("ingest")
    await bus.declare_stream("vision")
    put_preview(tmp_path, GOOD, scene())
    put_preview(tmp_path, BROKEN, b"no picture")
    for photo_id in (GOOD, BROKEN):
        await bus.publish(added(photo_id), photo_id)
    async with vision(nats_url, tmp_path) as (process, url):
        finished = await next_of(bus, VisionFinished, 2)
        assert {one.photo_id: one.status for one in finished} == {GOOD: "done", BROKEN: "failed"}
        assert "cannot be decoded" in next(one.reason for one in finished if one.photo_id == BROKEN)
        (analysed,) = await next_of(bus, PhotoAnalysed, 1)
        assert analysed.embedding.model == "layout-v1"
        (changed,) = await next_of(bus, ModelsChanged, 1)
        assert changed.model_version == analysed.model_version
        for _ in range(50):
            if (await status_of(url))["settled"]:
                break
            await asyncio.sleep(0.1)
        status = await status_of(url)
        assert status["ready"], json.dumps(status)
        assert status["settled"], json.dumps(status)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0


@pytest.mark.it
@pytest.mark.photos
async def test_photos_wait_for_the_first_pull(bus: NatsBus, nats_url: str, tmp_path: Path) -> None:
    """With a mirror the starter set is there before the first photo is looked at, and it is looked at once."""
    await bus.declare_stream("ingest")
    await bus.declare_stream("vision")
    put_preview(tmp_path, GOOD, scene())
    await bus.publish(added(GOOD), GOOD)
    settings = {"VISION_AUTO_PULL_STARTER": "1", "PICTOPY_MODELS_MIRROR": str(models())}
    async with vision(nats_url, tmp_path, **settings):
        (finished,) = await next_of(bus, VisionFinished, 1)
        (analysed,) = await next_of(bus, PhotoAnalysed, 1)
        assert finished.status == "done"
        assert {"faces", "face_embedding", "objects"} <= analysed.models.keys()
        (changed,) = await next_of(bus, ModelsChanged, 1)
        assert changed.model_version == analysed.model_version
        assert (await bus.jetstream.stream_info("VISION")).state.messages == 3
