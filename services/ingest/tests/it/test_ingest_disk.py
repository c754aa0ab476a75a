"""A service on a real folder with the real walker and readers: what a person does to files, and what comes of it."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from PIL import Image

from pictopy_contracts.messages import Message, PhotoAdded, PhotoChanged, PhotoMoved
from pictopy_ingest.adapters.pool import ProcessPreparer
from pictopy_ingest.adapters.prepare import Workplace, prepare
from pictopy_ingest.adapters.walker import DiskTree, walk
from pictopy_ingest.app import SERVICE
from pictopy_ingest.board import Board
from pictopy_ingest.disk_fakes import DirectPreparer, fatal_prepare
from pictopy_ingest.domain.scan import Seen, Stamp
from pictopy_ingest.domain.sizes import Limits
from pictopy_ingest.fakes import FakeStore
from pictopy_ingest.ports import Deps, Job, PictureFiles, Refused, RootMissing
from pictopy_ingest.scanning import scan
from pictopy_runtime.fakes import FakeBus
from pictopy_runtime.workers import Workers
from pictopy_testing.plugin import ClientFactory

SIDECAR = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
async def deps(tmp_path: Path) -> AsyncIterator[Deps]:
    workers = Workers(2)
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    place = Workplace(Limits(), PictureFiles(data_dir))
    later = datetime.now(UTC) + timedelta(minutes=5)
    yield Deps(
        FakeStore(),
        FakeBus(),
        DiskTree(workers, bytes(data_dir), 0.05),
        DirectPreparer(lambda job: prepare(job, place)),
        place.pictures,
        Board(),
        lambda: later,
    )
    workers.close()


@pytest.fixture
async def client(deps: Deps, client_for: ClientFactory) -> httpx.AsyncClient:
    return await client_for(SERVICE, deps)


def _photo(path: Path, seed: int = 0, size: tuple[int, int] = (320, 240)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_mandelbrot(size, (-2 + seed / 10, -1, 1, 1), 80).convert("RGB").save(path)


async def _add(client: httpx.AsyncClient, root: Path, deps: Deps) -> str:
    answer = await client.post("/v1/libraries", json={"path": str(root)})
    assert answer.status_code == 201, answer.text
    library_id: str = answer.json()["library_id"]
    await _scan(deps, library_id)
    return library_id


async def _scan(deps: Deps, library_id: str) -> list[type[Message]]:
    """Scan, and the kinds of messages it published."""
    store = deps.store
    assert isinstance(store, FakeStore)
    before = len(store.published)
    await scan(deps, library_id)  # type: ignore[arg-type] # a LibraryId that went through JSON
    return [type(message) for message in store.published[before:]]


def _content(root: Path) -> dict[str, str]:
    return {str(one): hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(root.rglob("*")) if one.is_file()}


async def test_nothing_is_written_into_a_library(root: Path, deps: Deps, client: httpx.AsyncClient) -> None:
    """Every file is byte for byte what it was, and none is new."""
    for number in range(3):
        _photo(root / f"{number}.jpg", number)
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    before = _content(root)
    await _add(client, root, deps)
    assert _content(root) == before


async def test_renames_moves_copies_and_edits(root: Path, deps: Deps, client: httpx.AsyncClient) -> None:
    """What people do to files, one after another, and what the others are told of it."""
    _photo(root / "a.jpg")
    library = await _add(client, root, deps)
    (root / "a.jpg").rename(root / "b.jpg")
    assert await _scan(deps, library) == [PhotoMoved]
    (root / "2024").mkdir()
    (root / "b.jpg").rename(root / "2024" / "b.jpg")
    assert await _scan(deps, library) == [PhotoMoved]
    shutil.copy(root / "2024" / "b.jpg", root / "copy.jpg")
    assert await _scan(deps, library) == [PhotoChanged]
    (root / "copy.jpg").unlink()
    assert await _scan(deps, library) == [PhotoMoved]
    (root / "2024" / "b.jpg.xmp").write_text(SIDECAR)
    assert await _scan(deps, library) == [PhotoChanged]
    assert await _scan(deps, library) == []
    _photo(root / "2024" / "b.jpg", 5)
    assert sorted(kind.__name__ for kind in await _scan(deps, library)) == ["PhotoAdded", "PhotoRemoved"]
    shutil.rmtree(root / "2024")
    _photo(root / "left.jpg", 9)
    assert sorted(kind.__name__ for kind in await _scan(deps, library)) == ["PhotoAdded", "PhotoRemoved"]
    assert (await client.get("/v1/activity")).json()["photos"] == 1


async def test_a_library_that_moved_is_posted_again(root: Path, deps: Deps, client: httpx.AsyncClient) -> None:
    """Folder renamed and files moved in it: the same library, nothing added or removed, favourites kept."""
    for number in range(4):
        _photo(root / f"{number}.jpg", number)
    library = await _add(client, root, deps)
    [photo, *_] = (await client.get("/v1/photos")).json()["items"]
    await client.patch(f"/v1/photos/{photo['photo_id']}", json={"favourite": True})
    elsewhere = root.with_name("renamed")
    root.rename(elsewhere)
    (elsewhere / "sub").mkdir()
    (elsewhere / "0.jpg").rename(elsewhere / "sub" / "0.jpg")
    answer = await client.post("/v1/libraries", json={"path": str(elsewhere)})
    assert (answer.json()["library_id"], answer.json()["root"]) == (library, str(elsewhere))
    assert await _scan(deps, library) == [PhotoMoved]
    assert (await client.get(f"/v1/photos/{photo['photo_id']}")).json()["favourite"]


async def test_pictures_over_http(root: Path, deps: Deps, client: httpx.AsyncClient) -> None:
    """Thumbnail, preview, the original in ranges with its type; a lost preview is made again."""
    name = b"\xff n\xc3\xa4me.jpg"
    _photo(root / "x.jpg", size=(2000, 1000))
    (root / "x.jpg").rename(root / os.fsdecode(name))
    library = await _add(client, root, deps)
    [photo] = (await client.get("/v1/photos")).json()["items"]
    base = f"/v1/photos/{photo['photo_id']}"
    content = next(root.iterdir()).read_bytes()
    whole = await client.get(f"{base}/original")
    assert (whole.content, whole.headers["content-type"]) == (content, "image/jpeg")
    part = await client.get(f"{base}/original", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    preview = await client.get(f"{base}/preview")
    assert (preview.status_code, preview.headers["content-type"]) == (200, "image/jpeg")
    deps.pictures.preview(photo["photo_id"]).unlink()
    assert (await client.get(f"{base}/preview")).status_code == 404
    assert await _scan(deps, library) == []
    assert (await client.get(f"{base}/preview")).content == preview.content
    assert (await client.get("/v1/photos/nobody/thumbnail")).status_code == 404
    assert (await client.get(f"{base}/thumbnail", headers={"Authorization": "no"})).status_code == 401


async def test_pages_facts_and_albums_over_http(root: Path, deps: Deps, client: httpx.AsyncClient) -> None:
    """Cursor pages, what a person states, albums, lookup, export."""
    for number in range(5):
        _photo(root / f"{number}.jpg", number)
    library = await _add(client, root, deps)
    seen, cursor = [], None
    while True:
        page = (await client.get("/v1/photos", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        seen += [one["photo_id"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert (await client.get("/v1/photos", params={"cursor": "nonsense"})).status_code == 422
    stated = {"caption": "At the sea", "rating": 5, "keywords": ["sun"], "hidden": True}
    changed = (await client.patch(f"/v1/photos/{seen[0]}", json=stated)).json()
    assert {key: changed[key] for key in stated} == stated
    assert (await client.patch(f"/v1/photos/{seen[0]}", json={"rating": 9})).status_code == 422
    assert (await client.patch(f"/v1/photos/{seen[0]}", json={"colour": 9})).status_code == 422
    assert set(changed["stages"]) == {"preview", "vision", "cluster", "search"}
    album = (await client.post("/v1/albums", json={"name": "Rome"})).json()["album_id"]
    answer = await client.put(f"/v1/albums/{album}/photos", json={"add": [*seen[:2], "nobody"]})
    assert answer.json()["photo_count"] == 2
    await client.patch(f"/v1/albums/{album}", json={"name": "Roma"})
    found = (await client.post("/v1/photos/lookup", json={"ids": [seen[1], "nobody", seen[4]]})).json()["items"]
    assert [(one["photo_id"], one["albums"]) for one in found] == [(seen[1], ["Roma"]), (seen[4], [])]
    export = (await client.get("/v1/export")).json()
    [told] = export["photos"]
    assert told == {"photo_id": seen[0], "paths": told["paths"], **stated}
    assert told["paths"][0]["library"] == library
    assert len(export["albums"][0]["photos"]) == 2
    assert (await client.delete(f"/v1/albums/{album}")).status_code == 204
    assert (await client.get(f"/v1/albums/{album}/photos")).status_code == 404
    assert (await client.delete(f"/v1/libraries/{library}")).status_code == 204
    assert (await client.get("/v1/photos")).json()["items"] == []
    assert (await client.get("/v1/export")).json()["photos"][0]["caption"] == "At the sea"


async def test_failures_over_http(root: Path, deps: Deps, client: httpx.AsyncClient) -> None:
    """A bad file is listed with its reason; it is tried again when asked for, or skipped."""
    (root / "bad.jpg").write_bytes(b"nothing")
    library = await _add(client, root, deps)
    [failure] = (await client.get("/v1/failures")).json()["items"]
    assert (failure["path"], failure["stage"], failure["library_id"]) == ("bad.jpg", "preview", library)
    _photo(root / "good.jpg")
    shutil.copyfile(root / "good.jpg", root / "bad.jpg")
    assert (await client.post("/v1/failures/retry", json={"path": "bad.jpg"})).json() == {"count": 1}
    await _scan(deps, library)
    assert (await client.get("/v1/failures")).json()["items"] == []
    (root / "bad.jpg").write_bytes(b"nothing again")
    await _scan(deps, library)
    assert (await client.post("/v1/failures/skip", json={})).json() == {"count": 1}
    assert (await client.get("/v1/failures")).json()["items"] == []
    activity = (await client.get("/v1/activity")).json()
    assert (activity["photos"], activity["failed_files"], activity["scanning"]) == (1, 0, True)


@pytest.mark.parametrize(("path", "status"), [("photos", 422), ("/nowhere/at/all", 422), ("/a\0b", 422)])
async def test_what_is_no_library(path: str, status: int, client: httpx.AsyncClient) -> None:
    """Relative, absent or impossible folders are refused as problem documents."""
    answer = await client.post("/v1/libraries", json={"path": path})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_walk_takes_pictures_only_and_follows_no_link(root: Path, tmp_path: Path) -> None:
    """Hidden names, folders of NAS systems, links, other files and our own data are left out."""
    outside = tmp_path / "outside"
    for path in ("a.jpg", "sub/b.JPG", ".hidden.jpg", ".cache/c.jpg", "@eaDir/d.jpg", "own/e.jpg", "sub/f.HEIC"):
        _photo(root / path.replace("HEIC", "heic.jpg"))
    _photo(outside / "secret.jpg")
    (root / "link.jpg").symlink_to(outside / "secret.jpg")
    (root / "linked").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "notes.txt").write_text("no picture")
    os.mkfifo(root / "pipe.jpg")
    (root / "folder.jpg").mkdir()
    found = walk(os.fsencode(root), os.fsencode(root / "own"))
    assert [seen.path for seen in found.files] == [b"a.jpg", b"sub/b.JPG", b"sub/f.heic.jpg"]
    assert found.ignored == {".txt": 1}


def test_no_path_leads_out_of_a_library(root: Path, tmp_path: Path) -> None:
    """Neither `..` nor a link on the way is opened, whoever asks."""
    _photo(tmp_path / "outside" / "secret.jpg")
    (root / "linked").symlink_to(tmp_path / "outside")
    (root / "link.jpg").symlink_to(tmp_path / "outside" / "secret.jpg")
    place = Workplace(Limits(), PictureFiles(tmp_path / "data"))
    for path in (b"../outside/secret.jpg", b"linked/secret.jpg", b"link.jpg"):
        job = Job(os.fsencode(root), Seen(path, Stamp(1, 1, 1)), datetime.now(UTC))
        assert isinstance(prepare(job, place), Refused)


def test_a_root_that_is_gone_is_no_empty_library(tmp_path: Path) -> None:
    """The walk says so instead of finding nothing."""
    with pytest.raises(RootMissing):
        walk(os.fsencode(tmp_path / "gone"), b"/none")


async def test_changes_are_noticed(root: Path, deps: Deps) -> None:
    """A new file wakes the watcher."""
    changes = deps.tree.changes(os.fsencode(root))
    noticed = asyncio.ensure_future(anext(changes))
    async with asyncio.timeout(20):
        while not noticed.done():
            _photo(root / "new.jpg")
            await asyncio.sleep(0.1)
    await noticed


async def test_a_file_that_kills_its_reader_costs_only_itself(root: Path, tmp_path: Path) -> None:
    """Its process dies twice, the pool is made anew, and all the others get their answer."""
    preparer = ProcessPreparer(Workplace(Limits(), PictureFiles(tmp_path)), 2, fatal_prepare)
    jobs = [
        Job(os.fsencode(root), Seen(name, Stamp(1, 1, 1)), datetime.now(UTC))
        for name in (b"1.jpg", b"2.jpg", b"fatal.jpg", b"3.jpg", b"4.jpg")
    ]
    try:
        outcomes = await asyncio.gather(*map(preparer.prepare, jobs))
    finally:
        preparer.close()
    reasons = {outcome.seen.path: outcome.reason for outcome in outcomes if isinstance(outcome, Refused)}
    assert "crashed" in reasons.pop(b"fatal.jpg")
    assert set(reasons.values()) == {"only a fake"}


async def test_photos_are_told_of_with_all_their_facts(root: Path, deps: Deps, client: httpx.AsyncClient) -> None:
    """PhotoAdded carries file, size and format, and the message survives JSON."""
    _photo(root / "x.jpg")
    await _add(client, root, deps)
    store = deps.store
    assert isinstance(store, FakeStore)
    added = store.published[-1]
    assert isinstance(added, PhotoAdded)
    assert (added.photo.files[0].path, added.photo.width_px, added.photo.format) == ("x.jpg", 320, "jpeg")
    assert PhotoAdded.model_validate_json(added.model_dump_json()) == added
