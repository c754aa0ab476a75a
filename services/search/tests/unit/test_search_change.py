"""A change of the model that compares whole pictures."""

from typing import Any

import httpx
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import ModelsChanged, PhotoAdded, PhotoRemoved, VisionFinished
from pictopy_contracts.vectors import Embedding
from pictopy_search import changes
from pictopy_search.app import SERVICE
from pictopy_search.fake_deps import NOW, fake_deps, hear
from pictopy_search.ports import Deps
from pictopy_testing.photo_messages import analysis, photo, photo_id
from pictopy_testing.plugin import ClientFactory
from pictopy_vectors.fakes import FakeVectors

OLD, NEW = ModelId("old"), ModelId("new")


def said(revision: int, in_use: str, *beside: str) -> ModelsChanged:
    return ModelsChanged(
        revision=revision,
        model_version=f"v{revision}",
        models={"image_embedding": ModelId(in_use)},
        beside={"image_embedding": tuple(ModelId(one) for one in beside)} if beside else {},
    )


class Bench:
    """Three photos by the old model, and a change to the new one under way."""

    def __init__(self) -> None:
        self.vectors = FakeVectors()
        self.deps: Deps = fake_deps(vectors=self.vectors)

    async def hear(self, *messages: Any) -> None:
        for message in messages:
            await hear(message, self.deps)

    async def begin(self) -> None:
        await self.hear(said(1, OLD))
        for number in (1, 2, 3):
            await self.hear(PhotoAdded(photo=photo(number)), self.look(number, OLD))
        await self.hear(said(2, NEW, OLD))

    @staticmethod
    def look(number: int, model: str, *others: str) -> Any:
        vector = [1.0, number / 10]
        beside = tuple(Embedding.of(other, vector) for other in others)
        return analysis(number, vector=vector, model=model, hours=len(others), other_embeddings=beside)

    async def state(self) -> tuple[str, str | None, int, int]:
        told = await changes.report(self.deps)
        return told.state, told.active, told.done, told.total

    async def settle(self) -> None:
        await changes.follow(self.deps)

    async def similar(self, client: httpx.AsyncClient) -> list[int]:
        answer = (await client.get(f"/v1/photos/{photo_id(1)}/similar")).json()
        return [int(item["photo_id"], 16) for item in answer["items"]]


async def test_the_old_model_answers_until_all_photos_have_the_new(client_for: ClientFactory) -> None:
    """At no moment is there nothing similar; the swap comes with the last photo."""
    bench = Bench()
    await bench.begin()
    client = await client_for(SERVICE, bench.deps)
    for number in (1, 2, 3):
        assert await bench.state() == ("computing", OLD, number - 1, 3)
        assert await bench.similar(client) == [2, 3]
        await bench.hear(bench.look(number, NEW, OLD))
        await bench.settle()
        assert await bench.similar(client) == [2, 3]
    assert await bench.state() == ("swapped", NEW, 3, 3)


async def test_it_can_be_taken_back_and_swapped_again(client_for: ClientFactory) -> None:
    """Taken back it stays so, though all is ready, until a person swaps."""
    bench = Bench()
    await bench.begin()
    await bench.hear(*(bench.look(number, NEW, OLD) for number in (1, 2, 3)))
    await bench.settle()
    client = await client_for(SERVICE, bench.deps)
    taken = (await client.post("/v1/model-change/back")).json()
    assert (taken["active"], taken["next"], taken["state"], taken["can_take_back"]) == (OLD, NEW, "ready", False)
    await bench.settle()
    assert await bench.state() == ("ready", OLD, 3, 3)
    swapped = (await client.post("/v1/model-change/swap")).json()
    assert (swapped["active"], swapped["previous"], swapped["state"]) == (NEW, OLD, "swapped")


async def test_the_old_vectors_go_when_vision_names_the_model_no_more() -> None:
    """Not before: they are what a change is taken back to."""
    bench = Bench()
    await bench.begin()
    await bench.hear(*(bench.look(number, NEW, OLD) for number in (1, 2, 3)))
    await bench.settle()
    assert await bench.vectors.names() == ["photos-new", "photos-old"]
    await bench.hear(said(3, NEW))
    assert await bench.vectors.names() == ["photos-new"]
    assert await bench.deps.store.every_model() == [NEW]
    assert (await changes.report(bench.deps)).can_take_back is False


