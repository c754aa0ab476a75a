"""Pulls in the background, the starter set, and who is told of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import Message, ModelsChanged
from pictopy_runtime.errors import Transient
from pictopy_runtime.fakes import FakeBus
from pictopy_vision import loops
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.deps import Deps
from pictopy_vision.desk import pull_models
from pictopy_vision.domain.entry import Entry
from pictopy_vision.fakes import FakeShop

CATALOGUE = read_catalogue(CHECKOUT)
STARTER = [entry for entry in CATALOGUE.entries.values() if entry.starter]
YUNET = CATALOGUE.entries[ModelId("yunet_n_dynamic")]


class BusThatFailsOnce(FakeBus):
    failed = False

    async def publish(self, message: Message, msg_id: str) -> None:
        if not self.failed:
            self.failed = True
            raise Transient("NATS is away")
        await super().publish(message, msg_id)


def stocked(starter_entries: Sequence[Entry] = (), unreachable: dict[ModelId, int] | None = None) -> FakeShop:
    """A service whose engine can open every model, and which has none installed."""
    shop = FakeShop(CATALOGUE, starter_entries=starter_entries, unreachable=unreachable or {})
    for model_id in CATALOGUE.entries:
        shop.install(model_id, lambda feed: [])
    shop.store.files.clear()
    return shop


@asynccontextmanager
async def running(deps: Deps, *chosen: Callable[[Deps], Awaitable[None]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(loop(deps)) for loop in chosen]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_batch_is_one_change() -> None:
    """Three models pulled together change the set once, and each pull is done in full."""
    shop = stocked()
    deps = shop.deps()
    deps.news.clear()
    async with running(deps, pull_models):
        pulls, batch = deps.pulls.ask(STARTER)
        assert deps.pulls.under_way == 3
        await batch
    assert {pull.status for pull in pulls} == {"done"}
    assert all(pull.done_bytes == pull.total_bytes for pull in pulls)
    assert deps.news.is_set()
    assert set(deps.shelf.lineup.entries) == {"faces", "face_embedding", "objects"}


async def test_asking_twice_pulls_once() -> None:
    """A model on its way is not fetched a second time, nor one that is installed."""
    shop = stocked()
    deps = shop.deps()
    async with running(deps, pull_models):
        deps.pulls.ask([YUNET])
        await deps.pulls.ask([YUNET])[1]
        await deps.pulls.ask([YUNET])[1]
    assert len(deps.pulls.latest) == 1
    assert shop.engine.opened == [YUNET.id]


async def test_a_file_that_is_no_model_is_refused() -> None:
    """What cannot be loaded is removed again and the pull says so."""
    shop = stocked()
    del shop.engine.sessions[YUNET.id]
    deps = shop.deps()
    async with running(deps, pull_models):
        (pull,), batch = deps.pulls.ask([YUNET])
        await batch
    assert pull.status == "failed"
    assert "it is no model" in (pull.reason or "")
    assert YUNET.id not in shop.store.files


async def test_starter_tries_once_more() -> None:
    """A source that fails once does no harm, and photos wait until the second try ended."""
    shop = stocked(starter_entries=STARTER, unreachable={YUNET.id: 1})
    deps = shop.deps()
    assert await loops.backlog(deps) == {"pulls": 1}
    async with running(deps, pull_models, loops.fetch_starter):
        await asyncio.wait_for(deps.starter.over(), 5)
    assert deps.starter.is_over
    assert await loops.backlog(deps) == {"pulls": 0}
    assert shop.store.files == {entry.id for entry in STARTER}


async def test_starter_that_cannot_be_had_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """The service goes on with the rest, and says what is missing and how to add it."""
    deps = stocked(starter_entries=STARTER, unreachable={YUNET.id: 9}).deps()
    async with running(deps, pull_models, loops.fetch_starter):
        await asyncio.wait_for(deps.starter.over(), 5)
    (line,) = [record.message for record in caplog.records if record.message.startswith("going on without")]
    assert "yunet_n_dynamic" in line
    assert "PICTOPY_MODELS_MIRROR" in line


async def test_models_are_announced_at_the_start_and_at_each_change() -> None:
    """After the first pull, once; then again with a larger revision; nothing in between."""
    shop = stocked(starter_entries=STARTER)
    deps = shop.deps()
    async with running(deps, loops.announce_models):
        await asyncio.sleep(0.01)
        assert shop.bus.published == []
        async with running(deps, pull_models, loops.fetch_starter):
            await asyncio.wait_for(deps.starter.over(), 5)
            await asyncio.sleep(0.01)
            await deps.pulls.ask([CATALOGUE.entries[ModelId("mobilenet_v2")]])[1]
            await asyncio.sleep(0.01)
    first, second = (message for message in shop.bus.published if isinstance(message, ModelsChanged))
    assert "tags" not in first.models
    assert second.models["tags"] == "mobilenet_v2"
    assert second.revision > first.revision
    assert second.model_version != first.model_version


async def test_an_announcement_is_not_lost_with_the_bus() -> None:
    """When NATS does not take it the loop ends as transient, and its next start tells it."""
    shop = stocked()
    shop.bus = BusThatFailsOnce()
    deps = shop.deps()
    with pytest.raises(Transient):
        await loops.announce_models(deps)
    async with running(deps, loops.announce_models):
        await asyncio.sleep(0.01)
    assert len(shop.bus.published) == 1


async def test_idle_models_leave_the_memory() -> None:
    """A session that nobody used for the time is dropped, and loaded again at the next need."""
    shop = stocked()
    shop.store.files.add(YUNET.id)
    shelf = shop.deps().shelf
    shelf.session(YUNET)
    shelf.session(YUNET)
    assert shelf.unload_idle(300) == []
    shop.seconds = 301
    assert shelf.unload_idle(300) == [YUNET.id]
    assert shelf.loaded == []
    shelf.session(YUNET)
    assert shop.engine.opened == [YUNET.id, YUNET.id]
