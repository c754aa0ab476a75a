"""The HTTP API."""

import asyncio
import contextlib

from pictopy_contracts.ids import ModelId
from pictopy_testing.plugin import ClientFactory
from pictopy_vision.app import SERVICE
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.desk import pull_models
from pictopy_vision.fakes import FakeShop

CATALOGUE = read_catalogue(CHECKOUT)
YUNET = ModelId("yunet_n_dynamic")


def shop_with(*installed: ModelId) -> FakeShop:
    shop = FakeShop(CATALOGUE)
    for model_id in CATALOGUE.entries:
        shop.install(model_id, lambda feed: [])
    shop.store.files = set(installed)
    return shop


async def test_models_tell_tasks_and_catalogue(client_for: ClientFactory) -> None:
    """Each task with its model or why not, each entry with what is installed, and the engine."""
    client = await client_for(SERVICE, shop_with(YUNET).deps())
    answer = (await client.get("/v1/models")).json()
    assert answer["tasks"]["faces"] == {
        "on": True,
        "model": "yunet_n_dynamic",
        "why": "YuNet n (any size) finds faces.",
    }
    assert not answer["tasks"]["objects"]["on"]
    assert "yolox_nano" in answer["tasks"]["objects"]["why"]
    items = {item["id"]: item for item in answer["items"]}
    assert len(items) == len(CATALOGUE.entries)
    assert items["yunet_n_dynamic"]["in_use"]
    assert items["face-reidentification-retail-0095"]["only_from_mirror"]
    assert answer["engine"]["name"] == "fake"
    assert len(answer["model_version"]) == 12


async def test_pull_goes_on_behind_the_answer(client_for: ClientFactory) -> None:
    """202 at once, progress on its own address, then the model is in use."""
    shop = shop_with()
    deps = shop.deps()
    client = await client_for(SERVICE, deps)
    answer = await client.post(f"/v1/models/{YUNET}/pull")
    assert answer.status_code == 202
    assert answer.json()["items"][0]["status"] == "waiting"
    working = asyncio.create_task(pull_models(deps))
    await deps.pulls.ask([])[1]
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    (pull,) = (await client.get("/v1/models/pulls")).json()["items"]
    assert (pull["model"], pull["status"], pull["done_bytes"]) == (YUNET, "done", pull["total_bytes"])
    assert (await client.get("/v1/models")).json()["tasks"]["faces"]["on"]


async def test_starter_and_all(client_for: ClientFactory) -> None:
    """The starter set is three models; all is what the profile for this machine has, here the smallest."""
    client = await client_for(SERVICE, shop_with().deps())
    starter = (await client.post("/v1/models/pull-starter")).json()["items"]
    assert len(starter) == 3
    everything = {item["model"] for item in (await client.post("/v1/models/pull-all")).json()["items"]}
    assert everything == {item["model"] for item in starter}


async def test_remove_turns_the_task_off(client_for: ClientFactory) -> None:
    """The others are told of the smaller set; a model on its way is not removed."""
    deps = shop_with(YUNET).deps()
    deps.news.clear()
    client = await client_for(SERVICE, deps)
    answer = await client.post(f"/v1/models/{YUNET}/remove")
    assert not answer.json()["tasks"]["faces"]["on"]
    assert deps.news.is_set()
    await client.post(f"/v1/models/{YUNET}/pull")
    assert (await client.post(f"/v1/models/{YUNET}/remove")).status_code == 409


async def test_verify_reads_the_file_again(client_for: ClientFactory) -> None:
    """A file that changed on the disk is found and named."""
    shop = shop_with(YUNET)
    client = await client_for(SERVICE, shop.deps())
    assert (await client.post(f"/v1/models/{YUNET}/verify")).json() == {"verified": True}
    shop.store.spoilt.add(YUNET)
    answer = await client.post(f"/v1/models/{YUNET}/verify")
    assert answer.status_code == 409
    assert "yunet_n_dynamic" in answer.json()["detail"]


async def test_unknown_models_and_texts_are_told(client_for: ClientFactory) -> None:
    """404 names the id; a text cannot be embedded without a text model."""
    client = await client_for(SERVICE, shop_with().deps())
    for action in ("pull", "remove", "verify"):
        answer = await client.post(f"/v1/models/nonesuch/{action}")
        assert answer.status_code == 404
        assert "nonesuch" in answer.json()["detail"]
    answer = await client.post("/v1/embed-text", json={"text": "a dog"})
    assert answer.status_code == 501
    assert "No text model" in answer.json()["detail"]
