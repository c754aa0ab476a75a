"""The one subscription: a picture was added, so look at it."""

from pictopy_contracts.messages import PhotoAdded, VisionFinished
from pictopy_runtime.consume import ConsumerSpec
from pictopy_vision.analyse import analyse
from pictopy_vision.deps import Deps
from pictopy_vision.domain.choices import embedded_by


async def on_photo_added(message: PhotoAdded, deps: Deps) -> None:
    """Idempotent because the same picture and models give the same result, and readers keep the latest.

    Both messages have an id of their own each time: a look asked for again, after a failure or a change of models that
    was taken back, must be heard again, and NATS drops an id that it saw a moment ago.
    """
    await deps.starter.over()
    photo_id = message.photo.photo_id
    async with deps.gate:
        analysed = await analyse(photo_id, await deps.previews.get(photo_id), deps)
    await deps.bus.publish(analysed, f"{photo_id}:{analysed.model_version}:{analysed.analysed_at.isoformat()}")
    deps.shelf.note_analysed(embedded_by(analysed))
    finished = VisionFinished(
        photo_id=photo_id,
        stage="vision",
        model_version=analysed.model_version,
        status="done",
        finished_at=deps.now(),
    )
    await deps.bus.publish(finished, _end_id(finished))


async def on_photo_dead(message: PhotoAdded, reason: str, attempts: int, deps: Deps) -> None:
    """The photo cannot be looked at; ingest lists it with the reason."""
    failed = VisionFinished(
        photo_id=message.photo.photo_id,
        stage="vision",
        model_version=deps.shelf.lineup.version,
        status="failed",
        reason=reason,
        attempts=attempts,
        finished_at=deps.now(),
    )
    await deps.bus.publish(failed, _end_id(failed))


def _end_id(finished: VisionFinished) -> str:
    return f"{finished.photo_id}:{finished.model_version}:{finished.status}:{finished.finished_at.isoformat()}"


AT_HAND = 32  # messages that wait at the gate at most; how many photos pass it at once is a setting
CONSUMERS = (ConsumerSpec(PhotoAdded, on_photo_added, concurrency=AT_HAND, on_dead=on_photo_dead),)
