"""The in-memory twin of the bus, for handler tests without an engine."""

from collections.abc import Sequence

from pictopy_contracts.messages import Message
from pictopy_contracts.registry import all_messages, retry_subject


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
