"""In-memory twins of the disk and of the workers that read it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

from pictopy_ingest.domain.scan import Walk
from pictopy_ingest.ports import Job, Outcome, Refused, RootMissing, Vanished


class FakeTree:
    """Folders by root; a root that is not in `walks` is missing."""

    def __init__(self) -> None:
        self.walks: dict[bytes, Walk] = {}
        self.made: set[Path] = set()
        """Previews and thumbnails that exist."""

    async def walk(self, root: bytes) -> Walk:
        if root not in self.walks:
            raise RootMissing("not there")
        return self.walks[root]

    async def is_there(self, root: bytes) -> bool:
        return root in self.walks

    async def resolve(self, path: bytes) -> bytes:
        if path not in self.walks:
            raise RootMissing("not there")
        return path

    async def file_inside(self, root: bytes, path: bytes) -> bytes | None:
        walk = self.walks.get(root)
        return root + b"/" + path if walk and path in {seen.path for seen in walk.files} else None

    async def is_file(self, path: Path) -> bool:
        return path in self.made

    async def changes(self, root: bytes) -> AsyncIterator[None]:
        if root not in self.walks:
            raise RootMissing("not there")
        yield None


class FakePreparer:
    """Gives what it was told to; a path that it was not told of has vanished."""

    def __init__(self) -> None:
        self.outcomes: dict[bytes, Outcome] = {}
        self.read: list[bytes] = []

    async def prepare(self, job: Job) -> Outcome:
        self.read.append(job.seen.path)
        outcome = self.outcomes.get(job.seen.path, Vanished(job.seen))
        return replace(outcome, seen=job.seen)


def fatal_prepare(job: Job, place: object) -> Outcome:
    """Stands in for a decoder: a file called `fatal` ends its process, any other one is refused politely."""
    if b"fatal" in job.seen.path:
        os.kill(os.getpid(), signal.SIGKILL)
    return Refused(job.seen, "only a fake")


class DirectPreparer:
    """The real work without worker processes, one file at a time."""

    def __init__(self, work: Callable[[Job], Outcome]) -> None:
        self._work = work
        self._one = asyncio.Lock()

    async def prepare(self, job: Job) -> Outcome:
        async with self._one:
            return await asyncio.to_thread(self._work, job)
