"""The whole stack as a user runs it: the command `pictopy` in a process of its own, on a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from pictopy_testing.shared import ROOT

COMMAND = [sys.executable, "-m", "pictopy_local"]
READY_S = 120.0
SETTLE_S = 150.0
STOP_S = 90.0


class Stack:
    """A data folder and the commands on it. Any free ports; the shared models where this machine has them."""

    def __init__(self, data: Path, **env: str) -> None:
        self.data = data
        models = ROOT / "models"
        mirror = models if models.is_dir() else data.parent / "no-models"
        mirror.mkdir(parents=True, exist_ok=True)
        self.env = {**os.environ, "PICTOPY_FIRST_PORT": "0", "PICTOPY_MODELS_MIRROR": str(mirror), **env}

    def command(self, *arguments: str, timeout_s: float = SETTLE_S) -> "subprocess.CompletedProcess[str]":
        """Runs `pictopy ...` to its end, whatever its exit code."""
        return subprocess.run(
            [*COMMAND, *arguments, "--data", str(self.data)],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def once(self, library: Path) -> dict[str, Any]:
        """The JSON of `pictopy once`; its exit code must be 0."""
        done = self.command("once", "--library", str(library), "--json")
        assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr}\n{done.stdout}"
        return dict(json.loads(done.stdout))

    @contextmanager
    def up(self, *libraries: Path) -> Iterator["Running"]:
        """`pictopy up` until the end of the block; then Ctrl-C."""
        output = self.data.parent / f"{self.data.name}.out"
        options = [part for library in libraries for part in ("--library", str(library))]
        with output.open("wb") as out:
            process = subprocess.Popen(
                [*COMMAND, "up", *options, "--data", str(self.data)], env=self.env, stdout=out, stderr=out
            )
        running = Running(self.data, process, output)
        try:
            wait_until(running.is_up, READY_S, running.told)
            yield running
        finally:
            running.stop()


class Running:
    """A stack that is up, seen from outside."""

    def __init__(self, data: Path, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.data = data
        self.process = process
        self.output = output

    def told(self) -> str:
        """All that the launcher said."""
        return self.output.read_text(encoding="utf-8")

    def is_up(self) -> bool:
        assert self.process.poll() is None, f"the launcher ended\n{self.told()}"
        return "PictoPy is at http" in self.told()

    def processes(self) -> dict[str, int]:
        """Name to pid."""
        state = json.loads((self.data / "run" / "state.json").read_text(encoding="utf-8"))
        return {process["name"]: process["pid"] for process in state["processes"]}

    def url(self, name: str) -> str:
        """Base address of a service."""
        state = json.loads((self.data / "run" / "state.json").read_text(encoding="utf-8"))
        return next(str(process["url"]) for process in state["processes"] if process["name"] == name)

    def kill(self, name: str) -> None:
        """`kill -9`, nothing else."""
        os.kill(self.processes()[name], signal.SIGKILL)

    def call(self, method: str, service: str, path: str, **more: Any) -> Any:
        """JSON of a request with the token; anything but 2xx fails the test."""
        url = self.url(service)
        token = (self.data / "token").read_text(encoding="ascii").strip()
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.request(method, url + path, headers=headers, timeout=30, trust_env=False, **more)
        assert answer.is_success, f"{method} {service} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, service: str, path: str, **params: Any) -> Any:
        return self.call("GET", service, path, params=params)

    def post(self, service: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.call("POST", service, path, json=body)

    def items(self, service: str, path: str, **params: Any) -> list[dict[str, Any]]:
        """All pages of a list."""
        page = self.get(service, path, limit=200, **params)
        items = list(page["items"])
        while page.get("next"):
            page = self.get(service, path, limit=200, cursor=page["next"], **params)
            items += page["items"]
        return items

    def add_library(self, folder: Path) -> str:
        return str(self.post("ingest", "/v1/libraries", {"path": str(folder)})["library_id"])

    def settle(self, timeout_s: float = SETTLE_S) -> None:
        """Returns when no service has anything left to do, and still has not a second later."""
        wait_until(self.is_settled, timeout_s, self.left)
        time.sleep(1.0)
        wait_until(self.is_settled, timeout_s, self.left)

    def is_settled(self) -> bool:
        try:
            activity = self.get("ingest", "/v1/activity")
            idle = not activity["scanning"] and not any(stage["waiting"] for stage in activity["stages"].values())
            return idle and all(self.get(name, "/status")["settled"] for name in self.processes() if self._speaks(name))
        except (httpx.HTTPError, AssertionError, OSError):
            return False

    def left(self) -> str:
        """What is not settled, for the message of a failed test."""
        told = []
        for name in filter(self._speaks, self.processes()):
            try:
                told.append(f"{name}: {self.get(name, '/status')}")
            except (httpx.HTTPError, AssertionError) as error:
                told.append(f"{name}: {error!r}")
        return "\n".join([self.told(), *told])

    def stop(self, signum: int = signal.SIGINT) -> int:
        """Exit code of the launcher."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
        return self.process.wait(STOP_S)

    @staticmethod
    def _speaks(name: str) -> bool:
        return name not in ("postgres", "nats", "ui")


def wait_until(condition: Callable[[], bool], timeout_s: float, why: Callable[[], str] = lambda: "") -> None:
    """Fails the test with what `why` says when `condition` stays false."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_s:.0f} s\n{why()}"
        time.sleep(0.25)
