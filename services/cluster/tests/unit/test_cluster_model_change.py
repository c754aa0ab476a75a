"""A change of the face model: people stay up, are carried over by who their faces are, and can be taken back."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from pictopy_cluster.app import SERVICE
from pictopy_cluster.changing_models import swap, take_back
from pictopy_cluster.consumers import (
    on_models_changed,
    on_photo_added,
    on_photo_analysed,
    on_photo_analysed_dead,
    on_vision_finished,
)
from pictopy_cluster.deciding import Wish, decide
from pictopy_cluster.domain.calibration import CONFIRMED_FACES, CONFIRMED_PEOPLE, confirmed
from pictopy_cluster.domain.model_change import ModelChange, Progress
from pictopy_cluster.domain.models import UNKNOWN
from pictopy_cluster.domain.partition import learn
from pictopy_cluster.fake_deps import fake_deps
from pictopy_cluster.fakes import FakeStore, FakeUnit
from pictopy_cluster.made_up import DIMS, NOON, analysed, box, faces, people, photo
from pictopy_cluster.ports import Deps
from pictopy_cluster.settling import settle_people
from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_contracts.messages import DetectedFace, ModelsChanged, PhotoAdded, PhotoAnalysed, VisionFinished
from pictopy_contracts.vectors import Embedding
from pictopy_testing.plugin import ClientFactory

NAMES = ["anna"] * 4 + ["ben"] * 4 + ["lone"]
OLD = people(NAMES, spread=0.4)
NEW = OLD @ np.linalg.qr(np.random.default_rng(1).standard_normal((DIMS, DIMS)))[0].astype(np.float32)
"""The same faces as another model sees them: nothing of the one can be compared with the other."""
LATER = NOON + timedelta(hours=1)


def looked(n: int, in_use: str, beside: Sequence[str], hours: float = 1, **face: Any) -> PhotoAnalysed:
    """What vision sees in the photo with these models: embeddings of "a" are OLD, of "b" are NEW."""
    known = {"a": OLD, "b": NEW}
    message = analysed(f"p{n}", [known[in_use][n]], NOON + timedelta(hours=hours), in_use)
    others = tuple(Embedding.of(model, known[model][n].tolist()) for model in beside)
    seen: DetectedFace = message.faces[0].model_copy(update={"other_embeddings": others, **face})
    return message.model_copy(update={"faces": (seen,)})


def models(revision: int, in_use: str | None, *beside: str) -> ModelsChanged:
    return ModelsChanged(
        revision=revision,
        model_version=f"v{revision}",
        models={"face_embedding": ModelId(in_use)} if in_use else {},
        beside={"face_embedding": tuple(ModelId(one) for one in beside)},
    )


def failed(n: int, hours: float) -> VisionFinished:
    at = NOON + timedelta(hours=hours)
    return VisionFinished(photo_id=PhotoId(f"p{n}"), stage="vision", status="failed", reason="broken", finished_at=at)


@pytest.fixture
async def deps() -> Deps:
    """A library on model a, whose Anna has a name."""
    deps = fake_deps(FakeStore())
    await on_models_changed(models(1, "a"), deps)
    for n in range(len(NAMES)):
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}", n)), deps)
        await on_photo_analysed(looked(n, "a", [], 0), deps)
    await settle_people(deps)
    await decide(Wish("name", (await deps.store.faces_of_photo("p0"))[0].person_id, name="Anna"), deps)
    await settle_people(deps)
    return deps


async def assigned(deps: Deps) -> dict[str, str | None]:
    return {face.photo_id: face.person_id for face in await deps.store.faces()}


async def collections(deps: Deps) -> list[str]:
    return await deps.galleries.others([])


async def test_people_stay_until_the_last_photo_and_are_the_same_after(deps: Deps) -> None:
    """At each photo that gets the new embedding everybody is there; the swap keeps ids, names and covers."""
    before, people_before = await assigned(deps), await deps.store.list_people()
    await on_models_changed(models(2, "b", "a"), deps)
    for n in range(len(NAMES)):
        assert (await deps.store.change()).active == "a"
        await on_photo_analysed(looked(n, "b", ["a"]), deps)
        await settle_people(deps)
        assert await assigned(deps) == before
    change = await deps.store.change()
    assert (change.active, change.next, change.previous) == ("b", None, "a")
    shown = [replace(person, revision=0) for person in await deps.store.list_people()]
    assert shown == [replace(person, revision=0) for person in people_before]
    assert await collections(deps) == ["faces-a", "faces-b"]


async def test_new_people_are_found_by_the_new_model(deps: Deps) -> None:
    """After the swap it is the new embeddings that decide, and the old ones go when vision lets them go."""
    await on_models_changed(models(2, "b", "a"), deps)
    for n in range(len(NAMES)):
        await on_photo_analysed(looked(n, "b", ["a"]), deps)
    await settle_people(deps)
    await on_models_changed(models(3, "b"), deps)
    await settle_people(deps)
    assert await collections(deps) == ["faces-b"]
    assert await deps.store.embedded("a") == {}
    assert (await deps.store.change()).previous is None
    await on_photo_analysed(analysed("late", [NEW[1]], LATER, "b"), deps)
    await settle_people(deps)
    assert (await assigned(deps))["late"] == (await assigned(deps))["p0"]


async def test_the_swap_can_be_taken_back_and_done_again(deps: Deps) -> None:
    """Photos that came meanwhile have both; taken back it stays, until somebody says so; then vision's word ends it."""
    before = await assigned(deps)
    await on_models_changed(models(2, "b", "a"), deps)
    for n in range(len(NAMES)):
        await on_photo_analysed(looked(n, "b", ["a"]), deps)
    await settle_people(deps)
    await take_back(deps)
    await settle_people(deps)
    change = await deps.store.change()
    assert (change.active, change.next, change.held) == ("a", "b", True)
    assert await assigned(deps) == before
    await swap(deps)
    assert (await deps.store.change()).active == "b"
    await take_back(deps)
    await on_models_changed(models(3, "a"), deps)
    await settle_people(deps)
    assert (await deps.store.change()).state(Progress()) == "none"
    assert await collections(deps) == ["faces-a"]


