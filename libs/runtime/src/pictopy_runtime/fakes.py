"""In-memory twins of the shared ports, for handler tests without an engine."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

from pictopy_contracts.messages import Message
from pictopy_contracts.registry import all_messages, retry_subject
from pictopy_runtime.database import Connection


class FakeBus:
    """Keeps what was published, each message id once, as a stream does."""

    def __init__(self) -> None:
        self.published: list[Message] = []
        self.resent: list[tuple[str, str]] = []
        self._ids: set[str] = set()

    async def publish(self, message: Message, msg_id: str) -> None:
        if msg_id not in self._ids:
            self._ids.add(msg_id)
            self.published.append(message)

    async def publish_raw(self, messages: Sequence[tuple[str, str, str]]) -> None:
        for subject, payload, msg_id in messages:
            await self.publish(all_messages()[subject].model_validate_json(payload), msg_id)

    async def resend(self, subject: str, durable: str, payload: str, msg_id: str) -> None:
        if msg_id not in self._ids:
            self._ids.add(msg_id)
            self.resent.append((retry_subject(subject, durable), payload))

    async def ping(self) -> None: ...


class FakeDatabase:
    """Transactions on nothing, for handlers whose store is a fake too."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        yield cast(Connection, None)

    async def ping(self) -> None: ...


def __getattr__(name: str) -> object:
    import pictopy_vectors.fakes as moved

    return getattr(moved, name)
