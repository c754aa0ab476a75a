"""The service's HTTP on real files and real Postgres."""

from pathlib import Path

import httpx
import pytest
from PIL import Image

from pictopy_contracts.messages import PhotoAnalysed
from pictopy_exif.app import MIGRATIONS, SERVICE, backlog
from pictopy_exif.consumers import on_photo_analysed
from pictopy_exif.dry_run import count
from pictopy_exif.fake_library import FakeLibrary, deps_for
from pictopy_exif.store import PostgresStore
from pictopy_exif.store_journal import PostgresJournal
from pictopy_testing.metadata import by_exiftool, listed
from pictopy_testing.plugin import ClientFactory, DatabaseFactory

pytestmark = pytest.mark.it


@pytest.fixture
async def there(tmp_path: Path, database: DatabaseFactory) -> FakeLibrary:
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg")
    db = await database("exif", MIGRATIONS)
    there = await FakeLibrary(tmp_path, deps_for(PostgresStore(db), journal=PostgresJournal(db))).open()
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
    assert await backlog(there.deps) == {"writes": 2}  # the photo, and the journal that is to be looked at


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
    policy = (await client.get("/v1/policy")).json()
    assert (policy["policy"], policy["paused"]) == ("embedded_else_sidecar", False)
    assert {name for name, choice in policy["concepts"].items() if choice != "on"} == {"machine_tags"}
    await client.put("/v1/policy", json={"policy": "off", "paused": False})
    assert (await client.post("/v1/photos/p/write")).status_code == 409
    assert await backlog(there.deps) == {"writes": 0}
    await client.put("/v1/policy", json={"policy": "sidecar", "paused": False})
    await there.settle()
    assert (there.root / "a.jpg").read_bytes() == before
    assert (there.root / "a.jpg.xmp").exists()
    assert (await client.put("/v1/policy", json={"policy": "all"})).status_code == 422


async def test_a_dry_run_counts_and_writes_nothing(there: FakeLibrary, client: httpx.AsyncClient) -> None:
    """Files by kind of change and by place, and why others are refused; also while writing is paused."""
    before = (there.root / "a.jpg").read_bytes()
    await client.put("/v1/policy", json={"paused": True})
    await there.named("q", "gone.jpg", "Beate")
    await there.event("e", "Wedding", "p")
    assert (await client.post("/v1/dry-run")).json() == {"running": True}
    await count(there.deps)
    assert (await client.get("/v1/dry-run")).json() == {
        **{"running": False, "photos": 2, "files": 1},
        **{"by_kind": {"people": 1, "event": 1}, "by_target": {"embedded": 1}},
        "refused": [{"reason": "the file is not there", "count": 1}],
    }
    assert (there.root / "a.jpg").read_bytes() == before


async def test_a_concept_waits_until_it_is_confirmed(there: FakeLibrary, client: httpx.AsyncClient) -> None:
    """The plan shows it, nothing is written; confirmed it is; what is said later waits again."""
    policy = (await client.put("/v1/policy", json={"concepts": {"people": "confirmed"}})).json()
    assert (policy["policy"], policy["concepts"]["people"], policy["concepts"]["event"]) == (
        *("embedded_else_sidecar", "confirmed"),
        "on",
    )
    before = (there.root / "a.jpg").read_bytes()
    await there.settle()
    assert (there.root / "a.jpg").read_bytes() == before
    [item] = (await client.get("/v1/photos/p/plan")).json()["items"]
    assert "dc:subject 'Anna'" in item["add"]
    assert (await client.post("/v1/confirm", json={"photo_ids": ["p"]})).json() == {"photos": 1}
    await there.settle()
    assert b"Anna" in (there.root / "a.jpg").read_bytes()
    await there.person("p-person", "Anna Maria")
    await there.settle()
    assert b"Anna" not in (there.root / "a.jpg").read_bytes()
    assert (await client.post("/v1/confirm", json={"all": True})).json() == {"photos": 1}
    await there.settle()
    assert b"Anna Maria" in (there.root / "a.jpg").read_bytes()
    assert (await client.post("/v1/confirm", json={})).status_code == 422


async def test_the_ledger_tells_what_was_proven(there: FakeLibrary, client: httpx.AsyncClient) -> None:
    """Per write: hashes, the picture's, the tools, what the second reader found; by day and by status."""
    await there.settle()
    [row] = (await client.get("/v1/ledger", params={"status": "written"})).json()["items"]
    assert row["hash_before"] != row["hash_after"]
    assert row["picture_hash"]
    assert {"writer", "second_reader"} <= row["tools"].keys()
    assert "Iptc4xmpExt:PersonInImage 'Anna'" in row["found"]
    day = row["started_at"][:10]
    assert len((await client.get("/v1/ledger", params={"day": day})).json()["items"]) == 1
    assert (await client.get("/v1/ledger", params={"day": "1999-01-01"})).json()["items"] == []
    assert (await client.get("/v1/ledger", params={"status": "undone"})).json()["items"] == []


async def test_machine_tags_are_written_only_if_wanted(there: FakeLibrary, client: httpx.AsyncClient) -> None:
    """Marked as such, never as keywords of their own, and gone when they are no longer wanted."""
    analysed = PhotoAnalysed.model_validate(
        {
            **{"photo_id": "p", "model_version": "1", "models": {}, "analysed_at": "2020-01-01T00:00:00Z"},
            "tags": [{"label": "dog", "score": 0.9}],
        }
    )
    for _ in range(2):
        await on_photo_analysed(analysed, there.deps)
    await there.settle()
    assert b"dog" not in (there.root / "a.jpg").read_bytes()
    await client.put("/v1/policy", json={"concepts": {"machine_tags": "on"}})
    await there.settle()
    found = by_exiftool(there.root / "a.jpg")
    assert "Machine/dog" in listed(found["TagsList"])
    assert (listed(found["MachineTags"]), listed(found["Subject"])) == (["dog"], ["Anna"])
    await client.put("/v1/policy", json={"concepts": {"machine_tags": "off"}})
    await there.settle()
    assert b"dog" not in (there.root / "a.jpg").read_bytes()


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
