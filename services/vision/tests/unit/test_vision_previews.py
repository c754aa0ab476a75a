"""Previews, from the folder or over HTTP."""

import asyncio
from pathlib import Path

import httpx
import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_runtime.errors import Poison, Transient
from pictopy_vision import previews
from pictopy_vision.previews import FolderPreviews, HttpPreviews

PHOTO = PhotoId("ab" * 16)


def over_http(*answers: httpx.Response | None, patience_s: float = 0.0) -> HttpPreviews:
    """Gives each answer in turn; None is an ingest that is not there."""
    waiting = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/v1/photos/{PHOTO}/preview"
        response = waiting.pop(0)
        if response is None:
            raise httpx.ConnectError("refused", request=request)
        return response

    return HttpPreviews(httpx.AsyncClient(transport=httpx.MockTransport(answer)), "http://ingest:8701/", patience_s)


async def test_the_preview_of_ingest() -> None:
    """The bytes that ingest answers with."""
    assert await over_http(httpx.Response(200, content=b"jpeg")).get(PHOTO) == b"jpeg"


@pytest.mark.parametrize("status", [404, 401, 500, 503])
async def test_any_other_answer_is_for_later(status: int) -> None:
    """Not there yet, a wrong token, a fault of ingest: each is tried again and names the cause."""
    with pytest.raises(Transient, match=r"no preview|HTTP \d+"):
        await over_http(httpx.Response(status)).get(PHOTO)


async def test_an_ingest_that_restarts_costs_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing answers it waits within its patience, then goes on."""
    monkeypatch.setattr(previews, "FIRST_PAUSE_S", 0.001)
    assert await over_http(None, None, httpx.Response(200, content=b"jpeg"), patience_s=1).get(PHOTO) == b"jpeg"


async def test_patience_ends() -> None:
    """An ingest that stays away is named with its address."""
    with pytest.raises(Transient, match="http://ingest:8701"):
        await asyncio.wait_for(over_http(None).get(PHOTO), 1)


async def test_the_folder_comes_first(tmp_path: Path) -> None:
    """A preview in the mounted folder needs no HTTP; one that is not there is asked for."""
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / f"{PHOTO}.jpg").write_bytes(b"from the folder")
    assert await FolderPreviews(tmp_path, over_http()).get(PHOTO) == b"from the folder"
    missing = FolderPreviews(tmp_path / "elsewhere", over_http(httpx.Response(200, content=b"from ingest")))
    assert await missing.get(PHOTO) == b"from ingest"


async def test_a_path_is_no_photo_id(tmp_path: Path) -> None:
    """No message reads a file outside the folder."""
    with pytest.raises(Poison):
        await FolderPreviews(tmp_path, over_http()).get(PhotoId("../../etc/passwd"))
