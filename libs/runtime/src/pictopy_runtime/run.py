"""A service is its HTTP app, its consumers, its loops and its outbox in one task group; `run` is its whole main.

SIGTERM or SIGINT: no new work is fetched, what is in hand is finished, exit code 0. A crash of any part ends
the process with 1, so that whoever started it starts it again.
"""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

import httpx
import uvicorn
from fastapi import APIRouter

from pictopy_runtime import outbox
from pictopy_runtime.bus import Bus, NatsBus, connect
from pictopy_runtime.consume import Consumer, ConsumerSpec
from pictopy_runtime.database import Database, PostgresDatabase, migrate
from pictopy_runtime.errors import Transient
from pictopy_runtime.health import Check, Progress
from pictopy_runtime.http import Web, make_app
from pictopy_runtime.logs import configure
from pictopy_runtime.settings import BaseServiceSettings
from pictopy_runtime.workers import Workers

log = logging.getLogger(__name__)
S = TypeVar("S", bound=BaseServiceSettings)
D = TypeVar("D")

DRAIN_S = 20.0
LOOP_PAUSE_S = 2.0


@dataclass(frozen=True)
class Kit:
    """What `run` opened for the service to build its Deps from."""

    name: str
    bus: Bus
    http: httpx.AsyncClient
    """Sends our bearer token: for other PictoPy services only."""
    workers: Workers
    database: PostgresDatabase | None
    checks: list[Check] = field(default_factory=list)

    @property
    def db(self) -> Database:
        if self.database is None:
            raise RuntimeError(f"{self.name} declares no migrations, so it has no database")
        return self.database

    def add_check(self, name: str, ping: Callable[[], Awaitable[None]]) -> None:
        self.checks.append(Check(name, ping))


@dataclass(frozen=True)
class Service(Generic[S, D]):
    """All that tells one service from another."""

    name: str
    settings: type[S]
    open_deps: Callable[[S, Kit, AsyncExitStack], Awaitable[D]]
    routers: tuple[APIRouter, ...] = ()
    consumers: tuple[ConsumerSpec[Any, D], ...] = ()
    loops: tuple[Callable[[D], Awaitable[None]], ...] = ()
    backlog: Callable[[D], Awaitable[dict[str, int]]] | None = None
    migrations: Path | None = None


def run(service: Service[Any, Any]) -> NoReturn:
    """The process of one service, from settings to exit code."""
    settings = service.settings()
    configure(service.name, settings.log_level)
    try:
        asyncio.run(_serve(service, settings))
    except Exception:
        log.exception("%s ends after an error", service.name)
        sys.exit(1)
    sys.exit(0)


async def _serve(service: Service[S, D], settings: S) -> None:
    async with AsyncExitStack() as stack:
        nats_token = settings.nats_token.get_secret_value() if settings.nats_token else None
        bus = await connect(settings.nats_url, service.name, nats_token, settings.startup_wait_s)
        stack.push_async_callback(bus.close)
        kit = await _open_kit(service, settings, bus, stack)
        for owner in (service.name, "dead"):
            await bus.declare_stream(owner)
        deps = await service.open_deps(settings, kit, stack)
        await _work(service, settings, kit, bus, deps)


async def _open_kit(service: Service[S, D], settings: S, bus: NatsBus, stack: AsyncExitStack) -> Kit:
    workers = Workers(settings.threads)
    stack.callback(workers.close)
    token = settings.token.get_secret_value()
    client = httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30)
    await stack.enter_async_context(client)
    database = await _open_database(service, settings, stack) if service.migrations else None
    kit = Kit(service.name, bus, client, workers, database)
    kit.add_check("nats", bus.ping)
    if database:
        kit.add_check("postgres", database.ping)
    return kit


async def _open_database(service: Service[S, D], settings: S, stack: AsyncExitStack) -> PostgresDatabase:
    if settings.postgres_dsn is None or service.migrations is None:
        raise RuntimeError(f"set {service.name.upper()}_POSTGRES_DSN")
    database = PostgresDatabase(settings.postgres_dsn.get_secret_value(), service.name)
    stack.push_async_callback(database.close)
    await database.open(settings.startup_wait_s)
    async with database.transaction() as connection:
        await migrate(connection, service.name, service.migrations)
    return database


async def _work(service: Service[S, D], settings: S, kit: Kit, bus: NatsBus, deps: D) -> None:
    stopping = _stop_on_signal()
    consumers = [Consumer(service.name, spec, bus, deps) for spec in service.consumers if not settings.is_quiet]
    backlog = service.backlog
    progress = Progress(consumers, kit.database, (lambda: backlog(deps)) if backlog else None)
    server = _http_server(service, settings, kit, deps, progress)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve())
        drained = [group.create_task(consumer.run(stopping)) for consumer in consumers]
        endless = [group.create_task(_for_ever(partial(loop, deps))) for loop in service.loops if not settings.is_quiet]
        if kit.database:
            relay = outbox.Relay(kit.database, kit.bus, service.name)
            endless += [group.create_task(_for_ever(loop)) for loop in (relay.publish, relay.listen)]
        await stopping.wait()
        log.info("%s stops", service.name)
        if drained:
            await asyncio.wait(drained, timeout=DRAIN_S)
        for task in (*drained, *endless):
            task.cancel()
        server.should_exit = True
        await serving


def _stop_on_signal() -> asyncio.Event:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


def _http_server(service: Service[S, D], settings: S, kit: Kit, deps: D, progress: Progress) -> "_Server":
    token = settings.token.get_secret_value()
    app = make_app(Web(service.name, token, deps, service.routers, kit.checks, progress))
    quiet: dict[str, Any] = {"log_config": None, "access_log": False, "lifespan": "off"}
    return _Server(uvicorn.Config(app, settings.host, settings.port, timeout_graceful_shutdown=5, **quiet))


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: uvicorn would raise SIGTERM again at its end, before the loops have drained."""
        yield


async def _for_ever(loop: Callable[[], Awaitable[None]]) -> None:
    """A loop may lose a neighbour and start over; any other end of it ends the service."""
    while True:
        try:
            await loop()
        except Transient as error:
            log.warning("%r starts over: %s", loop, error)
            await asyncio.sleep(LOOP_PAUSE_S)
        else:
            raise RuntimeError(f"{loop!r} ended")
