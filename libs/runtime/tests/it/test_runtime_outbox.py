"""The outbox, against a real Postgres and a real nats-server."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import PhotoRemoved
from pictopy_runtime import outbox
from pictopy_runtime.bus import NatsBus
from pictopy_runtime.database import PostgresDatabase, migrate
from pictopy_runtime.errors import Transient
from pictopy_runtime.fakes import FakeBus
from pictopy_testing.database import RolledBackDatabase
from pictopy_testing.plugin import DatabaseFactory

pytestmark = pytest.mark.it


def removed(name: str) -> PhotoRemoved:
    return PhotoRemoved(photo_id=PhotoId(name), revision=1)


async def test_published_after_commit_and_once(database: DatabaseFactory, bus: NatsBus, tmp_path: Path) -> None:
    """What was added is in the stream once, in order, and the outbox is empty."""
    await bus.declare_stream("ingest")
    db = await database("sample", tmp_path)
    async with db.transaction() as connection:
        for name in ("a", "b", "a"):
            await outbox.add(connection, removed(name), f"{name}:1")
    assert await outbox.relay_once(db, bus) == 3
    assert await outbox.waiting(db) == 0
    info = await bus.jetstream.stream_info("INGEST")
    assert info.state.messages == 2
    first = await bus.jetstream.get_msg("INGEST", 1)
    assert PhotoRemoved.model_validate_json(first.data or b"").photo_id == "a"


async def test_a_rolled_back_change_tells_nobody(database: DatabaseFactory, tmp_path: Path) -> None:
    """No message leaves for a change that did not happen."""
    db = await database("sample", tmp_path)
    with pytest.raises(ValidationError):
        await _add_then_fail(db)
    assert await outbox.waiting(db) == 0


async def _add_then_fail(db: RolledBackDatabase) -> None:
    async with db.transaction() as connection:
        await outbox.add(connection, removed("a"), "a:1")
        PhotoRemoved.model_validate({})


class BrokenBus(FakeBus):
    async def publish_raw(self, messages: object) -> None:
        raise Transient("down")


async def test_a_failed_publish_keeps_the_message(database: DatabaseFactory, tmp_path: Path) -> None:
    """Messages wait in the outbox until the bus takes them."""
    db = await database("sample", tmp_path)
    async with db.transaction() as connection:
        await outbox.add(connection, removed("a"), "a:1")
    with pytest.raises(Transient):
        await outbox.relay_once(db, BrokenBus())
    assert await outbox.waiting(db) == 1
    good = FakeBus()
    await outbox.relay_once(db, good)
    assert good.published == [removed("a")]


async def test_inbox_knows_the_first_time(database: DatabaseFactory, tmp_path: Path) -> None:
    """The same message id is new once a durable."""
    db = await database("sample", tmp_path)
    async with db.transaction() as connection:
        assert await outbox.first_time(connection, "d", "1")
        assert not await outbox.first_time(connection, "d", "1")
        assert await outbox.first_time(connection, "e", "1")


async def test_an_older_program_refuses_a_newer_schema(database: DatabaseFactory, tmp_path: Path) -> None:
    """Migrations go forward only; a database from the future is left alone."""
    (tmp_path / "0001_init.sql").write_text("CREATE TABLE things (id int)")
    (tmp_path / "0002_more.sql").write_text("ALTER TABLE things ADD name text")
    db = await database("sample2", tmp_path)
    (tmp_path / "0002_more.sql").unlink()
    async with db.transaction() as connection:
        with pytest.raises(RuntimeError, match="newer than this program"):
            await migrate(connection, "sample2", tmp_path)


async def test_a_lost_server_is_transient(postgres_dsn: str) -> None:
    """The pool says so in our words, and lives on."""
    db = PostgresDatabase(postgres_dsn, "public")
    await db.open(10)
    await db.ping()
    with pytest.raises(Transient):
        async with db.transaction() as connection:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    await db.ping()
    await db.close()
