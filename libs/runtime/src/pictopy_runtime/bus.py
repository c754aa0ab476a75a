"""JetStream: streams declared by their owner, publishing with a message id that makes a retry harmless."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

import nats
import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from pictopy_contracts.messages import Message
from pictopy_contracts.registry import retry_subject
from pictopy_runtime.errors import Transient

log = logging.getLogger(__name__)
PUBLISH_TIMEOUT_S = 5.0
DUPLICATE_WINDOW_S = 600.0  # the server's default is 120 s; a relay may be down longer than that
NATS_ERRORS = (nats.errors.Error, JetStreamError, OSError, TimeoutError)
"""What a server that is away, slow or starting looks like."""


class Bus(Protocol):
    async def publish(self, message: Message, msg_id: str) -> None:
        """Returns once the stream has stored the message. Raises Transient when it cannot now."""
        ...

    async def publish_raw(self, messages: Sequence[tuple[str, str, str]]) -> None:
        """Several of (subject, payload, msg_id), in order."""
        ...

    async def resend(self, subject: str, durable: str, payload: str, msg_id: str) -> None:
        """Hand a message once more to one consumer only."""
        ...

    async def ping(self) -> None: ...


class NatsBus:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.jetstream: JetStreamContext = client.jetstream(timeout=PUBLISH_TIMEOUT_S)

    async def publish(self, message: Message, msg_id: str) -> None:
        await self.publish_raw([(message.SUBJECT, message.model_dump_json(), msg_id)])

    async def publish_raw(self, messages: Sequence[tuple[str, str, str]]) -> None:
        try:
            for subject, payload, msg_id in messages:
                await self.jetstream.publish(subject, payload.encode(), headers={"Nats-Msg-Id": msg_id})
        except NATS_ERRORS as error:
            raise Transient(f"NATS: {error!r}") from error

    async def resend(self, subject: str, durable: str, payload: str, msg_id: str) -> None:
        await self.publish_raw([(retry_subject(subject, durable), payload, msg_id)])

    async def ping(self) -> None:
        if not self.client.is_connected:
            raise Transient("NATS is not connected")
        await self.client.flush(timeout=2)

    async def declare_stream(self, owner: str) -> None:
        """Idempotent. Only the owner calls it (and all may call it for `dead`); others wait for it."""
        name, subjects = owner.upper(), [f"{owner}.>"]
        try:
            await self.jetstream.stream_info(name)
        except NotFoundError:
            await self.jetstream.add_stream(name=name, subjects=subjects, duplicate_window=DUPLICATE_WINDOW_S)

    async def close(self) -> None:
        await self.client.close()
        await asyncio.sleep(0)  # the socket is closed in the next turn of the loop, which may be the last one


async def connect(url: str, name: str, token: str | None = None, wait_s: float = 60.0) -> NatsBus:
    """Connects, waiting for a server that is still starting; afterwards reconnects for ever by itself."""

    async def on_error(error: Exception) -> None:
        log.warning("NATS: %r", error)

    deadline = asyncio.get_running_loop().time() + wait_s
    while True:
        try:
            options = {"max_reconnect_attempts": -1, "reconnect_time_wait": 1}
            return NatsBus(await nats.connect(url, name=name, token=token, error_cb=on_error, **options))
        except NATS_ERRORS as error:
            if asyncio.get_running_loop().time() > deadline:
                raise Transient(f"no NATS at {url}: {error!r}") from error
            await asyncio.sleep(0.5)
