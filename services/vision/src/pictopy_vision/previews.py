"""Where previews come from: the folder of ingest where it is mounted, else ingest over HTTP."""

import asyncio
from pathlib import Path

import httpx

from pictopy_contracts.ids import PhotoId
from pictopy_runtime.errors import Poison, Transient

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 15.0


class HttpPreviews:
    """`client` sends our token. While ingest does not answer at all, `get` waits for up to `patience_s`: a neighbour
    that restarts must not use up a photo's attempts."""

    def __init__(self, client: httpx.AsyncClient, ingest_url: str, patience_s: float) -> None:
        self._client = client
        self._ingest_url = ingest_url.rstrip("/")
        self._patience_s = patience_s

    async def get(self, photo_id: PhotoId) -> bytes:
        url = f"{self._ingest_url}/v1/photos/{photo_id}/preview"
        response = await self._ask_patiently(url)
        if response.status_code == httpx.codes.NOT_FOUND:
            raise Transient("ingest has no preview of this photo")
        if response.is_error:
            raise Transient(f"ingest answered HTTP {response.status_code} for the preview")
        return response.content

    async def _ask_patiently(self, url: str) -> httpx.Response:
        waited_s, pause_s = 0.0, FIRST_PAUSE_S
        while True:
            try:
                return await self._client.get(url)
            except httpx.TransportError as error:
                if waited_s >= self._patience_s:
                    raise Transient(f"ingest cannot be reached at {self._ingest_url}: {error!r}") from error
            await asyncio.sleep(pause_s)
            waited_s, pause_s = waited_s + pause_s, min(2 * pause_s, LONGEST_PAUSE_S)


class FolderPreviews:
    """`<folder>/<first 2 digits>/<photo_id>.jpg`; what is not there is asked for at `otherwise`."""

    def __init__(self, folder: Path, otherwise: HttpPreviews) -> None:
        self._folder = folder
        self._otherwise = otherwise

    async def get(self, photo_id: PhotoId) -> bytes:
        if not photo_id.isalnum():
            raise Poison(f"{photo_id!r} is no photo id")
        path = self._folder / photo_id[:2] / f"{photo_id}.jpg"
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError:
            return await self._otherwise.get(photo_id)
