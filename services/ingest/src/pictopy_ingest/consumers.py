"""What ingest hears from the others."""

from pictopy_contracts.messages import (
    ClusterFinished,
    DeadLetter,
    FileWritten,
    ModelsChanged,
    SearchFinished,
    VisionFinished,
)
from pictopy_ingest import coming_home, ledger
from pictopy_ingest.ports import Deps
from pictopy_runtime.consume import ConsumerSpec


async def on_vision_finished(message: VisionFinished, deps: Deps) -> None:
    """Idempotent because the row of photo and stage holds the newest word."""
    async with deps.store.unit() as unit:
        await ledger.note(unit, message)


async def on_cluster_finished(message: ClusterFinished, deps: Deps) -> None:
    """Idempotent as on_vision_finished."""
    async with deps.store.unit() as unit:
        await ledger.note(unit, message)


async def on_search_finished(message: SearchFinished, deps: Deps) -> None:
    """Idempotent as on_vision_finished."""
    async with deps.store.unit() as unit:
        await ledger.note(unit, message)


async def on_models_changed(message: ModelsChanged, deps: Deps) -> None:
    """Photos done with other models wait for a new look. Idempotent because an older revision is ignored."""
    async with deps.store.unit() as unit:
        revision, _ = await unit.wanted_version()
        if message.revision > revision:
            await unit.want_version(message.revision, message.model_version)


async def on_letter_written(message: DeadLetter, deps: Deps) -> None:
    """Idempotent because the letter has an id."""
    async with deps.store.unit() as unit:
        await ledger.bury(unit, message)


async def on_file_written(message: FileWritten, deps: Deps) -> None:
    """Our own writer changed a file's metadata: look at it soon, watched or not. The picture keeps its id, for
    that comes from its coded bytes. Idempotent because a wish for a scan is one wish, and bytes have one hash."""
    async with deps.store.unit() as unit:
        await coming_home.remember_write(unit, message, deps.now())
    deps.board.request(message.library_id, deps.rhythm.watch_settle_s)


CONSUMERS = (
    ConsumerSpec(VisionFinished, on_vision_finished),
    ConsumerSpec(ClusterFinished, on_cluster_finished),
    ConsumerSpec(SearchFinished, on_search_finished),
    ConsumerSpec(ModelsChanged, on_models_changed),
    ConsumerSpec(DeadLetter, on_letter_written),
    ConsumerSpec(FileWritten, on_file_written),
)
