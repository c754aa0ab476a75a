"""Handlers on fakes: run twice, the same state."""

import copy
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_contracts.messages import (
    ClusterFinished,
    DeadLetter,
    FileWritten,
    Message,
    ModelsChanged,
    PhotoAdded,
    SearchFinished,
    VisionFinished,
)
from pictopy_ingest import catalog, consumers, ledger
from pictopy_ingest.app import SERVICE
from pictopy_ingest.board import Board
from pictopy_ingest.disk_fakes import FakePreparer, FakeTree
from pictopy_ingest.domain.facts import Facts
from pictopy_ingest.domain.photos import Library
from pictopy_ingest.domain.scan import Seen, Stamp
from pictopy_ingest.fakes import FakeStore
from pictopy_ingest.ports import Deps, FailureFilter, PictureFiles, Prepared
from pictopy_runtime.fakes import FakeBus
from pictopy_testing.plugin import ClientFactory

T0 = datetime(2024, 1, 1, tzinfo=UTC)
LIBRARY = LibraryId("lib")
ID = PhotoId("a" * 32)
Handler = Callable[[Any, Deps], Awaitable[None]]


class _Clock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
async def deps(clock: _Clock) -> Deps:
    """One library with one photo, for which the models `m1` are wanted."""
    store = FakeStore()
    async with store.unit() as unit:
        await unit.want_version(1, "m1")
        await unit.save_library(Library(LIBRARY, "home", b"/home", 1, T0))
        facts = Facts(format="jpeg", width_px=4, height_px=3)
        await catalog.record(unit, LIBRARY, [Prepared(Seen(b"a.jpg", Stamp(1, 1, 1)), ID, facts)], [], T0)
    pictures = PictureFiles(Path("/data"))
    return Deps(store, FakeBus(), FakeTree(), FakePreparer(), pictures, Board(lambda: 0.0), clock)


def _store(deps: Deps) -> FakeStore:
    assert isinstance(deps.store, FakeStore)
    return deps.store


def _bus(deps: Deps) -> FakeBus:
    assert isinstance(deps.bus, FakeBus)
    return deps.bus


def _done(kind: type[Any], stage: str, minute: int = 1, version: str = "m1", **more: Any) -> Any:
    at = T0 + timedelta(minutes=minute)
    return kind(photo_id=ID, stage=stage, model_version=version, finished_at=at, **{"status": "done", **more})


LETTER = DeadLetter(
    dead_id="vision__on_photo_added:INGEST:7",
    durable="vision__on_photo_added",
    subject=PhotoAdded.SUBJECT,
    payload="{}",
    photo_id=ID,
    reason="it always fails",
    attempts=5,
    died_at=T0 + timedelta(minutes=2),
)
WRITTEN = FileWritten(
    write_id=1, photo_id=ID, library_id=LIBRARY, path="a.jpg", target="embedded", hash_before="x", hash_after="y"
)


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (consumers.on_vision_finished, _done(VisionFinished, "vision")),
        (consumers.on_vision_finished, _done(VisionFinished, "vision", status="failed", reason="no")),
        (consumers.on_cluster_finished, _done(ClusterFinished, "cluster")),
        (consumers.on_search_finished, _done(SearchFinished, "search")),
        (consumers.on_models_changed, ModelsChanged(revision=2, model_version="m2", models={})),
        (consumers.on_letter_written, LETTER),
        (consumers.on_file_written, WRITTEN),
    ],
)
async def test_a_message_twice_is_a_message_once(handler: Handler, message: Message, deps: Deps) -> None:
    """State and published messages after the second time are those after the first."""
    await handler(message, deps)
    first, wanted = copy.deepcopy(vars(_store(deps).state)), deps.board.wanted
    await handler(message, deps)
    assert vars(_store(deps).state) == first
    assert deps.board.wanted == wanted


async def test_a_photo_is_done_when_all_stages_are(deps: Deps) -> None:
    """The ledger of a photo that passed everything."""
    await consumers.on_search_finished(_done(SearchFinished, "search", 3), deps)
    await consumers.on_vision_finished(_done(VisionFinished, "vision", 1), deps)
    await consumers.on_cluster_finished(_done(ClusterFinished, "cluster", 2), deps)
    assert (await deps.store.activity(T0)).stages == {stage: {"done": 1} for stage in ("vision", "cluster", "search")}


async def test_other_models_make_done_photos_due_at_once(deps: Deps, clock: _Clock) -> None:
    """A new look is sent to vision alone, once, with all facts of the photo."""
    await consumers.on_vision_finished(_done(VisionFinished, "vision"), deps)
    await consumers.on_models_changed(ModelsChanged(revision=2, model_version="m2", models={}), deps)
    assert await deps.store.never_sent() == 1
    assert await ledger.reconcile(deps) == 0
    assert await ledger.relook(deps) == 1
    assert await ledger.reconcile(deps) == 0
    [(subject, payload)] = _bus(deps).resent
    assert subject == "ingest.retry.vision__on_photo_added"
    assert PhotoAdded.model_validate_json(payload).photo.files[0].path == "a.jpg"