async def test_finished_too_early_the_old_vectors_stay_until_the_swap() -> None:
    """A search by half of the photos would be worse than none."""
    bench = Bench()
    await bench.begin()
    await bench.hear(bench.look(1, NEW, OLD), said(3, NEW))
    await bench.settle()
    assert await bench.state() == ("computing", OLD, 1, 3)
    assert await bench.vectors.names() == ["photos-new", "photos-old"]
    await bench.hear(bench.look(2, NEW), bench.look(3, NEW))
    await bench.settle()
    assert await bench.state() == ("none", NEW, 3, 3)
    assert await bench.vectors.names() == ["photos-new"]


async def test_photos_that_cannot_be_looked_at_again_hold_nothing_up() -> None:
    """One that vision gave up on, one that is gone."""
    bench = Bench()
    await bench.begin()
    failed = VisionFinished(
        photo_id=photo_id(2), stage="vision", model_version="v2", status="failed", reason="broken", finished_at=NOW
    )
    await bench.hear(bench.look(1, NEW, OLD), failed, failed, PhotoRemoved(photo_id=photo_id(3), revision=9))
    await bench.settle()
    assert await bench.state() == ("swapped", NEW, 2, 2)


async def test_a_failure_with_other_models_is_no_answer() -> None:
    """The photo waits for its look by the new ones."""
    bench = Bench()
    await bench.begin()
    old = VisionFinished(photo_id=photo_id(1), stage="vision", model_version="v1", status="failed", finished_at=NOW)
    await bench.hear(old)
    assert (await bench.state())[2] == 0


async def test_a_model_that_is_off_or_removed_keeps_its_results(client_for: ClientFactory) -> None:
    """Vision then compares by colours and shapes, which is nothing one changes to."""
    bench = Bench()
    await bench.hear(said(1, OLD))
    for number in (1, 2):
        await bench.hear(PhotoAdded(photo=photo(number)), bench.look(number, OLD))
    await bench.hear(said(2, "layout-v1"), bench.look(1, "layout-v1"), bench.look(2, "layout-v1"))
    await bench.settle()
    assert await bench.state() == ("none", OLD, 2, 2)
    assert await bench.similar(await client_for(SERVICE, bench.deps)) == [2]
    assert "photos-old" in await bench.vectors.names()


async def test_a_first_real_model_takes_over_from_the_stand_in() -> None:
    """That is a change like any other."""
    bench = Bench()
    await bench.hear(said(1, "layout-v1"), PhotoAdded(photo=photo(1)), bench.look(1, "layout-v1"), said(2, NEW))
    assert await bench.state() == ("computing", "layout-v1", 0, 1)
    await bench.hear(bench.look(1, NEW))
    await bench.settle()
    assert (await bench.state())[1] == NEW


async def test_news_heard_twice_or_late_changes_nothing() -> None:
    """Older revisions are dropped."""
    bench = Bench()
    await bench.begin()
    before = await bench.deps.store.models()
    await bench.hear(said(2, NEW, OLD), said(1, OLD))
    assert await bench.deps.store.models() == before


async def test_vectors_of_a_model_that_is_gone_are_not_kept() -> None:
    """A message that comes late does not bring its collection back."""
    bench = Bench()
    await bench.hear(said(1, NEW), PhotoAdded(photo=photo(1)), bench.look(1, OLD))
    assert await bench.vectors.names() == []


@pytest.mark.parametrize("way", ["swap", "back"])
async def test_without_a_change_there_is_nothing_to_do(client_for: ClientFactory, way: str) -> None:
    """409 and a sentence."""
    client = await client_for(SERVICE, fake_deps())
    assert (await client.get("/v1/model-change")).json()["state"] == "none"
    answer = await client.post(f"/v1/model-change/{way}")
    assert answer.status_code == 409
    assert "image model" in answer.json()["detail"]
