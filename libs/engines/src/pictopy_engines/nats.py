"""A NATS server with JetStream on 127.0.0.1."""

import json
import re
import signal
import socket
import time
from pathlib import Path
from typing import Any

from pictopy_engines.binaries import nats_server
from pictopy_engines.child import Child
from pictopy_engines.engine import Engine
from pictopy_engines.ports import LOOPBACK, free_port

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.02


class NatsEngine(Engine):
    """JetStream with a file store in `store_dir`. A `token` keeps other users of the machine out."""

    name = "nats"

    def __init__(
        self,
        store_dir: Path,
        port: int = 0,
        *,
        token: str | None = None,
        max_payload_bytes: int = 1 << 20,
        sync_interval: str = "2s",
        log: Path | None = None,
    ) -> None:
        self.store_dir = store_dir
        self.port = port
        self.token = token
        self.log = log or store_dir / "nats.log"
        self.child: Child | None = None
        self._max_payload_bytes = max_payload_bytes
        self._sync_interval = sync_interval

    @property
    def url(self) -> str:
        """Without the token, which must not stand in logs."""
        return f"nats://{LOOPBACK}:{self.port}"

    def start(self) -> Child:
        """Returns when JetStream answers. A second start of the same engine keeps its port."""
        self.port = self.port or free_port()
        self.store_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = self.store_dir / "nats.conf"
        config.touch(mode=0o600)
        config.write_text(self._config(), encoding="utf-8")
        self.child = Child.start("nats", [str(nats_server()), "-c", str(config)], log=self.log)
        self._wait_until_ready(self.child)
        return self.child

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(signal.SIGTERM, STOP_TIMEOUT_S)
            self.child = None

    def _config(self) -> str:
        """NATS reads JSON as its own configuration format."""
        settings: dict[str, Any] = {
            "listen": f"{LOOPBACK}:{self.port}",
            "max_payload": self._max_payload_bytes,
            "jetstream": {"store_dir": str(self.store_dir), "sync_interval": self._sync_interval},
        }
        if self.token:
            settings["authorization"] = {"token": self.token}
        return json.dumps(settings, indent=1)

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            child.require_alive()
            if server_info(self.port).get("jetstream"):
                return
            time.sleep(POLL_S)
        raise child.failure(f"nats was not ready after {START_TIMEOUT_S:.0f} s")


def server_info(port: int) -> dict[str, Any]:
    """What a NATS server says first to whoever connects; empty where none listens."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1.0) as connection:
            line = connection.makefile("rb").readline()
    except OSError:
        return {}
    greeting = re.match(rb"INFO (\{.*\})", line)
    return dict(json.loads(greeting[1])) if greeting else {}
