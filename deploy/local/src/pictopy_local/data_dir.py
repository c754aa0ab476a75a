"""The one folder that holds all of an installation, and who may use it."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pictopy_local.state import State

LOGS_KEPT = 3
LARGE_LOG_BYTES = 32 << 20


class AlreadyRunning(Exception):
    """Another launcher holds this data folder."""


class DataDir:
    """Layout: `postgres/`, `nats/`, one folder a service, `logs/`, `run/` (lock, state), `token`."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def state_file(self) -> Path:
        return self.run / "state.json"

    def of_service(self, name: str) -> Path:
        return self.root / name

    def exists(self) -> bool:
        return (self.root / "token").is_file()

    def make(self) -> None:
        for folder in (self.root, self.run, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.token()

    def token(self) -> str:
        """The API token; made at the first call and the same ever after."""
        file = self.root / "token"
        if not file.exists():
            draft = file.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(32), encoding="ascii")
            draft.replace(file)
        return file.read_text(encoding="ascii").strip()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for this process. Raises: AlreadyRunning."""
        with (self.run / "lock").open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunning(str(self.root)) from error
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def is_running(self) -> bool:
        """Whether a launcher holds the folder now."""
        try:
            with (self.run / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def rotate_log(self, name: str) -> None:
        """`x.log` becomes `x.log.1` and so on; the oldest goes."""
        log = self.log_of(name)
        for number in range(LOGS_KEPT, 0, -1):
            older = log.with_name(f"{log.name}.{number}")
            newer = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
            if newer.exists():
                newer.replace(older)

    def trim_logs(self) -> None:
        """A log that has grown large is put aside while its writer, which appends, goes on."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LARGE_LOG_BYTES:
                shutil.copyfile(log, log.with_name(f"{log.name}.1"))
                os.truncate(log, 0)

    def write_state(self, state: State) -> None:
        draft = self.state_file.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(state.model_dump_json(indent=1), encoding="utf-8")
        draft.replace(self.state_file)

    def read_state(self) -> State:
        """What the running (or last) launcher wrote; empty where there was none."""
        try:
            return State.model_validate_json(self.state_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return State()


def default_data_dir() -> Path:
    """$PICTOPY_DATA, else the place that the XDG rules name."""
    if configured := os.environ.get("PICTOPY_DATA"):
        return Path(configured)
    share = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(share) / "pictopy"
