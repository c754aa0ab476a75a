"""kill -9 at random moments of writing: no file may be broken, and no write may stand without its row.

    python bench/exif_crash.py [--kills 500]

A process writes names into files of every format and beside them, as fast as it can, with the real ledger and disk; it
is killed, and what it left is recovered and looked at. The last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image

from pictopy_engines.postgres import PostgresEngine
from pictopy_exif.app import MIGRATIONS
from pictopy_exif.domain.containers import container_of
from pictopy_exif.domain.digest import digest_of
from pictopy_exif.domain.records import Write
from pictopy_exif.fake_library import FakeLibrary, deps_for
from pictopy_exif.loop import recover
from pictopy_exif.store import PostgresStore
from pictopy_runtime.database import PostgresDatabase
from pictopy_testing.database import migrated

NAMES = ("a.jpg", "b.png", "c.webp", "d.tif", "e.avif", "f.heic", "g.gif")
ROUND = 25  # kills in one folder and schema: a photo with hundreds of writes behind it is mostly read, not written
LONGEST_S = 0.4  # of a child's life behind its first write


def make(folder: Path) -> dict[str, str]:
    """Path to the proof of what must never change."""
    picture = Image.radial_gradient("L").resize((640, 480)).convert("RGB")
    for name in NAMES:
        if name.endswith(".heic"):
            pillow_heif.from_pillow(picture).save(folder / name)
        else:
            picture.save(folder / name)
    return {name: proof(folder / name) for name in NAMES}


def proof(path: Path) -> str:
    data = path.read_bytes()
    container = container_of(data[:16], path.name)
    return digest_of(data) if container is None else container.rest_digest(data)


def temporary(folder: Path) -> int:
    return sum(path.name.endswith(".tmp") for path in folder.iterdir())


async def opened(stack: AsyncExitStack, dsn: str, folder: Path) -> PostgresDatabase:
    database = PostgresDatabase(dsn, folder.name)
    await database.open(60)
    stack.push_async_callback(database.close)
    return database


async def write_for_ever(dsn: str, folder: Path, ready: int) -> None:
    async with AsyncExitStack() as stack:
        store = PostgresStore(await opened(stack, dsn, folder))
        there = FakeLibrary(folder, deps_for(store))
        there._revision = time.time_ns()  # each child goes on where the last was killed
        await there.open()
        for name in NAMES:
            await there.named(name, name, f"Anna {time.time_ns()}")
        os.write(ready, b".")
        while True:
            await there.settle()
            for name in NAMES:
                await there.person(f"{name}-person", f"Anna {time.time_ns()}")


def killed(dsn: str, folder: Path, chance: random.Random) -> None:
    """One child's life. Nothing runs in this process meanwhile, so that it can be copied."""
    hears, says = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            asyncio.run(write_for_ever(dsn, folder, says))
        finally:
            os._exit(1)
    os.read(hears, 1)
    time.sleep(chance.uniform(0, LONGEST_S))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the child wrote until it was killed"
    os.close(hears)
    os.close(says)


async def looked_at(
    dsn: str, folder: Path, proofs: dict[str, str], firsts: dict[str, str], found: dict[str, int]
) -> None:
    """What the next start finds, and makes of it."""
    async with AsyncExitStack() as stack:
        store = PostgresStore(await opened(stack, dsn, folder))
        cut = await store.unsettled()
        found["cut_off"] += len(cut)
        found["temporary_files"] += temporary(folder)
        await recover(deps_for(store))
        assert not await store.unsettled(), "every row comes to its end"
        assert not temporary(folder), "nothing of ours lies about"
        states = {row.write_id: row.status for row in await store.writes([each.write_id for each in cut])}
        found["replaced_before_the_kill"] += sum(status == "written" for status in states.values())
        written: dict[str, Write] = {}
        for row in await store.ledger(None, None, 10_000, status="written"):
            written.setdefault(row.path, row)  # the newest comes first
        for name in NAMES:
            found["broken"] += proof(folder / name) != proofs[name]
            found["without_a_row"] += name not in written and digest_of((folder / name).read_bytes()) != firsts[name]
        for row in written.values():
            found["without_a_row"] += digest_of((folder / row.written_path).read_bytes()) != row.hash_after


def measure(dsn: str, root: Path, kills: int) -> dict[str, Any]:
    chance = random.Random(0)
    names = ("cut_off", "replaced_before_the_kill", "temporary_files", "broken", "without_a_row")
    found = dict.fromkeys(names, 0)
    for number in range(kills):
        if number % ROUND == 0:
            folder = root / f"kills_{number // ROUND}"
            folder.mkdir()
            proofs = make(folder)
            firsts = {name: digest_of((folder / name).read_bytes()) for name in NAMES}
            asyncio.run(prepared(dsn, folder))
        killed(dsn, folder, chance)
        asyncio.run(looked_at(dsn, folder, proofs, firsts, found))
        if number % 50 == 49:
            print(f"{number + 1} kills: {found}", flush=True)
    return {"kills": kills, **found}


async def prepared(dsn: str, folder: Path) -> None:
    async with AsyncExitStack() as stack:
        await migrated(await opened(stack, dsn, folder), folder.name, MIGRATIONS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    kills = parser.parse_args().kills
    with tempfile.TemporaryDirectory() as root, PostgresEngine(Path(root) / "postgres") as engine:
        report = measure(engine.dsn(), Path(root), kills)
        print(json.dumps(report))
        if report["broken"] or report["without_a_row"]:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
