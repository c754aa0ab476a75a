"""The one loop that writes: first it ends what a crash left open, then it fulfils wishes as they fall due."""

import asyncio
import logging
import time

from pictopy_exif.ports import Deps
from pictopy_exif.undoing import settle_undo
from pictopy_exif.writing import fulfil_all, settle_write

log = logging.getLogger(__name__)
BATCH = 60  # photos claimed at once: about a second of work


async def write_wishes(deps: Deps) -> None:
    """For ever."""
    recovered_at = -deps.limits.recover_every_s
    while True:
        if time.monotonic() - recovered_at >= deps.limits.recover_every_s:
            await recover(deps)
            recovered_at = time.monotonic()
        if not await write_due(deps):
            await asyncio.sleep(deps.limits.idle_s)


async def recover(deps: Deps) -> None:
    """Writes and undos that were cut off are brought to their end by what the files are now."""
    async with deps.one_at_a_time:
        roots = await deps.store.roots()
        for write in await deps.store.unsettled():
            root = roots.get(write.library_id)
            if write.status == "pending":
                await settle_write(write, root, None, deps)
            else:
                await settle_undo(write, root, deps)


async def write_due(deps: Deps) -> int:
    """Fulfil one batch of due wishes; returns how many photos were claimed. A pause holds from the next batch on."""
    rules = await deps.store.rules()
    rate = rules.writes_per_s or deps.limits.writes_per_s
    photo_ids = await deps.store.claim(max(1, min(BATCH, int(rate)))) if rules.writes else []
    began_at = time.monotonic()
    if photo_ids:
        async with deps.one_at_a_time:
            outcomes = await fulfil_all(photo_ids, deps)
        least_s = sum(len(each.write_ids) for each in outcomes.values()) / rate
        await asyncio.sleep(max(0.0, least_s - (time.monotonic() - began_at)))
    return len(photo_ids)
