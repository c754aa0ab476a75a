"""Durable pull consumers that lose nothing and hide nothing.

A message is acked after its handler returned, retried later with a growing pause, and given up in public: its
dead letter is stored before it is terminated. The server's own `max_deliver` stays off, because it gives up
without telling anyone. Attempts are checked on entry too: a message that kills the process never reaches `except`.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from pictopy_contracts.messages import DeadLetter, Message
from pictopy_contracts.registry import photo_of, retry_subject, stream_of
from pictopy_runtime import metrics
from pictopy_runtime.bus import NATS_ERRORS, NatsBus
from pictopy_runtime.errors import Poison, Transient
from pictopy_runtime.logs import log_context

log = logging.getLogger(__name__)
M = TypeVar("M", bound=Message)
D = TypeVar("D")

FETCH_S = 5.0
STREAM_NOT_FOUND = 10059  # JetStream's error code


@dataclass(frozen=True)
class ConsumerSpec(Generic[M, D]):
    """One subscription. The durable is `<service>__<handler's name>` and must never be renamed: a new name
    reads everything again."""

    message: type[M]
    handler: Callable[[M, D], Awaitable[None]]
    concurrency: int = 1
    ack_wait_s: float = 30.0
    budget_s: float = 600.0
    """A handler that takes longer is cancelled and tried again."""
    max_attempts: int = 5
    retry_delays_s: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0)
    """Pause after the first failure, the second, ...; the last one for all that follow."""
    on_dead: Callable[[M, str, int, D], Awaitable[None]] | None = None
    """(message, reason, attempts, deps): what else to record when the message is given up."""

    def durable(self, service: str) -> str:
        return f"{service}__{self.handler.__name__}"

    def retry_delay_s(self, attempt: int) -> float:
        """With up to a quarter of jitter, so that a crowd does not return at once."""
        base = self.retry_delays_s[min(attempt, len(self.retry_delays_s)) - 1]
        return base * random.uniform(1.0, 1.25)  # noqa: S311  jitter, not a secret


class Consumer(Generic[M, D]):
    """Runs one ConsumerSpec until `stopping` is set."""

    def __init__(self, service: str, spec: ConsumerSpec[M, D], bus: NatsBus, deps: D) -> None:
        self.spec = spec
        self.durable = spec.durable(service)
        self.stream = stream_of(spec.message.SUBJECT)
        self._bus = bus
        self._deps = deps

    async def run(self, stopping: asyncio.Event) -> None:
        """Returns when stopped; raises when the durable vanished, so that a restart makes it anew."""
        if not await self._declare(stopping):
            return
        subscription = await self._bus.jetstream.pull_subscribe_bind(durable=self.durable, stream=self.stream)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.spec.concurrency):
                group.create_task(self._slot(subscription, stopping))

    async def pending(self) -> int:
        """Messages not settled: waiting, in work, pausing. A durable about to be declared counts as one."""
        try:
            info = await self._bus.jetstream.consumer_info(self.stream, self.durable)
        except NotFoundError as error:
            return 0 if error.err_code == STREAM_NOT_FOUND else 1
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    async def _declare(self, stopping: asyncio.Event) -> bool:
        """Create or update the durable; waits for the owner of the stream. False when stopped meanwhile."""
        subject = self.spec.message.SUBJECT
        config = ConsumerConfig(
            durable_name=self.durable,
            filter_subjects=[subject, retry_subject(subject, self.durable)],
            ack_wait=self.spec.ack_wait_s,
            max_deliver=-1,
            max_ack_pending=max(1000, self.spec.concurrency * 4),
        )
        while not stopping.is_set():
            try:
                await self._bus.jetstream.add_consumer(self.stream, config)
                return True
            except NATS_ERRORS as error:  # most often the owner of the stream has not started yet
                log.info("%s waits for the stream %s: %r", self.durable, self.stream, error)
            await asyncio.sleep(1.0)
        return False

    async def _slot(self, subscription: JetStreamContext.PullSubscription, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            message = await self._fetch(subscription, stopping)
            if message is not None:
                await self._settle(message)

    async def _fetch(self, subscription: JetStreamContext.PullSubscription, stopping: asyncio.Event) -> Msg | None:
        fetching = asyncio.ensure_future(subscription.fetch(1, timeout=FETCH_S))
        stopped = asyncio.ensure_future(stopping.wait())
        try:
            await asyncio.wait({fetching, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return (await fetching)[0] if fetching.done() else None
        except TimeoutError:
            return None
        except NATS_ERRORS as error:
            await self._check_durable(error)
            return None
        finally:
            for task in (fetching, stopped):
                task.cancel()

    async def _check_durable(self, error: Exception) -> None:
        """A server that is away comes back; a durable that is gone leaves us deaf, so that must be loud."""
        log.warning("%s cannot fetch: %r", self.durable, error)
        await asyncio.sleep(1.0)
        try:
            await self._bus.jetstream.consumer_info(self.stream, self.durable)
        except NotFoundError as gone:
            raise RuntimeError(f"the consumer {self.durable} was deleted") from gone
        except NATS_ERRORS:
            return

    async def _settle(self, raw: Msg) -> None:
        """The one place where messages are acked, retried or given up."""
        attempt = raw.metadata.num_delivered
        with log_context(subject=raw.subject, attempt=attempt), metrics.in_work.labels(self.durable).track_inprogress():
            try:
                outcome = await self._attempt(raw, attempt)
            except NATS_ERRORS as error:
                log.warning("%s: not settled, it will come again: %r", self.durable, error)
                outcome = "unsettled"
        metrics.handled.labels(self.durable, outcome).inc()

    async def _attempt(self, raw: Msg, attempt: int) -> str:
        message: M | None = None
        try:
            message = self._decode(raw)
            with log_context(photo_id=photo_of(message)):
                if attempt > self.spec.max_attempts:
                    raise Poison(f"it ended the process, or outlived its time, {attempt - 1} times")
                await self._handle(message, raw)
            await raw.ack_sync(timeout=5)
            return "done"
        except Poison as error:
            return await self._give_up(raw, message, str(error), attempt)
        except Exception as error:
            reason = str(error) or repr(error)
            if attempt >= self.spec.max_attempts:
                log.exception("%s gives up", self.durable)
                return await self._give_up(raw, message, reason, attempt)
            log.warning("%s will try again: %s", self.durable, reason, exc_info=not isinstance(error, Transient))
            await raw.nak(delay=self.spec.retry_delay_s(attempt))
            return "retried"

    def _decode(self, raw: Msg) -> M:
        try:
            return self.spec.message.model_validate_json(raw.data)
        except ValidationError as error:
            raise Poison(f"not a {self.spec.message.__name__}: {error}") from error

    async def _handle(self, message: M, raw: Msg) -> None:
        heartbeat = asyncio.create_task(self._heartbeat(raw))
        try:
            with metrics.handling_s.labels(self.durable).time():
                async with asyncio.timeout(self.spec.budget_s):
                    await self.spec.handler(message, self._deps)
        except TimeoutError as error:
            raise Transient(f"took longer than {self.spec.budget_s:.0f} s") from error
        finally:
            heartbeat.cancel()

    async def _heartbeat(self, raw: Msg) -> None:
        while True:
            await asyncio.sleep(self.spec.ack_wait_s / 3)
            await raw.in_progress()

    async def _give_up(self, raw: Msg, message: M | None, reason: str, attempts: int) -> str:
        """Record, then terminate. If recording fails the message stays and comes again."""
        try:
            if message is not None and self.spec.on_dead is not None:
                await self.spec.on_dead(message, reason, attempts, self._deps)
            await self._bus.publish(*self._dead_letter(raw, message, reason, attempts))
        except Exception as error:  # noqa: BLE001  one of the two places: nothing may escape unsettled
            log.warning("%s: the dead letter could not be written: %r", self.durable, error)
            await raw.nak(delay=self.spec.retry_delay_s(attempts))
            return "retried"
        await raw.term()
        log.error("%s gave up after %d attempts: %s", self.durable, attempts, reason)
        return "dead"

    def _dead_letter(self, raw: Msg, message: M | None, reason: str, attempts: int) -> tuple[DeadLetter, str]:
        dead_id = f"{self.durable}:{self.stream}:{raw.metadata.sequence.stream}"
        letter = DeadLetter(
            dead_id=dead_id,
            durable=self.durable,
            subject=self.spec.message.SUBJECT,
            payload=raw.data.decode("utf-8", "replace"),
            photo_id=photo_of(message) if message is not None else None,
            reason=reason[:2000],
            attempts=attempts,
            died_at=datetime.now(UTC),
        )
        return letter, dead_id
