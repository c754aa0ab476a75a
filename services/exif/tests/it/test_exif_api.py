"""The service's HTTP on real files and real Postgres."""

from pathlib import Path

import httpx
import pytest
from PIL import Image

from pictopy_exif.app import MIGRATIONS, SERVICE, backlog
from pictopy_exif.fake_library import FakeLibrary, deps_for
from pictopy_exif.store import PostgresStore
from pictopy_testing.plugin import ClientFactory, DatabaseFactory

pytestmark = pytest.mark.it


@pytest.fixture
async def there(tmp_path: Path, database: DatabaseFactory) -> FakeLibrary:
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg")
    there = await FakeLibrary(tmp_path, deps_for(PostgresStore(await database("exif", MIGRATIONS)))).open()
    await there.named("p", "a.jpg", "Anna")
    return there


@pytest.fixture
async def client(there: FakeLibrary, client_for: ClientFactory) -> httpx.AsyncClient:
    return await client_for(SERVICE, there.deps)


async def test_a_plan_shows_the_difference_and_writes_nothing(there: FakeLibrary, client: httpx.AsyncClient) -> None:
    """The file is the same after it, and the wishes still wait."""
    before = (there.root / "a.jpg").read_bytes()
    plan = (await client.get("/v1/photos/p/plan")).json()
    [item] = plan["items"]
    assert (item["target"], item["path"], item["remove"]) == ("embedded", "a.jpg", [])
    assert "dc:subject 'Anna'" in item["add"]
    assert (there.root / "a.jpg").read_bytes() == before
    assert await backlog(there.deps) == {"writes": 1}


async def test_a_write_asked_for_is_in_the_ledger_and_can_be_undone(
    there: FakeLibrary, client: httpx.AsyncClient
) -> None:
    """Keywords, caption and rating asked for here are written; the undo gives back the bytes."""
    before = (there.root / "a.jpg").read_bytes()
    said = {"keywords": ["beach"], "caption": "At the sea", "rating": 4}
    answer = (await client.post("/v1/photos/p/write", json=said)).json()
    [write_id] = answer["write_ids"]
    [row] = (await client.get("/v1/ledger", params={"photo_id": "p"})).json()["items"]
    assert (row["status"], row["verified"], row["path"], row["target"]) == ("written", True, "a.jpg", "embedded")
    assert {"xmp:Rating '4'", "dc:description 'At the sea'", "dc:subject 'beach'"} <= set(row["added"])
    undone = await client.post(f"/v1/ledger/{write_id}/undo")
    assert (undone.status_code, undone.json()["status"]) == (200, "undone")
    assert (there.root / "a.jpg").read_bytes() == before
    assert (await client.post(f"/v1/ledger/{write_id}/undo")).status_code == 409
    assert (await client.get("/v1/export")).json()["muted"] == ["p"]
    await there.settle()
    assert (there.root / "a.jpg").read_bytes() == before


async def test_a_day_and_everything_can_be_undone(there: FakeLibrary, client: httpx.AsyncClient) -> None:
    """One request, newest first; what is refused is named."""
    await there.settle()
    assert (await client.post("/v1/undo", json={"day": "1999-01-01"})).json() == {"write_ids": [], "refused": []}
    changed = (there.root / "a.jpg").read_bytes() + b"x"
    (there.root / "a.jpg").write_bytes(changed)
    [refused] = (await client.post("/v1/undo", json={"all": True})).json()["refused"]
    assert (refused["path"], refused["reason"]) == ("a.jpg", "the file was changed by someone else since")
    assert (await client.post("/v1/undo", json={})).status_code == 422


async def test_the_policy_holds_from_now_on(there: FakeLibrary, client: httpx.AsyncClient) -> None:
    """Off writes nothing, and says so; sidecar leaves the picture's file alone."""
    before = (there.root / "a.jpg").read_bytes()
    assert (await client.get("/v1/policy")).json() == {"policy": "embedded_else_sidecar", "paused": False}
    await client.put("/v1/policy", json={"policy": "off", "paused": False})
    assert (await client.post("/v1/photos/p/write")).status_code == 409
    assert await backlog(there.deps) == {"writes": 0}
    await client.put("/v1/policy", json={"policy": "sidecar", "paused": False})
    await there.settle()
    assert (there.root / "a.jpg").read_bytes() == before
    assert (there.root / "a.jpg.xmp").exists()
    assert (await client.put("/v1/policy", json={"policy": "all"})).status_code == 422


async def test_what_failed_is_listed(there: FakeLibrary, client: httpx.AsyncClient) -> None:
    """With the reason in words and the next try."""
    (there.root / "a.jpg").unlink()
    await there.settle()
    [item] = (await client.get("/v1/wishes/failed")).json()["items"]
    assert (item["photo_id"], item["reason"], item["attempts"]) == ("p", "the file is not there", 1)
    assert item["next_try_at"]
    [row] = (await client.get("/v1/ledger")).json()["items"]
    assert row["status"] == "failed"


async def test_an_unknown_photo_is_404(client: httpx.AsyncClient) -> None:
    """A problem document, not a crash."""
    assert (await client.get("/v1/photos/none/plan")).status_code == 404
    assert (await client.post("/v1/photos/none/write")).status_code == 404
    assert (await client.post("/v1/ledger/99/undo")).status_code == 404
