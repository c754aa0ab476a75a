"""The stage ledger at work: what services report, what is sent again, what a person retries or skips."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import DeadLetter, PhotoAdded, StageFinished
from pictopy_contracts.registry import STAGE_CONSUMER
from pictopy_ingest.domain.stages import StageRow, again, finished, stage_of
from pictopy_ingest.ports import Deps, Failure, FailureFilter, Unit
from pictopy_ingest.stating import messages_of
from pictopy_runtime.errors import Transient

log = logging.getLogger(__name__)
SEND_BATCH = 200
MAX_IN_FLIGHT = 1000
"""Photos that vision may owe us before more are sent to it again."""
RELOOKS_IN_HAND = 32
"""Photos that vision may owe us when one is sent for a second look: half a minute's work of a small machine."""
RELOOK_PAUSE_S = 1.0
PAGE = 200


async def note(unit: Unit, fact: StageFinished) -> None:
    """A service is done with a photo, or gave up. A photo that nobody knows is none of our business."""
    rows = (await unit.stage_rows([fact.photo_id])).get(fact.photo_id)
    if rows is None:
        return
    changed = finished(rows, fact)
    await unit.save_stage_rows([row for stage, row in changed.items() if row != rows[stage]])
    if fact.status == "done" and fact.stage in STAGE_CONSUMER:
        await unit.forget_dead(fact.photo_id, STAGE_CONSUMER[fact.stage])


async def bury(unit: Unit, letter: DeadLetter) -> None:
    """Keep a message that nobody could handle; the stage whose work it was has failed."""
    await unit.save_dead(letter)
    stage = stage_of(letter.durable)
    if stage is None or letter.photo_id is None:
        return
    failed = StageFinished(
        photo_id=letter.photo_id,
        stage=stage,
        status="failed",
        reason=letter.reason,
        attempts=letter.attempts,
        finished_at=letter.died_at,
    )
    rows = (await unit.stage_rows([letter.photo_id])).get(letter.photo_id)
    if rows is not None:
        await unit.save_stage_rows(list(finished(rows, failed).values()))


async def reconcile_loop(deps: Deps) -> None:
    """Sends again what is wanted and not done, for ever, and never more than vision can swallow."""
    while True:
        try:
            await reconcile(deps)
            await _look_again(deps)
        except Transient as error:
            log.warning("nothing is sent again now: %s", error)
            await asyncio.sleep(deps.rhythm.reconcile_s)


async def _look_again(deps: Deps) -> None:
    """Second looks, a few at a time, until it is time for the next round."""
    loop = asyncio.get_running_loop()
    until = loop.time() + deps.rhythm.reconcile_s
    while (left := until - loop.time()) > 0:
        is_busy = await relook(deps) > 0
        await asyncio.sleep(min(left, RELOOK_PAUSE_S if is_busy else left))


async def reconcile(deps: Deps) -> int:
    """One round; returns how many photos were sent. All stages start at vision: its result feeds the others."""
    now = deps.now()
    in_flight, _ = await deps.store.in_flight(now - timedelta(seconds=deps.rhythm.stalled_s))
    if in_flight >= MAX_IN_FLIGHT:
        return 0
    due = await deps.store.due(now, deps.rhythm.stalled_s, min(MAX_IN_FLIGHT - in_flight, SEND_BATCH))
    return await _send(deps, sorted({row.photo_id for row in due}), now)


async def relook(deps: Deps) -> int:
    """Photos that have an older result are sent only where vision has little else to do: a photo that comes in now
    waits for a few of them at the most. Returns how many wait at vision or were sent now."""
    now = deps.now()
    in_flight, relooks = await deps.store.in_flight(now - timedelta(seconds=deps.rhythm.stalled_s))
    room = RELOOKS_IN_HAND - in_flight
    due = await deps.store.relooks_due(room) if room > 0 else []
    return relooks + (await _send(deps, sorted(due), now) if due else 0)


async def _send(deps: Deps, photo_ids: Sequence[PhotoId], now: datetime) -> int:
    async with deps.store.unit() as unit:
        photos = await messages_of(unit, list((await unit.photos(photo_ids)).values()))
        rows = await unit.stage_rows(photo_ids)
        for photo in photos:
            again_id = f"{photo.photo_id}:{photo.revision}:again:{now.timestamp():.0f}"
            payload = PhotoAdded(photo=photo).model_dump_json()
            await deps.bus.resend(PhotoAdded.SUBJECT, STAGE_CONSUMER["vision"], payload, again_id)
        waiting = [row for held in rows.values() for row in held.values() if row.status == "waiting"]
        await unit.save_stage_rows([replace(row, sent_at=now, sent_count=row.sent_count + 1) for row in waiting])
    return len(photos)


async def retry(deps: Deps, wanted: FailureFilter) -> int:
    """Try once more all that failed and matches; returns how many."""
    count = 0
    async for failure in _matching(deps, wanted):
        count += 1
        if failure.dead_id is not None:
            await _resend(deps, failure.dead_id)
        elif failure.key.startswith("file:") and failure.library_id is not None and failure.path is not None:
            await deps.store.reread_refused(failure.library_id, failure.path)
            deps.board.request(failure.library_id)
        elif failure.photo_id is not None:
            await _set_stage(deps, failure, is_skipped=False)
    return count


async def skip(deps: Deps, wanted: FailureFilter) -> int:
    """List no more what failed and matches; returns how many."""
    count = 0
    async for failure in _matching(deps, wanted):
        count += 1
        if failure.dead_id is not None:
            async with deps.store.unit() as unit:
                await unit.remove_dead([failure.dead_id])
        elif failure.key.startswith("file:") and failure.library_id is not None and failure.path is not None:
            await deps.store.skip_refused(failure.library_id, failure.path)
        elif failure.photo_id is not None:
            await _set_stage(deps, failure, is_skipped=True)
    return count


async def _matching(deps: Deps, wanted: FailureFilter) -> AsyncIterator[Failure]:
    after = None
    while page := await deps.store.failures(after, PAGE, wanted):
        for failure in page:
            yield failure
        after = (page[-1].at, page[-1].key)


async def _set_stage(deps: Deps, failure: Failure, *, is_skipped: bool) -> None:
    async with deps.store.unit() as unit:
        held = (await unit.stage_rows([PhotoId(failure.photo_id or "")])).get(PhotoId(failure.photo_id or ""), {})
        rows = [row for stage, row in held.items() if stage == failure.stage]
        await unit.save_stage_rows([_skipped(row) if is_skipped else again(row) for row in rows])


def _skipped(row: StageRow) -> StageRow:
    return replace(row, status="skipped", last_error=f"skipped by hand: {row.last_error}")


async def _resend(deps: Deps, dead_id: str) -> None:
    """To the consumer that gave up, and to it alone."""
    now = deps.now()
    async with deps.store.unit() as unit:
        for letter in await unit.dead([dead_id]):
            again_id = f"{dead_id}:again:{now.timestamp():.0f}"
            await deps.bus.resend(letter.subject, letter.durable, letter.payload, again_id)
            stage = stage_of(letter.durable)
            if letter.photo_id is not None and stage is not None:
                held = (await unit.stage_rows([letter.photo_id])).get(letter.photo_id, {})
                await unit.save_stage_rows(
                    [replace(again(row), sent_at=now, sent_count=1) for one, row in held.items() if one == stage]
                )
        await unit.remove_dead([dead_id])
