"""A running stack together with its HTTP: what the commands work with."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from pictopy_contracts.paths import to_wire
from pictopy_local.activity import Activity, Snapshot
from pictopy_local.client import Api, ApiError
from pictopy_local.data_dir import DataDir
from pictopy_local.memory import PeakMemory
from pictopy_local.say import say
from pictopy_local.services import BACKEND, ServiceSpec
from pictopy_local.stack import running_stack

READY_TIMEOUT_S = 180.0
PAUSE_S = 0.2


@dataclass
class Session:
    """`tick` keeps our own processes running; on somebody else's stack it does nothing."""

    data: DataDir
    api: Api
    tick: Callable[[], None] = lambda: None
    memory: PeakMemory = field(default_factory=PeakMemory)

    def pause(self, seconds: float = PAUSE_S) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.tick()
            time.sleep(min(PAUSE_S, left))

    def wait_ready(self) -> list[str]:
        """Names of the parts that are not ready after `READY_TIMEOUT_S`."""
        missing = list(self.api.urls)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while missing and time.monotonic() < deadline:
            missing = [name for name in missing if not self.api.is_ready(name)]
            self.pause(PAUSE_S if missing else 0)
        for name in missing:
            say(f"{name} is not ready after {READY_TIMEOUT_S:.0f} s; see {self.data.log_of(name)}")
        return missing

    def look(self) -> Snapshot:
        """One look at all services."""
        statuses = {spec.name: self.api.status(spec.name) for spec in BACKEND if spec.name in self.api.urls}
        try:
            activity = Activity.model_validate(self.api.get("ingest", "/v1/activity"))
        except (ApiError, ValidationError):
            activity = None
        return Snapshot(activity, statuses)

    def sample_memory(self) -> None:
        """Notes how much memory each part takes now."""
        self.memory.sample({process.name: process.pid for process in self.data.read_state().processes if process.pid})

    def add_library(self, folder: Path) -> None:
        """Makes the folder a library, or has it read again where it is one (moved or not). Raises: ApiError."""
        self.api.post("ingest", "/v1/libraries", {"path": to_wire(str(folder.resolve()))})


@contextmanager
def own_session(data: DataDir, specs: Sequence[ServiceSpec], *, is_quiet: bool = False) -> Iterator[Session]:
    """Starts `specs` on `data`, which becomes ours meanwhile. `is_quiet`: they answer and work on nothing.

    Raises: AlreadyRunning."""
    data.make()
    running = running_stack(data, specs, say, is_quiet=is_quiet)
    with data.locked(), running as stack, Api(stack.urls, data.token()) as api:
        yield Session(data, api, stack.tick)


def any_session(data: DataDir, specs: Sequence[ServiceSpec]) -> AbstractContextManager[Session]:
    """For a look: the stack that runs on `data`, else `specs` alone, which answer and work on nothing."""
    return guest_session(data) if data.is_running() else own_session(data, specs, is_quiet=True)


@contextmanager
def guest_session(data: DataDir) -> Iterator[Session]:
    """The stack that another launcher runs on `data`."""
    with Api(data.read_state().urls, data.token()) as api:
        yield Session(data, api)
