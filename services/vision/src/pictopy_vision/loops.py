"""What the service does for ever beside its consumer."""

import asyncio
import logging
import time

from pictopy_contracts.messages import ModelsChanged
from pictopy_vision.deps import Deps
from pictopy_vision.memory import give_back

log = logging.getLogger(__name__)
IDLE_LOOK_S = 15.0


async def watch_shelf(deps: Deps) -> None:
    """See when a model container brings its files or takes them away."""
    while True:
        await asyncio.sleep(deps.other_models_look_s)
        deps.tell(await asyncio.to_thread(deps.shelf.refresh))


async def fetch_starter(deps: Deps) -> None:
    """The first pull, then nothing more."""
    await deps.starter.fetch()
    await asyncio.Event().wait()


async def announce_models(deps: Deps) -> None:
    """Tell the models in use at the start and at each change; what was not stored by NATS is told again."""
    await deps.starter.over()
    while True:
        await deps.news.wait()
        lineup = deps.shelf.lineup
        revision = time.time_ns()
        message = ModelsChanged(
            revision=revision, model_version=lineup.version, models=lineup.models, beside=lineup.beside_models
        )
        await deps.bus.publish(message, f"models:{revision}")
        if deps.shelf.lineup is lineup:  # else it changed while NATS stored the message: tell again
            deps.news.clear()
        log.info("models in use: %s (version %s)", ", ".join(sorted(set(lineup.models.values()))), lineup.version)


async def unload_idle_models(deps: Deps) -> None:
    """Give the memory of models back that nobody used for a while."""
    while True:
        await asyncio.sleep(min(IDLE_LOOK_S, deps.idle_unload_s))
        dropped = await asyncio.to_thread(deps.shelf.unload_idle, deps.idle_unload_s)
        if dropped:
            await asyncio.to_thread(give_back)
            log.info("unloaded after %.0f s without work: %s", deps.idle_unload_s, ", ".join(dropped))


async def watch_engine(deps: Deps) -> None:
    """Say which engine runs the models, and see when a server that should run them comes or goes."""
    engine = deps.shelf.engine
    log.info("models run on %s (%s). %s", engine.name, ", ".join(engine.providers), engine.why)
    while True:
        await asyncio.to_thread(engine.look)
        await asyncio.sleep(deps.engine_look_s)


async def backlog(deps: Deps) -> dict[str, int]:
    """Pulls count as work not yet done: photos may be waiting for them."""
    return {"pulls": max(deps.pulls.under_way, 0 if deps.starter.is_over else 1)}


LOOPS = (watch_shelf, fetch_starter, announce_models, unload_idle_models, watch_engine)
