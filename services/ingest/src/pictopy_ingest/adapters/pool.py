"""Worker processes for foreign decoders: one that dies takes down one file, not the service.

When a worker dies, all that the pool had in hand fails together, and nobody knows which file did it. Each of them
is tried once more, alone: the one that kills its process again is the culprit.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from pictopy_ingest.adapters.prepare import Workplace, prepare
from pictopy_ingest.ports import Job, Outcome, Refused

log = logging.getLogger(__name__)
Work = Callable[[Job, Workplace], Outcome]


class ProcessPreparer:
    def __init__(self, place: Workplace, workers: int, work: Work = prepare) -> None:
        self._place = place
        self._work = work
        self._workers = workers
        self._pool = _new_pool(workers)
        self._suspects = _new_pool(1)
        self._one_suspect = asyncio.Lock()

    async def prepare(self, job: Job) -> Outcome:
        pool = self._pool
        try:
            return await self._in(pool, job)
        except BrokenProcessPool:
            if pool is self._pool:
                log.warning("a worker process died; its pool is made anew")
                self._pool = _new_pool(self._workers)
        return await self._alone(job)

    async def _alone(self, job: Job) -> Outcome:
        async with self._one_suspect:
            try:
                return await self._in(self._suspects, job)
            except BrokenProcessPool:
                log.warning("this file ends every process that reads it: %r", job.seen.path)
                self._suspects = _new_pool(1)
                return Refused(job.seen, "the decoder crashed or took too long on this file")

    async def _in(self, pool: ProcessPoolExecutor, job: Job) -> Outcome:
        return await asyncio.get_running_loop().run_in_executor(pool, self._work, job, self._place)

    def close(self) -> None:
        for pool in (self._pool, self._suspects):
            pool.shutdown(wait=False, cancel_futures=True)


def _new_pool(workers: int) -> ProcessPoolExecutor:
    """Spawned, not forked: the parent has threads. Processes start with their first job."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_settle_in)


def _settle_in() -> None:
    """Ctrl-C is for the parent; and a worker whose parent was killed ends too, instead of waiting for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
