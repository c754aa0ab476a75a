"""The real servers: start, rights, kill -9, restart."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from pictopy_engines import EngineError, NatsEngine, PostgresEngine
from pictopy_engines.nats import server_info

pytestmark = pytest.mark.it

LAUNCHER = """
import os, sys
from pathlib import Path
from pictopy_engines import NatsEngine, PostgresEngine
base = Path(sys.argv[1])
with PostgresEngine(base / "postgres", fast=True) as postgres, NatsEngine(base / "nats") as nats:
    print(postgres.child.pid, nats.child.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_a_role_is_kept_to_its_schema(tmp_path: Path) -> None:
    """A service's role writes in its own schema and can neither read nor write another's."""
    with PostgresEngine(tmp_path / "postgres", fast=True) as engine:
        for _ in range(2):  # also when all is there already
            engine.ensure_database("pictopy")
            for service in ("ingest", "cluster"):
                engine.ensure_role_and_schema("pictopy", service)
        with psycopg.connect(engine.dsn("pictopy_ingest", "pictopy"), autocommit=True) as ingest:
            ingest.execute("CREATE TABLE photos (id int)")
            assert ingest.execute("SELECT to_regclass('ingest.photos') IS NOT NULL").fetchone() == (True,)
        with psycopg.connect(engine.dsn("pictopy_cluster", "pictopy"), autocommit=True) as cluster:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                cluster.execute("SELECT * FROM ingest.photos")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                cluster.execute("CREATE TABLE public.stray (id int)")


def test_a_killed_server_starts_again_with_its_rows(tmp_path: Path) -> None:
    """`kill -9` of Postgres loses no committed row and never keeps it from starting."""
    engine = PostgresEngine(tmp_path / "postgres")
    engine.start()
    with psycopg.connect(engine.dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS a")
    assert engine.child is not None
    os.kill(engine.child.pid, signal.SIGKILL)
    engine.child.wait(10)
    try:
        engine.start()
        with psycopg.connect(engine.dsn()) as connection:
            assert connection.execute("SELECT a FROM kept").fetchone() == (1,)
    finally:
        engine.stop()


def test_a_pid_file_with_a_foreign_pid_is_stale(tmp_path: Path) -> None:
    """A lock file that names a process which is no Postgres of ours does not stop the start."""
    with PostgresEngine(tmp_path / "postgres", fast=True) as engine:
        lock = (engine.data_dir / "postmaster.pid").read_text().splitlines()
    lock[0] = str(os.getpid())
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join(lock))
    with PostgresEngine(tmp_path / "postgres", fast=True) as engine:
        assert engine.child is not None


def test_servers_die_with_a_killed_launcher(tmp_path: Path) -> None:
    """`kill -9` of the starter takes the servers along, and the next starter finds the data usable."""
    run = subprocess.run([sys.executable, "-c", LAUNCHER, str(tmp_path)], capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr
    with PostgresEngine(tmp_path / "postgres", fast=True), NatsEngine(tmp_path / "nats") as nats:
        assert nats.child is not None
        assert str(nats.child.pid) not in run.stdout.split()


def test_two_engines_never_share_data(tmp_path: Path) -> None:
    """While one engine runs on a folder, a second is refused and the first lives on."""
    with PostgresEngine(tmp_path / "postgres", fast=True) as first:
        with pytest.raises(EngineError, match="another process"):
            PostgresEngine(tmp_path / "postgres", fast=True).start()
        assert first.child is not None
        assert first.child.exit_code is None


def test_a_deep_folder_works(tmp_path: Path) -> None:
    """A data folder deeper than a unix socket's path may be is no trouble."""
    with PostgresEngine(tmp_path / ("deep" * 25) / "postgres", fast=True) as engine, psycopg.connect(engine.dsn()) as c:
        assert c.execute("SELECT 1").fetchone() == (1,)


def test_nats_keeps_its_port_over_a_restart(tmp_path: Path) -> None:
    """Who knows the address of a NATS that was killed finds it there again."""
    engine = NatsEngine(tmp_path / "nats", token="secret")
    try:
        child, url = engine.start(), engine.url
        os.kill(child.pid, signal.SIGKILL)
        child.wait(10)
        engine.start()
        assert engine.url == url
        assert server_info(engine.port)["auth_required"] is True
    finally:
        engine.stop()
