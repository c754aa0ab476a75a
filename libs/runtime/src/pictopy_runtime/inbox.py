"""For consumers whose effect has no natural key: remember, in the same transaction, what was done."""

from pictopy_runtime.database import Connection


async def first_time(connection: Connection, durable: str, msg_id: str) -> bool:
    """False when this message's effects are in the database already."""
    cursor = await connection.execute(
        "INSERT INTO inbox (durable, msg_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (durable, msg_id)
    )
    return cursor.rowcount == 1
