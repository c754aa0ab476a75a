"""What was said is told to those who keep it, and comes back from them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.statements import IngestStated, JournalItem
from pictopy_ingest import libraries, restore, said
from pictopy_ingest.app import SERVICE
from pictopy_ingest.board import Board
from pictopy_ingest.disk_fakes import FakePreparer, FakeTree
from pictopy_ingest.domain.facts import Facts
from pictopy_ingest.domain.photos import Album
from pictopy_ingest.domain.scan import Seen, Stamp, Walk
from pictopy_ingest.export import export
from pictopy_ingest.fakes import FakeStore
from pictopy_ingest.ports import Deps, PictureFiles, Prepared
from pictopy_ingest.scanning import scan
from pictopy_runtime.fakes import FakeBus

T0 = datetime(2024, 1, 1, tzinfo=UTC)
ROOT = b"/home/photos"
FACTS = Facts(format="jpeg", width_px=4, height_px=3)
A, B = PhotoId("a" * 32), PhotoId("b" * 32)
ClientFactory = Callable[..., Awaitable[httpx.AsyncClient]]


class World:
    """A service on fakes, with two photos in one library once `import_` ran."""

    def __init__(self, facts: Facts = FACTS) -> None:
        self.store, self.tree, self.preparer = FakeStore(), FakeTree(), FakePreparer()
        self.minutes = 0
        self.deps = Deps(
            self.store, FakeBus(), self.tree, self.preparer, PictureFiles(Path("/data")), Board(lambda: 0.0), self.now
        )
        files = [Seen(b"a.jpg", Stamp(1, 1, 1)), Seen(b"b.jpg", Stamp(2, 2, 2))]
        self.tree.walks[ROOT] = Walk(tuple(files))
        for seen, photo_id in zip(files, (A, B), strict=True):
            self.preparer.outcomes[seen.path] = Prepared(seen, photo_id, facts)

    def now(self) -> datetime:
        self.minutes += 1
        return T0 + timedelta(minutes=self.minutes)

    async def import_(self) -> None:
        library = await libraries.add(self.deps, ROOT, None)
        await scan(self.deps, library.library_id)

    def statements(self) -> list[IngestStated]:
        """The newest of each, as a journal keeps them."""
        newest: dict[tuple[str, str], IngestStated] = {}
        for one in self.store.published:
            if isinstance(one, IngestStated):
                held = newest.get((one.kind, one.statement_id))
                newest[one.kind, one.statement_id] = one if held is None or one.revision >= held.revision else held
        return sorted(newest.values(), key=lambda one: (one.kind, one.statement_id))

    def items(self) -> list[JournalItem]:
        return [
            JournalItem(id=one.statement_id, **one.model_dump(mode="json", exclude={"statement_id", "by"}))
            for one in self.statements()
        ]


@pytest.fixture
async def spoken(client_for: ClientFactory) -> World:
    """A library of which a good deal was said, through the API."""
    world = World()
    await world.import_()
    client = await client_for(SERVICE, world.deps)

    async def call(method: str, path: str, body: dict[str, Any]) -> Any:
        answer = await client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    rome = (await call("POST", "/v1/albums", {"name": "Rome"}))["album_id"]
    best = (await call("POST", "/v1/albums", {"name": "Best"}))["album_id"]
    await call("PUT", f"/v1/albums/{rome}/photos", {"add": [A, B]})
    await call("PUT", f"/v1/albums/{rome}/photos", {"remove": [B]})
    await call("PUT", f"/v1/albums/{best}/photos", {"add": [B]})
    await call("PATCH", f"/v1/albums/{rome}", {"name": "Rome 2019"})
    await call("PATCH", f"/v1/photos/{A}", {"caption": None, "favourite": True, "keywords": ["x", "y"]})
    await call("PATCH", f"/v1/photos/{A}", {"latitude_deg": 41.9, "longitude_deg": 12.5, "city": "Rome"})
    await call("PATCH", f"/v1/photos/{B}", {"hidden": True, "taken_at_local": "2019-08-03T18:05:00"})
    gone = (await call("POST", "/v1/albums", {"name": "gone"}))["album_id"]
    answer = await client.delete(f"/v1/albums/{gone}")
    assert answer.status_code == 204
    return world


@pytest.mark.parametrize("when", ["before the photos", "after the photos", "half before"])
async def test_all_that_was_said_comes_back(when: str, spoken: World) -> None:
    """An empty database with the statements of another one: the same export, statements and times, in any order."""
    wanted, items = await export(spoken.deps), spoken.items()
    world = World()
    if when == "before the photos":
        await restore.restore(world.deps, items)
        await world.import_()
    elif when == "after the photos":
        await restore.restore(world.deps, [item for item in items if item.kind == "library"])
        await world.import_()
        await restore.restore(world.deps, items)
    else:
        await restore.restore(world.deps, [item for item in items if item.kind != "album"])
        await world.import_()
        await restore.restore(world.deps, items)
    assert await export(world.deps) == wanted
    assert world.statements() == spoken.statements()
    again = await restore.restore(world.deps, items)
    assert (again.restored, again.refused) == (0, [])
    assert await export(world.deps) == wanted


async def test_a_photo_that_is_gone_loses_nothing(spoken: World) -> None:
    """What was said of a photo whose file is away is in the export of the rebuilt database too."""
    world = World()
    await restore.restore(world.deps, spoken.items())
    told = {photo["photo_id"]: photo for photo in (await export(world.deps))["photos"]}
    assert told[A]["keywords"] == ["x", "y"]
    assert [len(album["photos"]) for album in (await export(world.deps))["albums"]] == [1, 1]


async def test_an_older_statement_changes_nothing(spoken: World) -> None:
    """Newer words stay, and an album that is gone stays gone."""
    before = await export(spoken.deps)
    old = [item.model_copy(update={"revision": 1, "is_gone": False}) for item in spoken.items()]
    done = await restore.restore(spoken.deps, old)
    assert (done.restored, done.skipped) == (0, len(old))
    assert await export(spoken.deps) == before


async def test_what_cannot_be_understood_is_named(client_for: ClientFactory) -> None:
    """A broken statement costs itself, and strange kinds are skipped."""
    client = await client_for(SERVICE, World().deps)
    items = [
        {"kind": "album", "id": "1", "revision": 1, "body": {"name": 5}},
        {"kind": "album", "id": "2", "revision": 1, "body": {"name": "x", "created_at": "2024-01-01T00:00:00Z"}},
        {"kind": "dance", "id": "3", "revision": 1},
    ]
    told = (await client.post("/v1/restore", json={"items": items})).json()
    assert (told["restored"], told["skipped"]) == (1, 1)
    assert [one["id"] for one in told["refused"]] == ["1"]


async def test_albums_that_stand_in_files_are_there(client_for: ClientFactory) -> None:
    """A folder that was copied alone brings its albums; they are nobody's word before somebody touches them."""
    world = World(FACTS.model_copy(update={"albums": ("Rome", "Best")}))
    await world.import_()
    found = await export(world.deps)
    assert [(one["name"], len(one["photos"])) for one in found["albums"]] == [("Best", 2), ("Rome", 2)]
    assert {one.by for one in world.statements()} == {"auto"}
    client = await client_for(SERVICE, world.deps)
    photo = (await client.get(f"/v1/photos/{A}")).json()
    assert (photo["albums"], photo["stated"]) == (["Best", "Rome"], [])
    await client.patch(f"/v1/albums/{found['albums'][1]['album_id']}", json={"name": "Rome 2019"})
    photo = (await client.get(f"/v1/photos/{A}")).json()
    assert (photo["albums"], photo["stated"]) == (["Best", "Rome 2019"], ["albums"])


