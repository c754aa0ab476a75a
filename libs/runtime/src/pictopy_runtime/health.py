"""Whether a service can do its work, and how much of it is left."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pictopy_runtime import outbox
from pictopy_runtime.consume import Consumer
from pictopy_runtime.database import Database
from pictopy_runtime.errors import Transient

PING_TIMEOUT_S = 3.0


class Check(NamedTuple):
    """A dependency and how to ask it: `ping` raises when it is not well."""

    name: str
    ping: Callable[[], Awaitable[None]]


async def failing(checks: list[Check]) -> dict[str, str]:
    """Name to reason of each dependency that is not well; all are asked at once."""

    async def ask(check: Check) -> tuple[str, str] | None:
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                await check.ping()
        except (Transient, OSError, TimeoutError) as error:
            return check.name, str(error) or repr(error)
        return None

    answers = await asyncio.gather(*(ask(check) for check in checks))
    return dict(answer for answer in answers if answer)


@dataclass
class Progress:
    """What a service still has to do. Everything empty means settled."""

    consumers: list[Consumer[Any, Any]] = field(default_factory=list)
    database: Database | None = None
    backlog: Callable[[], Awaitable[dict[str, int]]] | None = None

    async def read(self) -> dict[str, Any]:
        pending = {consumer.durable: await consumer.pending() for consumer in self.consumers}
        unsent = await outbox.waiting(self.database) if self.database else 0
        backlog = await self.backlog() if self.backlog else {}
        settled = not unsent and not any(pending.values()) and not any(backlog.values())
        return {"pending": pending, "outbox": unsent, "backlog": backlog, "settled": settled}
