"""A Postgres server on a unix socket only, in a folder that nobody else may enter."""

import hashlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from pictopy_engines.binaries import postgres_bin_dir
from pictopy_engines.child import Child, EngineError
from pictopy_engines.engine import Engine
from pictopy_engines.leftovers import clear_leftovers
from pictopy_engines.lock import DirLock
from pictopy_engines.unprivileged import as_user, private_dir, server_owner

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
POLL_S = 0.02
MAX_SOCKET_PATH_BYTES = 107  # sun_path of Linux less its ending zero
SOCKET_NAME = ".s.PGSQL.5432"
INITDB_OPTIONS = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "log_min_messages": "warning",
}
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresEngine(Engine):
    """One cluster in `data_dir`, made at the first start. Only who may enter its socket folder can connect.

    `fast` gives up durability; it is for tests.
    """

    name = "postgres"

    def __init__(
        self, data_dir: Path, socket_dir: Path | None = None, *, fast: bool = False, log: Path | None = None
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.socket_dir = short_socket_dir(socket_dir or self.data_dir.with_name("postgres-socket"))
        self.log = log or self.data_dir.with_name("postgres.log")
        self.child: Child | None = None
        self._lock: DirLock | None = None
        self._settings = SETTINGS | (FAST_SETTINGS if fast else {})

    def dsn(self, user: str = "postgres", database: str = "postgres") -> str:
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.socket_dir), safe='')}"

    def start(self) -> Child:
        """Returns when the server takes queries. Clears what a killed server left behind."""
        self._lock = self._lock or DirLock(self.data_dir)
        uid, gid = server_owner(self.data_dir)
        if not (self.data_dir / "PG_VERSION").exists():
            self._init(uid, gid)
        private_dir(self.socket_dir, uid, gid)
        clear_leftovers(self.data_dir, self.socket_dir / f"{SOCKET_NAME}.lock")
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        options.append(f"-cunix_socket_directories={self.socket_dir}")
        argv = [str(postgres_bin_dir() / "postgres"), "-D", str(self.data_dir), *options]
        self.child = Child.start("postgres", as_user(argv, uid, gid), log=self.log, death_signal="INT")
        self._wait_until_ready(self.child)
        return self.child

    def stop(self) -> None:
        """Fast shutdown: ends sessions, writes a checkpoint."""
        if self.child is not None:
            self.child.stop(signal.SIGINT, STOP_TIMEOUT_S)
            self.child = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def ensure_database(self, name: str) -> None:
        """A database that only its roles and the superuser may enter."""
        with self._superuser() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        with self._superuser(name) as connection:
            connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")

    def ensure_role_and_schema(self, database: str, service: str) -> str:
        """Role `pictopy_<service>`, which owns the schema `<service>` and may do nothing outside it; gives its name."""
        role = f"pictopy_{service}"
        names = {"role": sql.Identifier(role), "schema": sql.Identifier(service), "database": sql.Identifier(database)}
        with self._superuser(database) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {role} LOGIN").format(**names))
            for statement in (
                "GRANT CONNECT ON DATABASE {database} TO {role}",
                "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role}",
                "ALTER ROLE {role} IN DATABASE {database} SET search_path = {schema}",
            ):
                connection.execute(sql.SQL(statement).format(**names))
        return role

    @contextmanager
    def _superuser(self, database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.dsn("postgres", database), autocommit=True) as connection:
            yield connection

    def _init(self, uid: int, gid: int) -> None:
        """Makes the cluster beside its place and renames it, so that an interrupted initdb leaves nothing half done."""
        fresh = self.data_dir.with_name(f"{self.data_dir.name}.new")
        if fresh.exists():
            shutil.rmtree(fresh)
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise EngineError(f"{self.data_dir} is not empty and holds no Postgres cluster")
        private_dir(fresh, uid, gid)
        argv = [str(postgres_bin_dir() / "initdb"), "-D", str(fresh), *INITDB_OPTIONS]
        child = Child.start("initdb", as_user(argv, uid, gid), log=self.log)
        if child.wait(START_TIMEOUT_S) != 0:
            child.stop()
            raise child.failure("initdb failed")
        fresh.replace(self.data_dir)

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            child.require_alive()
            try:
                with self._superuser() as connection:
                    connection.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(POLL_S)
            else:
                return
        raise child.failure(f"postgres was not ready after {START_TIMEOUT_S:.0f} s")


def short_socket_dir(wanted: Path) -> Path:
    """`wanted`, or a short folder of its own where the socket's path would not fit into the kernel's 107 bytes."""
    if len(os.fsencode(wanted.absolute() / SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES:
        return wanted.absolute()
    root = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    digest = hashlib.blake2b(os.fsencode(wanted.absolute()), digest_size=6).hexdigest()
    return root / f"pictopy-{digest}"
