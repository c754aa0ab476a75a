"""The whole stack of one data folder: engines first, then the services, and the other way round at the end."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from pictopy_engines import Child, NatsEngine, PostgresEngine, free_port, is_free
from pictopy_local.data_dir import DataDir
from pictopy_local.services import ALL, ServiceSpec, Wiring, environment
from pictopy_local.state import ProcessState, State
from pictopy_local.supervisor import Supervisor, Watched

DATABASE = "pictopy"
TRIM_LOGS_EVERY_S = 60.0
STOP_TIMEOUT_S = 25.0  # a service drains for 20 s
LEFTOVER_TIMEOUT_S = 25.0  # longer than a service takes to drain


@dataclass
class Stack:
    """Running processes of one data folder. Call `tick` a few times a second."""

    data: DataDir
    wiring: Wiring
    supervisor: Supervisor
    say: Callable[[str], None]
    urls: dict[str, str] = field(default_factory=dict)
    """Base address of each service that was started; kept up to date."""
    trimmed_at: float = 0.0

    def start(self, specs: Sequence[ServiceSpec]) -> None:
        self.urls.update({spec.name: self.wiring.url(spec.name) for spec in specs})
        self.supervisor.start(*(ServiceProgram(spec, self) for spec in specs))
        self.publish_state()
        self.supervisor.changed = self.publish_state

    def tick(self) -> None:
        self.supervisor.tick()
        if time.monotonic() - self.trimmed_at > TRIM_LOGS_EVERY_S:
            self.trimmed_at = time.monotonic()
            self.data.trim_logs()

    def claim_port(self, name: str) -> None:
        """Before a start of that service: where somebody else took its port meanwhile it gets another one, and the
        others, who know the old address, start again."""
        taken = self.wiring.ports[name]
        if is_free(taken):
            return
        self.wiring.ports[name] = free_port()
        self.urls[name] = self.wiring.url(name)
        self.say(f"port {taken} was taken by another program: {name} listens on {self.wiring.ports[name]}")
        for watched in self.supervisor.watched:
            if watched.program.name in self.urls and watched.child is not None:
                watched.child.send(signal.SIGTERM)

    def publish_state(self) -> None:
        """Tells other commands, and the next start, which processes are ours."""
        processes = (self._state_of(watched) for watched in self.supervisor.watched)
        self.data.write_state(State(launcher_pid=os.getpid(), processes=tuple(processes)))

    def _state_of(self, watched: Watched) -> ProcessState:
        """Pid 0 while it is down; it is still a part of this stack."""
        name = watched.program.name
        url = self.wiring.url(name) if name in self.wiring.ports else ""
        state = ProcessState(name=name, pid=0, started_at=0.0, url=url, log=str(watched.program.log))
        if watched.child is None or watched.child.exit_code is not None:
            return state
        started_at = psutil.Process(watched.child.pid).create_time()
        return state.model_copy(update={"pid": watched.child.pid, "started_at": started_at})


@contextmanager
def running_stack(
    data: DataDir, specs: Sequence[ServiceSpec], say: Callable[[str], None], *, is_quiet: bool = False
) -> Iterator[Stack]:
    """Starts what `specs` name on `data`, which this process has locked; stops all of it at the end."""
    end_leftovers(data.read_state())
    for name in ("postgres", "nats", *(spec.name for spec in specs)):
        data.rotate_log(name)
    postgres = PostgresEngine(data.root / "postgres", data.run / "postgres", log=data.log_of("postgres"))
    nats = NatsEngine(data.root / "nats", token=data.token(), log=data.log_of("nats"))
    supervisor = Supervisor(say)
    try:
        supervisor.start(postgres)
        supervisor.start(nats)
        wiring = replace(_wire(data, postgres, nats, say), is_quiet=is_quiet)
        stack = Stack(data, wiring, supervisor, say)
        stack.start(specs)
        yield stack
    finally:
        supervisor.stop()
        data.state_file.unlink(missing_ok=True)


def _wire(data: DataDir, postgres: PostgresEngine, nats: NatsEngine, say: Callable[[str], None]) -> Wiring:
    postgres.ensure_database(DATABASE)
    dsn = {
        spec.name: postgres.dsn(postgres.ensure_role_and_schema(DATABASE, spec.name), DATABASE)
        for spec in ALL
        if spec.has_database
    }
    return Wiring(nats.url, data.token(), data.token(), choose_ports(ALL, say), dsn, data.root)


def choose_ports(specs: Sequence[ServiceSpec], say: Callable[[str], None]) -> dict[str, int]:
    """Each service's own port, or another one where that is taken, and a line that says so.

    PICTOPY_FIRST_PORT moves all of them: the first is the UI's; 0 means any.
    """
    first = int(os.environ.get("PICTOPY_FIRST_PORT", ALL[-1].default_port))
    ports: dict[str, int] = {}
    for spec in specs:
        wanted = first + spec.default_port - ALL[-1].default_port if first else 0
        while (port := free_port(wanted)) in ports.values():
            wanted = 0
        ports[spec.name] = port
        if wanted and ports[spec.name] != wanted:
            say(f"port {wanted} is taken: {spec.name} listens on {ports[spec.name]}")
    return ports


@dataclass
class ServiceProgram:
    """One service; SIGTERM asks it to finish what it has in hand."""

    spec: ServiceSpec
    stack: Stack
    child: Child | None = None

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def log(self) -> Path:
        return self.stack.data.log_of(self.name)

    def start(self) -> Child:
        self.stack.claim_port(self.name)
        self.stack.data.of_service(self.name).mkdir(mode=0o700, exist_ok=True)
        env = environment(self.spec, self.stack.wiring, os.environ)
        self.child = Child.start(self.name, self.spec.command(sys.executable), log=self.log, env=env)
        return self.child

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(signal.SIGTERM, STOP_TIMEOUT_S)
            self.child = None


def end_leftovers(state: State) -> None:
    """Services of a launcher that was killed get the same SIGTERM from the kernel; here their end is awaited."""
    left = [process for entry in state.processes if (process := _same_process(entry))]
    for process in left:
        if process.name() != "postgres":  # its engine waits for it by itself
            process.terminate()
    _, alive = psutil.wait_procs(left, timeout=LEFTOVER_TIMEOUT_S)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=LEFTOVER_TIMEOUT_S)


def _same_process(entry: ProcessState) -> psutil.Process | None:
    try:
        process = psutil.Process(entry.pid)
        is_same = abs(process.create_time() - entry.started_at) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return process if is_same else None


def wait_for(condition: Callable[[], bool], tick: Callable[[], None], timeout_s: float, pause_s: float = 0.2) -> bool:
    """Whether `condition` came true in time; `tick` runs meanwhile."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        tick()
        time.sleep(pause_s)
    return True
