"""A whole service in one file, run as a process by test_runtime_run.py."""

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from pydantic_settings import SettingsConfigDict

from pictopy_contracts.messages import PhotoRemoved
from pictopy_runtime.consume import ConsumerSpec
from pictopy_runtime.database import Database
from pictopy_runtime.run import Kit, Service, run
from pictopy_runtime.settings import BaseServiceSettings


class Settings(BaseServiceSettings):
    model_config = SettingsConfigDict(env_prefix="INGEST_", extra="ignore")


@dataclass(frozen=True)
class Deps:
    db: Database


async def open_deps(settings: Settings, kit: Kit, stack: AsyncExitStack) -> Deps:
    return Deps(kit.db)


async def on_photo_removed(message: PhotoRemoved, deps: Deps) -> None:
    await asyncio.sleep(float(message.photo_id))
    async with deps.db.transaction() as connection:
        await connection.execute("INSERT INTO seen (id) VALUES (%s) ON CONFLICT DO NOTHING", (message.photo_id,))


async def crash(deps: Deps) -> None:
    await asyncio.sleep(float(os.environ.get("CRASH_AFTER_S", "3600")))
    raise ValueError("a loop crashed")


SERVICE = Service(
    name="ingest",
    settings=Settings,
    open_deps=open_deps,
    consumers=(ConsumerSpec(PhotoRemoved, on_photo_removed),),
    loops=(crash,),
    migrations=Path(os.environ["SAMPLE_MIGRATIONS"]),
)

if __name__ == "__main__":
    run(SERVICE)
