"""Watches the folder of each library; a change asks for a scan, which finds out what it was."""

import asyncio
import logging

from pictopy_ingest.domain.photos import Library
from pictopy_ingest.libraries import all_libraries
from pictopy_ingest.ports import Deps, RootMissing

log = logging.getLogger(__name__)
LOOK_S = 5.0
"""How often new libraries are noticed."""
WORKED_S = 1.0
"""A watch that cannot be set up, for want of inotify handles, ends sooner than this."""
AWAY_S = 15.0
"""How often a folder that is away is looked for."""


async def watch_loop(deps: Deps) -> None:
    """For ever. Where a folder cannot be watched the periodic scan is the net."""
    watchers: dict[tuple[str, bytes], asyncio.Task[None]] = {}
    async with asyncio.TaskGroup() as group:
        while True:
            wanted = {(one.library_id, one.root): one for one in await all_libraries(deps)}
            for key in watchers.keys() - wanted.keys():
                watchers.pop(key).cancel()
            for key in wanted.keys() - watchers.keys():
                watchers[key] = group.create_task(_watch(deps, wanted[key]))
            await asyncio.sleep(LOOK_S)


async def _watch(deps: Deps, library: Library) -> None:
    """A watch that worked and ended has missed something: scan once the folder is there again."""
    loop = asyncio.get_running_loop()
    has_missed = False
    while True:
        started_at = loop.time()
        if has_missed and await deps.tree.is_there(library.root):
            deps.board.request(library.library_id)
            has_missed = False
        try:
            async for _ in deps.tree.changes(library.root):
                deps.board.request(library.library_id, deps.rhythm.watch_settle_s)
        except RootMissing as error:
            log.info("not watching %r: %s", library.root, error)
        has_missed = has_missed or loop.time() - started_at > WORKED_S or not await deps.tree.is_there(library.root)
        await asyncio.sleep(AWAY_S)
