"""Processes die in the middle of an import; photos do not care."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pictopy_testing.folders import write_photo
from pictopy_testing.stack import Running, Stack, wait_until

pytest_plugins = ["pictopy_testing.stack_plugin"]
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(280)]

PHOTOS = 60
VICTIMS = ("vision", "cluster", "ingest", "nats", "search", "postgres", "memories", "exif")

CRASHER = """
import os
from pictopy_contracts.messages import PhotoAdded
from pictopy_runtime.consume import ConsumerSpec
from pictopy_runtime.run import Service, run
from pictopy_runtime.settings import BaseServiceSettings

async def on_photo_added(message, deps):
    if message.photo.photo_id == os.environ["VICTIM"]:
        os._exit(9)

async def open_deps(settings, kit, stack):
    return None

run(Service("crasher", BaseServiceSettings, open_deps, consumers=(
    ConsumerSpec(PhotoAdded, on_photo_added, ack_wait_s=1.0, max_attempts=3),)))
"""


def test_kill_9_of_each_process_in_turn(tmp_path: Path) -> None:
    """After all the kills every photo is done at every stage, none is there twice, none is lost."""
    root = tmp_path / "photos"
    for number in range(PHOTOS):
        write_photo(root / f"{number}.jpg", 3000 + number, (1600, 1200))
    with Stack(tmp_path / "data").up() as running:
        running.add_library(root)
        for victim in VICTIMS:
            running.kill(victim)
            time.sleep(1.5)
        running.settle(200)
        activity = running.get("ingest", "/v1/activity")
        assert activity["photos"] == PHOTOS
        for name, stage in activity["stages"].items():
            assert (stage["done"], stage["failed"]) == (stage["wanted"], 0), (name, stage, running.left())
        assert running.items("ingest", "/v1/failures") == []
        found = [item["photo_id"] for item in running.items("search", "/v1/search")]
        assert len(found) == len(set(found)) == PHOTOS
        assert all(f"{victim} was killed by SIGKILL" in running.told() for victim in VICTIMS)


def test_a_message_that_kills_its_consumer_is_shown(running: Running, tmp_path: Path) -> None:
    """After its attempts it is a dead letter among the failures, and goes when skipped."""
    write_photo(tmp_path / "photos" / "a.jpg", 3900)
    library = running.add_library(tmp_path / "photos")
    running.settle()
    photo_id = running.items("ingest", "/v1/photos", library=library)[0]["photo_id"]
    deaths = crash_until(running, photo_id, lambda: bool(dead_letters(running)))
    assert deaths == 3
    (letter,) = dead_letters(running)
    assert letter["photo_id"] == photo_id
    assert "ended the process" in letter["reason"]
    running.post("ingest", "/v1/failures/skip", {"dead_id": letter["dead_id"]})
    wait_until(lambda: not dead_letters(running), 20)


def dead_letters(running: Running) -> list[dict[str, Any]]:
    return [item for item in running.items("ingest", "/v1/failures") if "crasher" in (item.get("dead_id") or "")]


def crash_until(running: Running, photo_id: str, is_over: Callable[[], bool]) -> int:
    """Starts the consumer again whenever the message has killed it; gives how often that was."""
    deaths = 0
    environment = _environment(running) | {"VICTIM": photo_id}
    while not is_over():
        process = subprocess.Popen([sys.executable, "-c", CRASHER], env=environment)
        try:
            wait_until(lambda: process.poll() is not None or is_over(), 60, running.left)  # noqa: B023 - awaited at once
            deaths += process.poll() == 9
        finally:
            process.terminate()
            process.wait(30)
    return deaths


def _environment(running: Running) -> dict[str, str]:
    config = (running.data / "nats" / "nats.conf").read_text(encoding="utf-8")
    token = (running.data / "token").read_text(encoding="ascii").strip()
    port = config.split("127.0.0.1:")[1].split('"')[0]
    return {
        **os.environ,
        "PICTOPY_NATS_URL": f"nats://127.0.0.1:{port}",
        "PICTOPY_NATS_TOKEN": token,
        "PICTOPY_TOKEN": token,
        "PICTOPY_DATA_DIR": str(running.data / "crasher"),
    }
