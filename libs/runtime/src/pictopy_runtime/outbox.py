"""Messages written in the transaction of the change they tell of, and published after it.

The relay deletes what it claims with SKIP LOCKED, publishes, then commits: a crash in between publishes once
more under the same message id, which the stream drops. A cursor (`id > last`) would lose late commits for ever.
"""

import asyncio
import contextlib

from pictopy_contracts.messages import Message
from pictopy_runtime.bus import Bus
from pictopy_runtime.database import Connection, Database, PostgresDatabase
from pictopy_runtime.errors import Transient

BATCH = 200
POLL_S = 1.0


async def add(connection: Connection, message: Message, msg_id: str) -> None:
    """Publish after this transaction commits. `msg_id` names the fact: the same fact, the same id."""
    await connection.execute(
        "INSERT INTO outbox (msg_id, subject, payload) VALUES (%s, %s, %s)",
        (msg_id, message.SUBJECT, message.model_dump_json()),
    )
    await connection.execute("SELECT pg_notify('outbox_' || current_schema(), '')")


async def first_time(connection: Connection, durable: str, msg_id: str) -> bool:
    """The inbox, for handlers whose effect has no natural key: False when the effect is in the database already."""
    cursor = await connection.execute(
        "INSERT INTO inbox (durable, msg_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (durable, msg_id)
    )
    return cursor.rowcount == 1


async def waiting(database: Database) -> int:
    """How many messages are not published yet."""
    async with database.transaction() as connection:
        row = await (await connection.execute("SELECT count(*) AS n FROM outbox")).fetchone()
    return int(row["n"]) if row else 0


async def relay_once(database: Database, bus: Bus) -> int:
    """Publish up to one batch in order; returns how many."""
    async with database.transaction() as connection:
        claimed = await connection.execute(
            "WITH claimed AS (DELETE FROM outbox WHERE id IN"
            " (SELECT id FROM outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING *)"
            " SELECT * FROM claimed ORDER BY id",
            (BATCH,),
        )
        rows = await claimed.fetchall()
        await bus.publish_raw([(row["subject"], row["payload"], row["msg_id"]) for row in rows])
    return len(rows)


class Relay:
    """Two loops that run for ever: publish when woken, and each second as a net; wake on NOTIFY."""

    def __init__(self, database: PostgresDatabase, bus: Bus, schema: str) -> None:
        self._database, self._bus, self._channel = database, bus, f"outbox_{schema}"
        self._wake = asyncio.Event()

    async def publish(self) -> None:
        while True:
            while await relay_once(self._database, self._bus) == BATCH:
                pass
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_S)

    async def listen(self) -> None:
        await self._database.listen(self._channel, self._wake)
        raise Transient("the connection that listens has ended")
