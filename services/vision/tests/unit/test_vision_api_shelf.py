"""The HTTP API of the shelf: choosing, changing, profiles, bundles, measuring, watching."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import ModelsChanged
from pictopy_testing.plugin import ClientFactory
from pictopy_vision import loops
from pictopy_vision.app import SERVICE
from pictopy_vision.catalogue_files import CHECKOUT, Catalogue, read_catalogue
from pictopy_vision.deps import Deps
from pictopy_vision.desk import measure_models, pull_models
from pictopy_vision.domain.layout import LAYOUT_MODEL
from pictopy_vision.fakes import FakeShop

CATALOGUE = read_catalogue(CHECKOUT)
MOBILE = ModelId("mobilenet_v2")
YUNET, REID, SFACE, NANO, FAST = (
    ModelId(name)
    for name in ("yunet_n_dynamic", "face-reidentification-retail-0095", "sface_2021dec", "yolox_nano", "fastestdet")
)


def shop_with(*installed: ModelId, catalogue: Catalogue = CATALOGUE) -> FakeShop:
    shop = FakeShop(catalogue)
    for model_id in catalogue.entries:
        shop.install(model_id, lambda feed: [])
    shop.store.files = set(installed)
    return shop


async def working(loop: Callable[[Deps], Awaitable[None]], deps: Deps, until: Callable[[], bool]) -> None:
    task = asyncio.ensure_future(loop(deps))
    async with asyncio.timeout(5):
        while not until():
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def changes(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    items = (await client.get("/v1/models/changes")).json()["items"]
    return [(item["task"], item["from"], item["to"]) for item in items]


async def test_use_begins_a_change_where_photos_have_the_old(client_for: ClientFactory) -> None:
    """Both models are told to the others; finished there is one; the number of the set changes each time."""
    shop = shop_with(YUNET, REID, SFACE)
    deps = shop.deps()
    deps.shelf.note_analysed({"face_embedding": REID})
    client = await client_for(SERVICE, deps)
    before = (await client.get("/v1/models")).json()["model_version"]
    told = (await client.post(f"/v1/models/{SFACE}/use")).json()
    items = {item["id"]: item for item in told["items"]}
    assert (items[SFACE]["in_use"], items[SFACE]["chosen"], items[REID]["beside"]) == (True, True, True)
    assert await changes(client) == [("face_embedding", REID, SFACE)]
    await working(loops.announce_models, deps, lambda: bool(shop.bus.published))
    message = shop.bus.published[-1]
    assert isinstance(message, ModelsChanged)
    assert (message.models["face_embedding"], message.beside) == (SFACE, {"face_embedding": (REID,)})
    assert (await client.post("/v1/models/changes/face_embedding/finish")).json()["items"] == []
    after = (await client.get("/v1/models")).json()["model_version"]
    assert len({before, told["model_version"], after}) == 3


async def test_the_first_image_model_takes_over_with_the_old_beside(client_for: ClientFactory) -> None:
    """Nobody chose the built-in embedding, so nobody has to leave it; and still similar pictures are never gone."""
    shop = shop_with()
    deps = shop.deps()
    deps.shelf.note_analysed({"image_embedding": LAYOUT_MODEL})
    client = await client_for(SERVICE, deps)
    shop.store.files.add(MOBILE)
    assert deps.shelf.refresh()
    assert await changes(client) == [("image_embedding", LAYOUT_MODEL, MOBILE)]
    assert deps.shelf.lineup.beside_models == {"image_embedding": (LAYOUT_MODEL,)}
    assert not deps.shelf.refresh()
    await client.post("/v1/models/changes/image_embedding/finish")
    deps.shelf.note_analysed({"image_embedding": MOBILE})
    assert deps.shelf.lineup.beside_models == {}


async def test_a_change_is_taken_back(client_for: ClientFactory) -> None:
    """The old model is in use again; what was never begun, and ends that are none, are told as 404."""
    deps = shop_with(YUNET, REID, SFACE).deps()
    deps.shelf.note_analysed({"face_embedding": REID})
    client = await client_for(SERVICE, deps)
    await client.post(f"/v1/models/{SFACE}/use", json={"task": "face_embedding"})
    assert (await client.post("/v1/models/changes/face_embedding/sideways")).status_code == 404
    assert (await client.post("/v1/models/changes/face_embedding/back")).json()["items"] == []
    assert deps.shelf.lineup.models["face_embedding"] == REID
    for address in ("face_embedding/back", "objects/finish", "juggling/finish"):
        assert (await client.post(f"/v1/models/changes/{address}")).status_code == 404


async def test_taking_back_needs_the_old_model(client_for: ClientFactory) -> None:
    """Once it was removed it has to be pulled first, and the sentence says so."""
    shop = shop_with(YUNET, REID, SFACE)
    deps = shop.deps()
    deps.shelf.note_analysed({"face_embedding": REID})
    client = await client_for(SERVICE, deps)
    await client.post(f"/v1/models/{SFACE}/use")
    await client.post(f"/v1/models/{REID}/remove")
    answer = await client.post("/v1/models/changes/face_embedding/back")
    assert answer.status_code == 409
    assert "pull it first" in answer.json()["detail"]


async def test_use_says_what_cannot_be(client_for: ClientFactory) -> None:
    """A model that is not here, a task that is not its own, an id that nobody knows."""
    client = await client_for(SERVICE, shop_with(NANO).deps())
    assert (await client.post(f"/v1/models/{FAST}/use")).status_code == 409
    assert (await client.post(f"/v1/models/{NANO}/use", json={"task": "faces"})).status_code == 422
    assert (await client.post("/v1/models/nonesuch/use")).status_code == 404


async def test_tasks_go_off_and_on(client_for: ClientFactory) -> None:
    """The others hear of it, and the reason is a sentence."""
    deps = shop_with(NANO).deps()
    deps.news.clear()
    client = await client_for(SERVICE, deps)
    told = (await client.post("/v1/tasks/objects/off")).json()["tasks"]["objects"]
    assert not told["on"]
    assert "Turned off" in told["why"]
    assert deps.news.is_set()
    assert (await client.post("/v1/tasks/objects/on")).json()["tasks"]["objects"]["on"]
    assert (await client.post("/v1/tasks/objects/sideways")).status_code == 404
    assert (await client.post("/v1/tasks/juggling/on")).status_code == 404


async def test_a_profile_is_pulled_then_used(client_for: ClientFactory) -> None:
    """What it leaves out is off, what it has is chosen, and it says so of itself."""
    shop = shop_with(FAST, MOBILE)
    deps = shop.deps()
    client = await client_for(SERVICE, deps)
    told = (await client.get("/v1/profiles")).json()
    assert told["recommended"] == "small"
    assert [item["id"] for item in told["items"]] == ["small", "medium", "gpu"]
    assert told["items"][0]["download_mb"] == told["items"][0]["disk_mb"] == 8.4
    answer = await client.post("/v1/profiles/small/use")
    assert (answer.status_code, len(answer.json()["items"])) == (202, 3)
    await working(pull_models, deps, lambda: deps.pulls.under_way == 0 and "tags" not in deps.shelf.lineup.entries)
    assert deps.shelf.lineup.models["objects"] == NANO
    used = {item["id"]: item["in_use"] for item in (await client.get("/v1/profiles")).json()["items"]}
    assert used == {"small": True, "medium": False, "gpu": False}
    assert (await client.post("/v1/profiles/nonesuch/use")).status_code == 404


async def test_a_licence_that_forbids_is_told_to_whoever_asks(client_for: ClientFactory) -> None:
    """In no set, by name only, and with a warning."""
    entry = CATALOGUE.entries[FAST]
    forbidding = entry.licence.model_copy(
        update={"name": "CC-BY-NC-4.0", "allows": "Private use only.", "commercial": False}
    )
    rest = dict(CATALOGUE.entries) | {FAST: entry.model_copy(update={"licence": forbidding})}
    catalogue = Catalogue(rest, CATALOGUE.labels, CATALOGUE.licences, CATALOGUE.profiles)
    client = await client_for(SERVICE, shop_with(catalogue=catalogue).deps())
    items = {item["id"]: item for item in (await client.get("/v1/models")).json()["items"]}
    assert "ask for it by its name" in items[FAST]["why_not_offered"]
    assert items[NANO]["why_not_offered"] is None
    assert (await client.post(f"/v1/models/{FAST}/pull")).json()["warning"] == "CC-BY-NC-4.0: Private use only."
    assert (await client.post(f"/v1/models/{NANO}/pull")).json()["warning"] is None
    everything = (await client.post("/v1/models/pull-all")).json()["items"]
    assert FAST not in {item["model"] for item in everything}


async def test_info_has_the_whole_entry(client_for: ClientFactory) -> None:
    """What goes in and out, where from, what each threshold was chosen on."""
    client = await client_for(SERVICE, shop_with().deps())
    told = (await client.get(f"/v1/models/{REID}")).json()
    assert told["input"]["colour"] == "bgr"
    assert "LFW" in told["thresholds"]["same_person"]["origin"]
    assert told["conversion"]["publisher_sha256"]
    assert (await client.get("/v1/models/nonesuch")).status_code == 404


async def test_one_version_is_removed(client_for: ClientFactory) -> None:
    """Named by its digest; one that is not here is told."""
    shop = shop_with(NANO)
    client = await client_for(SERVICE, shop.deps())
    assert (await client.post(f"/v1/models/{NANO}/remove", params={"version": "f" * 16})).status_code == 404
    (version,) = next(
        item["versions"] for item in (await client.get("/v1/models")).json()["items"] if item["id"] == NANO
    )
    await client.post(f"/v1/models/{NANO}/remove", params={"version": version["digest"]})
    assert shop.store.files == set()


async def test_installed_models_are_measured(client_for: ClientFactory) -> None:
    """Asked once it runs once over what is installed, and the profiles then count with what was measured."""
    shop = shop_with(NANO, YUNET)
    deps = shop.deps()
    client = await client_for(SERVICE, deps)
    assert (await client.post("/v1/models/bench")).json()["running"]
    await working(measure_models, deps, lambda: not deps.timings.is_running)
    told = (await client.get("/v1/models/bench")).json()
    assert not told["running"]
    assert {item["model"]: item["task"] for item in told["items"]} == {NANO: "objects", YUNET: "faces"}
    assert all(item["runs"] and item["engine"] == "fake (CPU)" for item in told["items"])


async def test_pulls_are_watched_live() -> None:
    """At once, then after each change, until the watcher leaves; silence is broken now and then."""
    deps = shop_with().deps()
    watcher = deps.pulls.watch(0.05)
    assert await anext(watcher) == []
    assert await anext(watcher) is None
    deps.pulls.ask([CATALOGUE.entries[NANO]])
    waiting = await anext(watcher)
    assert waiting
    assert [pull.status for pull in waiting] == ["waiting"]
    await working(pull_models, deps, lambda: deps.pulls.under_way == 0)
    done = await anext(watcher)
    assert done
    assert [pull.status for pull in done] == ["done"]


async def test_bundles_go_out_and_come_in(client_for: ClientFactory, tmp_path: Path) -> None:
    """A tar over HTTP; what is not installed, unknown or no bundle is told."""
    shop = shop_with(NANO)
    shop.bundles_dir = tmp_path
    deps = shop.deps()
    client = await client_for(SERVICE, deps)
    assert (await client.get("/v1/models/bundle", params={"ids": FAST})).status_code == 409
    assert (await client.get("/v1/models/bundle", params={"ids": "nonesuch"})).status_code == 404
    assert (await client.get("/v1/models/bundle", params={"ids": ""})).status_code == 422
    shop.store.spoilt.add(NANO)
    answer = await client.get("/v1/models/bundle", params={"ids": NANO})
    assert (answer.status_code, "yolox_nano" in answer.json()["detail"]) == (409, True)
    answer = await client.post("/v1/models/bundle", content=b"no tar")
    assert answer.status_code == 422
    assert "no whole bundle" in answer.json()["detail"]
    assert list(tmp_path.iterdir()) == []


async def test_a_stream_speaks_server_sent_events() -> None:
    """Each event is one line of JSON that a browser's EventSource reads."""
    from pictopy_vision.api_profiles import _events  # noqa: PLC0415  the stream itself never ends

    deps = shop_with().deps()
    deps.pulls.ask([CATALOGUE.entries[NANO]])
    event = await anext(_events(deps))
    assert event.startswith("data: ")
    assert event.endswith("\n\n")
    assert json.loads(event.removeprefix("data: "))["items"][0]["model"] == NANO


async def test_models_that_a_container_brings_are_seen() -> None:
    """They come and go without a word to us; the next look tells the others."""
    shop = shop_with()
    deps = shop.deps()
    deps.news.clear()
    quick = Deps(**{**vars(deps), "other_models_look_s": 0.001})
    shop.store.files.add(NANO)
    await working(loops.watch_shelf, quick, deps.news.is_set)
    assert deps.shelf.lineup.models["objects"] == NANO
