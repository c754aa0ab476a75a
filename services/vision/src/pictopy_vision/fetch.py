"""Bring one model file into the store, from a mirror's folder or over HTTP, resuming what was begun."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx

from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.sources import FileSource, Source, UrlSource, lacks_space, sources_of, why_nowhere
from pictopy_vision.model_folder import ModelFolder

CHUNK_BYTES = 1 << 18
Report = Callable[[int], None]
"""Called with the bytes that are here so far."""


class Fetcher:
    """`client` must send no token of ours: these are other people's servers."""

    def __init__(self, folder: ModelFolder, client: httpx.AsyncClient, mirror: str) -> None:
        self._folder = folder
        self._client = client
        self._mirror = mirror

    async def fetch(self, entry: Entry, report: Report) -> None:
        """After this the verified file is in the store. Raises ModelError that tells what each source answered."""
        reasons = []
        for source in sources_of(entry, self._mirror):
            try:
                self._check_space(entry)
                await self._bring(source, entry, report)
                await asyncio.to_thread(self._folder.accept_part, entry)
            except (ModelError, OSError, httpx.HTTPError, httpx.InvalidURL) as error:
                reasons.append(f"{source}: {_sentence(error, entry)}")
            else:
                return
        if not entry.sources:
            reasons.append(why_nowhere(entry))
        raise ModelError(entry.id, "; ".join(reasons))

    def _check_space(self, entry: Entry) -> None:
        part = self._folder.part_of(entry)
        reason = lacks_space(entry, _size(part), self._folder.free_bytes())
        if reason:
            raise ModelError(entry.id, reason)

    async def _bring(self, source: Source, entry: Entry, report: Report) -> None:
        part = self._folder.start_part(entry)
        match source:
            case FileSource(path):
                await asyncio.to_thread(shutil.copyfile, path, part)
                report(_size(part))
            case UrlSource(url):
                await self._download(url, part, entry, report)

    async def _download(self, url: str, part: Path, entry: Entry, report: Report) -> None:
        begun = _resumable_bytes(part, entry)
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={begun}-"} if begun else {})
        async with self._client.stream("GET", url, headers=headers) as response:
            response.raise_for_status()
            resumes = response.status_code == httpx.codes.PARTIAL_CONTENT
            await self._collect(response, part, entry, report, begun if resumes else 0)

    async def _collect(self, response: httpx.Response, part: Path, entry: Entry, report: Report, begun: int) -> None:
        with await asyncio.to_thread(part.open, "ab" if begun else "wb") as handle:
            here = begun
            async for chunk in response.aiter_bytes(CHUNK_BYTES):
                here += await asyncio.to_thread(handle.write, chunk)
                report(here)
                if here > entry.bytes:
                    raise ModelError(entry.id, f"sends more than the {entry.bytes:,} bytes of the catalogue")


def _resumable_bytes(part: Path, entry: Entry) -> int:
    """What an earlier pull left; a part that has all bytes was refused before and is no beginning."""
    begun = _size(part)
    return begun if begun < entry.bytes else 0


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
