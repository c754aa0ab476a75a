"""One scan: walk, compare, read what is new, and only then believe that something is gone."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from pictopy_contracts.ids import LibraryId
from pictopy_ingest import catalog, said
from pictopy_ingest.domain.metadata.tags import clean
from pictopy_ingest.domain.photos import Library
from pictopy_ingest.domain.scan import Difference, Known, Seen, Stamp, Walk, difference
from pictopy_ingest.ports import Deps, Job, Outcome, Prepared, Refused, RootMissing
from pictopy_runtime.logs import log_context

log = logging.getLogger(__name__)
BATCH = 50
"""Files a transaction."""
BATCH_S = 1.0
"""A slow batch is written after this time, so that pictures show while the scan runs."""
REMOVED_BATCH = 500
NEW = Known(None)


@dataclass
class _Reading:
    """What one scan has read and not yet written."""

    library: Library
    missing: Sequence[bytes]
    known: Mapping[bytes, Known]
    batch: list[Prepared | Refused] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


async def scan_loop(deps: Deps) -> None:
    """Scans for ever: everything at the start, what is asked for, and each library now and then."""
    await said.catch_up(deps)
    await deps.store.interrupt_scans(deps.now())
    async with deps.store.unit() as unit:
        for library in await unit.libraries():
            deps.board.request(library.library_id)
    while True:
        library_id = await deps.board.next()
        try:
            await scan(deps, library_id)
        finally:
            deps.board.end()


async def scan(deps: Deps, library_id: LibraryId) -> None:
    """One scan with its row in the list of scans. A root that is away ends it without any other effect."""
    async with deps.board.scan_lock, deps.store.unit() as unit:
        library = next((one for one in await unit.libraries() if one.library_id == library_id), None)
    if library is None:
        return
    running = await deps.store.start_scan(library_id, deps.now())
    with log_context(library_id=library_id, scan_id=running.scan_id):
        try:
            async with deps.board.scan_lock:
                counts = await _scan(deps, library)
            ended = replace(running, state="done", counts=counts)
        except RootMissing as error:
            log.warning("the scan ends, nothing counts as removed: %s", error)
            ended = replace(running, state="failed", reason=str(error))
        await deps.store.end_scan(replace(ended, ended_at=deps.now()))
    if not deps.board.is_stopped(library_id):
        deps.board.request(library_id, deps.rhythm.rescan_s, is_routine=True)


async def _scan(deps: Deps, library: Library) -> Mapping[str, int]:
    known = await deps.store.known_files(library.library_id)
    walk = await deps.tree.walk(library.root)
    if walk.is_empty and known:
        raise RootMissing("the folder is empty; is its disk mounted?")
    news = await _at_rest(deps, library, difference(walk, known), known)
    reading = _Reading(library, news.missing, known)
    reading.counts.update(seen=len(walk.files), **{f"ignored{end}": n for end, n in walk.ignored.items()})
    deps.board.begin(len(news.to_read))
    await _read_all(deps, reading, news.to_read)
    await _note_unreadable(deps, library, walk, known)
    await _remove(deps, reading)
    return dict(reading.counts)


async def _at_rest(deps: Deps, library: Library, news: Difference, known: Mapping[bytes, Known]) -> Difference:
    """Known files wait for the next look if they changed a moment ago, or while our own writer's word is on its way:
    it may have been its hand."""
    changed = [seen for seen in news.to_read if known.get(seen.path, NEW).photo_id]
    since_ns = (deps.now().timestamp() - deps.rhythm.echo_s) * 1e9 if not changed or await deps.all_heard() else 0.0
    waits = {seen.path for seen in changed if seen.stamp.ctime_ns > since_ns}
    if waits:
        deps.board.request(library.library_id, deps.rhythm.echo_s)
    return replace(news, to_read=tuple(seen for seen in news.to_read if seen.path not in waits))


async def _read_all(deps: Deps, reading: _Reading, files: Sequence[Seen]) -> None:
    loop = asyncio.get_running_loop()
    written_at = loop.time()
    async with aclosing(_outcomes(deps, reading, files)) as outcomes:
        async for outcome in outcomes:
            deps.board.file_done()
            _take(deps, reading, outcome)
            if len(reading.batch) >= BATCH or loop.time() - written_at > BATCH_S:
                await _write(deps, reading)
                written_at = loop.time()
    await _write(deps, reading)


async def _outcomes(deps: Deps, reading: _Reading, files: Sequence[Seen]) -> AsyncGenerator[Outcome]:
    """Each file's outcome as it comes; only a few are in hand at a time."""
    in_hand: set[asyncio.Task[Outcome]] = set()
    try:
        for seen in files:
            job = Job(reading.library.root, seen, deps.now(), is_known=seen.path in reading.known)
            in_hand.add(asyncio.create_task(deps.preparer.prepare(job)))
            if len(in_hand) >= deps.in_hand:
                done, in_hand = await asyncio.wait(in_hand, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        for finished in asyncio.as_completed(in_hand):
            yield await finished
    finally:
        for task in in_hand:
            task.cancel()


def _take(deps: Deps, reading: _Reading, outcome: Outcome) -> None:
    if isinstance(outcome, Refused) and outcome.is_unsettled:
        reading.counts["unsettled"] += 1
        deps.board.request(reading.library.library_id, deps.rhythm.unsettled_file_s)
    elif isinstance(outcome, Prepared | Refused):
        reading.batch.append(outcome)


async def _write(deps: Deps, reading: _Reading) -> None:
    """One transaction for a batch. Raises RootMissing when the library was taken out meanwhile."""
    library_id = reading.library.library_id
    if deps.board.is_stopped(library_id):
        raise RootMissing("the library was taken out")
    found = [one for one in reading.batch if isinstance(one, Prepared)]
    refused = [replace(one, reason=clean(one.reason) or "") for one in reading.batch if isinstance(one, Refused)]
    reading.batch.clear()
    if not found and not refused:
        return
    at = deps.now()
    async with deps.store.unit() as unit:
        await catalog.record(unit, library_id, found, reading.missing, at)
        await catalog.refuse(unit, library_id, refused, at)
    reading.counts.update(read=len(found), failed=len(refused))


async def _note_unreadable(deps: Deps, library: Library, walk: Walk, known: Mapping[bytes, Known]) -> None:
    """Folders that cannot be listed, told of once."""
    news = [
        Refused(Seen(folder, Stamp(0, 0, 0)), reason, stage="scan")
        for folder, reason in walk.unreadable.items()
        if folder not in known
    ]
    if news:
        async with deps.store.unit() as unit:
            await catalog.refuse(unit, library.library_id, news, deps.now())


async def _remove(deps: Deps, reading: _Reading) -> None:
    """After a complete walk, and only while the root is still there."""
    missing = reading.missing
    if missing and not await deps.tree.is_there(reading.library.root):
        raise RootMissing("the folder went away during the scan")
    for start in range(0, len(missing), REMOVED_BATCH):
        async with deps.store.unit() as unit:
            await catalog.remove(unit, reading.library.library_id, missing[start : start + REMOVED_BATCH], deps.now())
    reading.counts["missing"] += len(missing)
