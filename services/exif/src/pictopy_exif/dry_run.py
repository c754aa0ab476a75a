"""A look at the whole library: what would be written, counted, with nothing written."""

from pictopy_contracts.ids import PhotoId
from pictopy_exif.places import Refused
from pictopy_exif.ports import Deps
from pictopy_exif.preparing import Preparer, jobs_of

BATCH = 100


async def count_when_asked(deps: Deps) -> None:
    """For ever."""
    while True:
        await deps.dry_run_asked.wait()
        deps.dry_run_asked.clear()
        await count(deps)


async def count(deps: Deps) -> None:
    """Every photo that anything was ever stated about, also while writing is off or paused."""
    deps.dry_run.begin()
    try:
        page = await deps.store.wished("", BATCH)
        while page:
            for photo_id in page:
                await _count_photo(photo_id, deps)
            page = await deps.store.wished(page[-1], BATCH)
    finally:
        deps.dry_run.running = False


async def _count_photo(photo_id: PhotoId, deps: Deps) -> None:
    state = await deps.store.photo(photo_id)
    if state is None or state.wishes.digest == state.wish.muted_digest:
        return
    state = state.as_confirmed
    deps.dry_run.photos += 1
    rules, writes = await deps.store.rules(), await deps.store.writes_of(photo_id)
    policy = "embedded_else_sidecar" if rules.policy == "off" else rules.policy
    preparer = Preparer(deps.disk, deps.reader, deps.limits.max_embed_bytes)
    for job in jobs_of(state, writes):
        try:
            prepared = await deps.workers.run(preparer.prepare, job, policy)
        except Refused as error:
            deps.dry_run.refuse([str(error)])
            continue
        for each in prepared:
            deps.dry_run.count(state, each.place.target, each.built.change)
