"""A real tritonserver for tests, where deploy/local/triton.sh put one; it can be killed and started again."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from pictopy_engines.child import Child
from pictopy_engines.ports import free_port

FOLDER = Path(os.environ.get("PICTOPY_TRITON", Path(sys.prefix) / "triton"))
START_S = 60.0


class TritonServer:
    """Serves the model repository `models` at `url`; a context manager. It ends with the thread that started it."""

    def __init__(self, models: Path, log: Path) -> None:
        if not (FOLDER / ".done").is_file():
            pytest.skip("needs a tritonserver: deploy/local/triton.sh installs one where it can")
        self._models = models
        self._log = log
        self._port = free_port()
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self._port}"

    def __enter__(self) -> "TritonServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when its gRPC port answers; models are loaded by then."""
        server = FOLDER / "pytriton" / "tritonserver"
        argv = [str(server / "bin" / "tritonserver"), "--model-repository", str(self._models)]
        argv += ["--backend-directory", str(server / "backends"), "--disable-auto-complete-config"]
        argv += ["--allow-http", "false", "--allow-metrics", "false", "--strict-readiness", "true"]
        argv += ["--grpc-address", "127.0.0.1", "--grpc-port", str(self._port)]
        environment = {  # its embedded Python must find Debian's own, not the one of this environment
            "PATH": "/usr/bin:/bin",
            "HOME": str(self._log.parent),
            "PYTHONPATH": str(FOLDER),
            "LD_LIBRARY_PATH": str(FOLDER / "nvidia_pytriton.libs"),
            "OMP_NUM_THREADS": "1",
        }
        self._child = Child.start("tritonserver", argv, log=self._log, env=environment, death_signal="KILL")
        self._wait()

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        if self._child is not None:
            self._child.sweep()
            self._child.stop(signal.SIGKILL)
            self._child = None

    def freeze(self) -> None:
        """It holds its connections and answers no more, as a box that went to sleep."""
        if self._child is not None:
            os.killpg(self._child.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if self._child is not None:
            os.killpg(self._child.pid, signal.SIGCONT)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while self._child is not None:
            self._child.require_alive()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            if time.monotonic() > deadline:
                raise self._child.failure("tritonserver did not start")
            time.sleep(0.05)
