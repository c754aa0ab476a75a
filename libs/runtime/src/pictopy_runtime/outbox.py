"""Messages written in the transaction of the change they tell of, and published after it.

The relay deletes what it claims with SKIP LOCKED, publishes, then commits: a crash in between publishes once
more under the same message id, which the stream drops. A cursor (`id > last`) would lose late commits for ever.
"""

import asyncio
import logging

from pictopy_contracts.messages import Message
from pictopy_runtime.bus import Bus
from pictopy_runtime.database import Connection, Database, PostgresDatabase
from pictopy_runtime.errors import Transient

log = logging.getLogger(__name__)
BATCH = 200
POLL_S = 1.0


async def add(connection: Connection, message: Message, msg_id: str) -> None:
    """Publish after this transaction commits. `msg_id` names the fact: the same fact, the same id."""
    await connection.execute(
        "INSERT INTO outbox (msg_id, subject, payload) VALUES (%s, %s, %s)",
        (msg_id, message.SUBJECT, message.model_dump_json()),
    )
    await connection.execute("SELECT pg_notify('outbox_' || current_schema(), '')")


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


async def relay(database: PostgresDatabase, bus: Bus, schema: str) -> None:
    """Publish for ever: woken by NOTIFY, and each second as a net."""
    wake = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_listen(database, f"outbox_{schema}", wake))
        while True:
            await _relay_all(database, bus)
            wake.clear()
            try:
                async with asyncio.timeout(POLL_S):
                    await wake.wait()
            except TimeoutError:
                continue


async def _relay_all(database: Database, bus: Bus) -> None:
    try:
        while await relay_once(database, bus) == BATCH:
            pass
    except Transient as error:
        log.warning("the outbox waits: %s", error)


async def _listen(database: PostgresDatabase, channel: str, wake: asyncio.Event) -> None:
    while True:
        try:
            await database.listen(channel, wake)
        except Transient as error:
            log.warning("not listening: %s", error)
        await asyncio.sleep(POLL_S)
