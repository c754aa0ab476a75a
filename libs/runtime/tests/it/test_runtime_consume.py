"""What a consumer promises, against a real nats-server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import DeadLetter, Message, PhotoRemoved
from pictopy_runtime.bus import NatsBus
from pictopy_runtime.consume import Consumer, ConsumerSpec
from pictopy_runtime.errors import Poison, Transient

pytestmark = pytest.mark.it
SOON = (0.05,)


class Job(Message):
    SUBJECT: ClassVar[str] = "ingest.test.asked.v1"
    photo_id: PhotoId
    count: int = 0


@pytest.fixture(autouse=True)
async def streams(bus: NatsBus) -> None:
    for owner in ("ingest", "dead"):
        await bus.declare_stream(owner)


@asynccontextmanager
async def running(spec: ConsumerSpec[Job, None], bus: NatsBus) -> AsyncIterator[Consumer[Job, None]]:
    consumer = Consumer("test", spec, bus, None)
    stopping = asyncio.Event()
    task = asyncio.create_task(consumer.run(stopping))
    yield consumer
    stopping.set()
    await asyncio.wait_for(task, 10)


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]], timeout_s: float = 10) -> None:
    async with asyncio.timeout(timeout_s):
        while True:
            answer = condition()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.02)


async def dead_letters(bus: NatsBus) -> list[DeadLetter]:
    info = await bus.jetstream.stream_info("DEAD")
    found = [await bus.jetstream.get_msg("DEAD", seq) for seq in range(1, info.state.last_seq + 1)]
    return [DeadLetter.model_validate_json(message.data or b"") for message in found]


def job(name: str) -> Job:
    return Job(photo_id=PhotoId(name))


async def test_done_messages_are_acked_once(bus: NatsBus) -> None:
    """Each message is handled once and nothing is left pending."""
    seen: list[str] = []

    async def on_job(message: Job, _: None) -> None:
        seen.append(message.photo_id)

    async with running(ConsumerSpec(Job, on_job, retry_delays_s=SOON), bus) as consumer:
        for n in range(20):
            await bus.publish(job(f"p{n}"), f"id{n}")
            await bus.publish(job(f"p{n}"), f"id{n}")
        await until(lambda: len(seen) == 20)
        await until(lambda: _settled(consumer))
    assert sorted(seen) == sorted({f"p{n}" for n in range(20)})


async def _settled(consumer: Consumer[Job, None]) -> bool:
    return await consumer.pending() == 0


async def test_transient_is_tried_again(bus: NatsBus) -> None:
    """A failure that passes costs nothing but time."""
    attempts: list[str] = []

    async def on_job(message: Job, _: None) -> None:
        attempts.append(message.photo_id)
        if len(attempts) < 3:
            raise Transient("not yet")

    async with running(ConsumerSpec(Job, on_job, retry_delays_s=SOON), bus) as consumer:
        await bus.publish(job("p"), "1")
        await until(lambda: len(attempts) == 3)
        await until(lambda: _settled(consumer))
    assert await dead_letters(bus) == []


async def test_exhausted_attempts_become_a_dead_letter(bus: NatsBus) -> None:
    """After the last attempt the letter holds the whole message, the reason and the count, and others go on."""
    told: list[tuple[str, int]] = []
    done: list[str] = []

    async def on_job(message: Job, _: None) -> None:
        if message.photo_id == "bad":
            raise ValueError("no such luck")
        done.append(message.photo_id)

    async def on_dead(message: Job, reason: str, attempts: int, _: None) -> None:
        told.append((reason, attempts))

    async with running(
        ConsumerSpec(Job, on_job, retry_delays_s=SOON, max_attempts=3, on_dead=on_dead), bus
    ) as consumer:
        await bus.publish(job("bad"), "1")
        await bus.publish(job("good"), "2")
        await until(lambda: bool(told))
        await until(lambda: _settled(consumer))
    [letter] = await dead_letters(bus)
    assert (letter.durable, letter.photo_id, letter.reason, letter.attempts) == (
        "test__on_job",
        "bad",
        "no such luck",
        3,
    )
    assert Job.model_validate_json(letter.payload) == job("bad")
    assert told == [("no such luck", 3)]
    assert done == ["good"]


async def test_poison_is_not_tried_again(bus: NatsBus) -> None:
    """What can never work is given up at the first attempt."""
    calls: list[str] = []

    async def on_job(message: Job, _: None) -> None:
        calls.append(message.photo_id)
        raise Poison("hopeless")

    async with running(ConsumerSpec(Job, on_job, retry_delays_s=SOON), bus) as consumer:
        await bus.publish(job("p"), "1")
        await until(lambda: bool(calls))
        await until(lambda: _settled(consumer))
    assert len(calls) == 1
    assert [letter.reason for letter in await dead_letters(bus)] == ["hopeless"]


async def test_undecodable_message_is_a_dead_letter(bus: NatsBus) -> None:
    """A message of the wrong shape does not block those behind it."""
    seen: list[str] = []

    async def on_job(message: Job, _: None) -> None:
        seen.append(message.photo_id)

    async with running(ConsumerSpec(Job, on_job, retry_delays_s=SOON), bus) as consumer:
        await bus.publish_raw([(Job.SUBJECT, '{"photo": 3}', "1")])
        await bus.publish(job("p"), "2")
        await until(lambda: seen == ["p"])
        await until(lambda: _settled(consumer))
    [letter] = await dead_letters(bus)
    assert letter.reason.startswith("not a Job")


async def test_a_message_that_ends_the_process_is_given_up_on_entry(bus: NatsBus) -> None:
    """Deliveries that never came back count, so that a killer does not kill every new worker."""
    spec = ConsumerSpec(Job, _never_called, ack_wait_s=0.2, max_attempts=2)
    consumer = Consumer("test", spec, bus, None)
    assert await consumer._declare(asyncio.Event())
    await bus.publish(job("killer"), "1")
    subscription = await bus.jetstream.pull_subscribe_bind(durable=consumer.durable, stream="INGEST")
    for _ in range(2):
        await subscription.fetch(1, timeout=5)
        await asyncio.sleep(0.3)
    async with running(spec, bus):
        await until(lambda: _has_dead(bus))
    [letter] = await dead_letters(bus)
    assert "2 times" in letter.reason


async def _never_called(message: Job, _: None) -> None:
    raise AssertionError("the killer was handled again")


async def _has_dead(bus: NatsBus) -> bool:
    return bool(await dead_letters(bus))


async def test_slow_work_is_started_once(bus: NatsBus) -> None:
    """The heartbeat keeps a long job from being handed out twice."""
    starts: list[float] = []

    async def on_job(message: Job, _: None) -> None:
        starts.append(asyncio.get_running_loop().time())
        await asyncio.sleep(1.5)

    async with running(ConsumerSpec(Job, on_job, retry_delays_s=SOON, concurrency=2, ack_wait_s=0.4), bus) as consumer:
        await bus.publish(job("p"), "1")
        await until(lambda: bool(starts))
        await until(lambda: _settled(consumer))
    assert len(starts) == 1


async def test_work_over_budget_is_cancelled_and_retried(bus: NatsBus) -> None:
    """A handler that hangs frees its slot and says why."""

    async def on_job(message: Job, _: None) -> None:
        await asyncio.sleep(60)

    async with running(ConsumerSpec(Job, on_job, retry_delays_s=SOON, budget_s=0.1, max_attempts=2), bus):
        await bus.publish(job("p"), "1")
        await until(lambda: _has_dead(bus))
    [letter] = await dead_letters(bus)
    assert "longer than" in letter.reason


async def test_resend_reaches_one_consumer(bus: NatsBus) -> None:
    """A retry is for the consumer that failed; the others do not see the message again."""
    seen: dict[str, int] = {"one": 0, "two": 0}

    async def on_one(message: Job, _: None) -> None:
        seen["one"] += 1

    async def on_two(message: Job, _: None) -> None:
        seen["two"] += 1

    async with running(ConsumerSpec(Job, on_one), bus), running(ConsumerSpec(Job, on_two), bus):
        await bus.publish(job("p"), "1")
        await bus.resend(Job.SUBJECT, "test__on_two", job("p").model_dump_json(), "again")
        await until(lambda: seen["two"] == 2)
    assert seen == {"one": 1, "two": 2}


async def test_a_deleted_durable_is_loud(bus: NatsBus) -> None:
    """A consumer that would be deaf ends its process instead."""
    consumer = Consumer("test", ConsumerSpec(Job, _never_called), bus, None)
    task = asyncio.create_task(consumer.run(asyncio.Event()))
    await until(lambda: _exists(bus))
    await asyncio.sleep(0.2)
    await bus.jetstream.delete_consumer("INGEST", "test___never_called")
    with pytest.raises(ExceptionGroup):
        await asyncio.wait_for(task, 20)


async def _exists(bus: NatsBus) -> bool:
    return "test___never_called" in {info.name for info in await bus.jetstream.consumers_info("INGEST")}


async def test_a_consumer_waits_for_a_stream_that_is_not_there_yet(bus: NatsBus) -> None:
    """A service starts before its neighbour and catches up when the neighbour comes."""
    await bus.jetstream.delete_stream("INGEST")
    seen: list[str] = []

    async def on_removed(message: PhotoRemoved, _: None) -> None:
        seen.append(message.photo_id)

    consumer = Consumer("test", ConsumerSpec(PhotoRemoved, on_removed), bus, None)
    stopping = asyncio.Event()
    task = asyncio.create_task(consumer.run(stopping))
    await asyncio.sleep(0.3)
    await bus.declare_stream("ingest")
    await bus.publish(PhotoRemoved(photo_id=PhotoId("p"), revision=1), "1")
    await until(lambda: seen == ["p"])
    stopping.set()
    await task