async def test_vision_going_back_after_the_swap_swaps_back(deps: Deps) -> None:
    """The old model is in use again, every photo still has it: the people follow, and the new one's embeddings go."""
    before = await assigned(deps)
    await on_models_changed(models(2, "b", "a"), deps)
    for n in range(len(NAMES)):
        await on_photo_analysed(looked(n, "b", ["a"]), deps)
    await settle_people(deps)
    await on_models_changed(models(3, "a"), deps)
    await settle_people(deps)
    change = await deps.store.change()
    assert (change.active, change.next, change.previous) == ("a", None, None)
    assert await assigned(deps) == before
    await settle_people(deps)
    assert await collections(deps) == ["faces-a"]


async def test_a_photo_that_fails_holds_nothing_up_and_keeps_its_people(deps: Deps) -> None:
    """Also one that this service gives up; their faces stay with whom they were, though the model never saw them."""
    before = await assigned(deps)
    await on_models_changed(models(2, "b", "a"), deps)
    for n in range(2, len(NAMES)):
        await on_photo_analysed(looked(n, "b", ["a"]), deps)
    await on_vision_finished(failed(0, 0.5), deps)
    await on_vision_finished(failed(0, 0.5), deps)
    await settle_people(deps)
    assert (await deps.store.change()).active == "a"
    await on_photo_analysed_dead(looked(1, "b", ["a"]), "broken", 5, deps)
    await settle_people(deps)
    change = await deps.store.change()
    assert change.active == "b"
    assert await deps.store.progress(change) == Progress(len(NAMES), len(NAMES) - 2, 2)
    await on_models_changed(models(3, "b"), deps)
    await settle_people(deps)
    assert await assigned(deps) == before
    assert [person.face_count for person in await deps.store.list_people() if person.name] == [4]


async def test_a_box_that_moved_is_the_same_face(deps: Deps) -> None:
    """The detector came along with the model and draws wider boxes: ids, people and names stay."""
    ids = {face.face_id for face in await deps.store.faces()}
    before = await assigned(deps)
    await on_models_changed(models(2, "b", "a"), deps)
    wide = box().model_copy(update={"x1": 0.0, "y1": 0.13, "x2": 0.155, "y2": 0.37})
    assert wide.iou(box()) < 0.5
    for n in range(len(NAMES)):
        await on_photo_analysed(looked(n, "b", ["a"], box=wide), deps)
    await settle_people(deps)
    assert {face.face_id for face in await deps.store.faces()} == ids
    assert await assigned(deps) == before


async def test_a_task_that_is_off_keeps_its_results(deps: Deps) -> None:
    """Neither people nor embeddings go when the models are taken away."""
    before = await assigned(deps)
    await on_models_changed(models(2, None), deps)
    await on_photo_analysed(analysed("p0", [], LATER).model_copy(update={"models": {}}), deps)
    await settle_people(deps)
    assert {photo: who for photo, who in (await assigned(deps)).items() if photo != "p0"} == {
        photo: who for photo, who in before.items() if photo != "p0"
    }
    assert await collections(deps) == ["faces-a"]


async def test_what_was_asked_for_is_done_after_a_restart(deps: Deps) -> None:
    """Killed between the wish and the run, or between the run and the tidying: the next run ends it."""
    await on_models_changed(models(2, "b", "a"), deps)
    for n in range(len(NAMES)):
        await on_photo_analysed(looked(n, "b", ["a"]), deps)
    await settle_people(deps)
    async with deps.store.unit() as unit:
        await unit.save_change(replace(await deps.store.change(), wanted="a"))
    await settle_people(deps)
    change = await deps.store.change()
    assert (change.active, change.wanted, change.held) == ("a", None, True)