async def test_what_was_said_before_statements_existed_is_told_once() -> None:
    """An older database is caught up with at the first start, and not again."""
    world = World()
    async with world.store.unit() as unit:
        await unit.save_album(Album("1", "Rome", T0, revision=0))
    await world.import_()
    async with world.store.unit() as unit:
        await unit.put_in_album("1", [A])
    await said.catch_up(world.deps)
    told = world.statements()
    assert [(one.kind, one.revision) for one in told] == [("album", 1), ("library", 1), ("photo", 1)]
    count = len(world.store.published)
    await said.catch_up(world.deps)
    assert len(world.store.published) == count


async def test_a_person_may_say_when_and_where(client_for: ClientFactory) -> None:
    """Time and place that were said win over the file; the source says so, and lists go by them."""
    world = World()
    await world.import_()
    client = await client_for(SERVICE, world.deps)
    when = {"taken_at_local": "2019-08-03T18:05:00", "taken_offset_min": 120}
    body = when | {"latitude_deg": 41.9, "longitude_deg": 12.5}
    photo = (await client.patch(f"/v1/photos/{A}", json=body)).json()
    assert (photo["taken_at"], photo["time_source"]) == ("2019-08-03T16:05:00Z", "user")
    assert (photo["latitude_deg"], photo["place_source"]) == (41.9, "user")
    assert photo["stated"] == ["latitude_deg", "longitude_deg", "taken_at_local", "taken_offset_min"]
    page = (await client.get("/v1/photos", params={"order": "taken"})).json()
    assert page["items"][-1]["photo_id"] == A
    photo = (await client.patch(f"/v1/photos/{A}", json={"latitude_deg": None, "longitude_deg": None})).json()
    assert (photo["latitude_deg"], photo["place_source"]) == (None, None)
    assert (await client.patch(f"/v1/photos/{A}", json={"latitude_deg": 3.0})).status_code == 422
    assert (await client.patch(f"/v1/photos/{A}", json={"latitude_deg": 99, "longitude_deg": 0})).status_code == 422