async def test_second_looks_rest_and_never_crowd_out_new_photos(
    deps: Deps, clock: _Clock, client_for: ClientFactory
) -> None:
    """Paused ones wait; resumed, a few are in hand at a time, and none while vision has enough to do."""
    client = await client_for(SERVICE, deps)
    many = [PhotoId(f"{number:032x}") for number in range(100)]
    facts = Facts(format="jpeg", width_px=4, height_px=3)
    async with deps.store.unit() as unit:
        found = [Prepared(Seen(one.encode(), Stamp(1, 1, 1)), one, facts) for one in many]
        await catalog.record(unit, LIBRARY, found, [], T0)
    for one in many:
        done = _done(VisionFinished, "vision").model_copy(update={"photo_id": one})
        await consumers.on_vision_finished(done, deps)
    await consumers.on_models_changed(ModelsChanged(revision=2, model_version="m2", models={}), deps)
    assert (await client.post("/v1/stages/vision/pause")).json() == {"stage": "vision", "paused": True}
    assert await ledger.relook(deps) == 0
    vision = (await client.get("/v1/activity")).json()["stages"]["vision"]
    assert (vision["relook"], vision["paused"], vision["waiting"]) == (100, True, 101)
    assert await deps.store.never_sent() == 0
    await client.post("/v1/stages/vision/resume")
    assert await ledger.relook(deps) == ledger.RELOOKS_IN_HAND - 1
    assert await ledger.relook(deps) == ledger.RELOOKS_IN_HAND - 1
    clock.now = T0 + timedelta(minutes=1, seconds=30)
    for one in many[:10]:
        done = _done(VisionFinished, "vision", version="m2").model_copy(update={"photo_id": one})
        await consumers.on_vision_finished(done, deps)
    assert await ledger.relook(deps) == ledger.RELOOKS_IN_HAND - 1
    vision = (await client.get("/v1/activity")).json()["stages"]["vision"]
    assert vision["rate_per_s"] > 0
    assert vision["eta_s"] == round(91 / (100 / 60))
    assert (await client.post("/v1/stages/dancing/pause")).status_code == 422


async def test_models_that_are_older_news_change_nothing(deps: Deps) -> None:
    """Revisions order what vision says of its models."""
    await consumers.on_models_changed(ModelsChanged(revision=5, model_version="m5", models={}), deps)
    await consumers.on_models_changed(ModelsChanged(revision=4, model_version="m4", models={}), deps)
    assert _store(deps).state.models == (5, "m5")


async def test_a_busy_stage_is_not_flooded(deps: Deps, clock: _Clock) -> None:
    """Nothing is sent again while a stage gets on; after silence it is, with growing pauses."""
    clock.now = T0 + timedelta(seconds=200)
    assert await ledger.reconcile(deps) == 0
    clock.now = T0 + timedelta(seconds=400)
    assert await ledger.reconcile(deps) == 1
    clock.now += timedelta(seconds=400)
    assert await ledger.reconcile(deps) == 0
    clock.now += timedelta(seconds=400)
    assert await ledger.reconcile(deps) == 1


async def test_a_dead_letter_can_be_tried_again(deps: Deps) -> None:
    """Retry sends the very message to the consumer that gave up, and its stage waits once more."""
    await consumers.on_letter_written(LETTER, deps)
    [stage, dead] = await deps.store.failures(None, 10, FailureFilter())
    assert (dead.dead_id, dead.reason, stage.stage) == (LETTER.dead_id, "it always fails", "vision")
    assert await ledger.retry(deps, FailureFilter(dead_id=LETTER.dead_id)) == 1
    assert _bus(deps).resent == [("ingest.retry.vision__on_photo_added", "{}")]
    assert await deps.store.failures(None, 10, FailureFilter()) == []
    assert (await deps.store.activity(T0)).stages["vision"] == {"waiting": 1}


async def test_a_dead_letter_whose_work_was_done_is_forgotten(deps: Deps) -> None:
    """The stage was done after all: nothing is left to retry."""
    await consumers.on_letter_written(LETTER, deps)
    await consumers.on_vision_finished(_done(VisionFinished, "vision", 3), deps)
    assert await deps.store.failures(None, 10, FailureFilter()) == []


async def test_what_is_skipped_is_listed_no_more(deps: Deps) -> None:
    """A person saw it and let it be."""
    await consumers.on_letter_written(LETTER, deps)
    assert await ledger.skip(deps, FailureFilter()) == 2
    assert await deps.store.failures(None, 10, FailureFilter()) == []
    assert (await deps.store.activity(T0)).stages["vision"] == {"skipped": 1}


async def test_a_fact_about_an_unknown_photo_is_ignored(deps: Deps) -> None:
    """A message of another life does no harm."""
    stranger = _done(VisionFinished, "vision").model_copy(update={"photo_id": PhotoId("b" * 32)})
    await consumers.on_vision_finished(stranger, deps)
    assert len(_store(deps).state.stages) == 3