class PowerCut(Exception):
    """The process is gone."""


class CutStore(FakeStore):
    """Dies at the end of the n-th transaction from now on, before it is committed."""

    left = -1

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[FakeUnit]:
        async with super().unit() as unit:
            yield unit
            self.left -= 1
            if self.left == 0:
                raise PowerCut


@pytest.mark.parametrize("cut_at", [1, 2, 3])
async def test_a_kill_at_any_step_leaves_the_old_people_or_the_new(cut_at: int) -> None:
    """Whatever transaction is lost, people and model belong together, and the next start ends what was begun."""
    store = CutStore()
    deps = fake_deps(store)
    await on_models_changed(models(1, "a"), deps)
    for n in range(len(NAMES)):
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}", n)), deps)
        await on_photo_analysed(looked(n, "a", [], 0), deps)
    await settle_people(deps)
    before = await assigned(deps)
    await on_models_changed(models(2, "b"), deps)
    for n in range(len(NAMES)):
        await on_photo_analysed(looked(n, "b", []), deps)
    store.left = cut_at
    with suppress(PowerCut):
        await settle_people(deps)
    assert await assigned(deps) == before
    store.left = -1
    again = replace(fake_deps(store), galleries=deps.galleries)
    await settle_people(again)
    await settle_people(again)
    change = await store.change()
    assert (change.active, change.next, change.previous) == ("b", None, None)
    assert await assigned(again) == before
    assert await collections(again) == ["faces-b"]


def test_a_message_about_models_counts_once_and_in_order() -> None:
    """An older one is passed over; naming the next model again begins nothing anew; a third model replaces it."""
    first = ModelChange().heard("a", (), 1, NOON)
    begun = first.heard("b", ("a",), 2, NOON)
    assert begun.heard("a", (), 1, LATER) == begun
    assert begun.heard("b", ("a",), 3, LATER).started_at == NOON
    other = begun.heard("c", ("a",), 4, LATER)
    assert (other.active, other.next, other.started_at, other.kept) == ("a", "c", LATER, None)
    assert begun.heard("a", (), 5, LATER).next is None
    assert begun.state(Progress(3, 1, 1)) == "computing"
    assert begun.state(Progress(3, 2, 1)) == "ready"
    assert begun.swapped("b", LATER).state(Progress(3, 3)) == "swapped"


def test_confirmed_people_set_the_thresholds() -> None:
    """Enough named people say how alike one person's faces are and how alike strangers; a few say nothing."""
    names = [f"person{n % 40}" for n in range(240)]
    made = faces(people(names, spread=0.52, seed=4))
    known = replace(learn(made, UNKNOWN), stranger=0.3, dims=20.0, same=0.7)
    person = np.array([int(name[6:]) for name in names])
    few = np.where(person < CONFIRMED_PEOPLE - 1, person, -1)
    assert confirmed(made, few, known, UNKNOWN) == known
    assert confirmed(made, np.where(np.arange(240) < 40 * (CONFIRMED_FACES - 1), person, -1), known, UNKNOWN) == known
    found = confirmed(made, person, known, UNKNOWN)
    assert found.stranger == pytest.approx(0.0, abs=0.03)
    assert found.dims == pytest.approx(DIMS, rel=0.25)
    genuine = float(np.mean([made.embedding[n] @ made.embedding[n + 40] for n in range(200)]))
    assert found.same == pytest.approx(genuine, abs=0.05)


@pytest.fixture
async def client(deps: Deps, client_for: ClientFactory) -> httpx.AsyncClient:
    return await client_for(SERVICE, deps)


async def test_the_change_over_http(client: httpx.AsyncClient, deps: Deps) -> None:
    """How far it is, why it cannot be done yet, the swap and the way back."""
    assert (await client.get("/v1/model-change")).json()["state"] == "none"
    assert (await client.post("/v1/model-change/swap")).status_code == 409
    assert (await client.post("/v1/model-change/back")).status_code == 409
    await on_models_changed(models(2, "b", "a"), deps)
    await on_photo_analysed(looked(0, "b", ["a"]), deps)
    now = (await client.get("/v1/model-change")).json()
    assert (now["active"], now["next"], now["done"], now["total"], now["state"]) == ("a", "b", 1, 9, "computing")
    assert "8 of 9 photos still wait" in (await client.post("/v1/model-change/swap")).json()["detail"]
    for n in range(1, len(NAMES)):
        await on_photo_analysed(looked(n, "b", ["a"]), deps)
    assert (await client.get("/v1/model-change")).json()["state"] == "ready"
    swapped = (await client.post("/v1/model-change/swap")).json()
    assert (swapped["state"], swapped["active"], swapped["can_take_back"]) == ("swapped", "b", True)
    back = (await client.post("/v1/model-change/back")).json()
    assert (back["state"], back["active"], back["next"]) == ("ready", "a", "b")
