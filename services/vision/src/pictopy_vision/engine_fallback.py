"""A server first, this process when the server sleeps: no photo waits for a GPU box that somebody switched off."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import EngineAwayError, ModelError
from pictopy_vision.ports import Engine, ServerState, Session, TensorSpec

log = logging.getLogger(__name__)
FIRST_REST_S, LONGEST_REST_S = 10.0, 300.0
Clock = Callable[[], float]


class Rest:
    """How long what failed is left alone: 10 s, then twice as long each time, up to five minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._until = float("-inf")

    @property
    def is_over(self) -> bool:
        return self._clock() >= self._until

    def begin(self) -> float:
        """Seconds that it lasts. Those who fail together during one rest count once."""
        if self.is_over:
            self._failures += 1
        rest_s = min(FIRST_REST_S * 2.0 ** (self._failures - 1), LONGEST_REST_S)
        self._until = self._clock() + rest_s
        return rest_s

    def end(self) -> None:
        self._failures, self._until = 0, float("-inf")


class FallbackEngine:
    """`clock`: seconds that only grow. The server is used from the first look that finds it ready."""

    def __init__(self, server: Engine, local: Engine, clock: Clock) -> None:
        self._server = server
        self._local = local
        self._clock = clock
        self._rest = Rest(clock)
        self._lock = threading.Lock()
        self._is_used = False
        self._lost_why = ""

    @property
    def name(self) -> str:
        return f"{self._server.name}, else {self._local.name}" if self._is_used else self._local.name

    @property
    def providers(self) -> tuple[str, ...]:
        return (*self._server.providers, *self._local.providers) if self._is_used else self._local.providers

    @property
    def why(self) -> str:
        if self._is_used:
            return f"The Triton server of the settings; this process stands in for it. {self._local.why}"
        return f"The Triton server of the settings cannot be used now, so this process. {self._local.why}"

    @property
    def server(self) -> ServerState | None:
        state = self._server.server
        if state is not None and self._lost_why and not self._is_used:
            return replace(state, ready=False, why=self._lost_why)
        return state

    @property
    def is_used(self) -> bool:
        """Whether the server gets the next run."""
        return self._is_used

    def look(self) -> None:
        """Ask the server how it is, unless it has just been left alone."""
        if not self._rest.is_over:
            return
        self._server.look()
        state = self._server.server
        is_ready = state is not None and state.ready
        with self._lock:
            came, went = is_ready and not self._is_used, self._is_used and not is_ready
            self._is_used = is_ready
        if came:
            self._lost_why = ""
            log.info("models run on the server: %s", state.why if state else "")
        if went:
            log.warning("models run in this process: %s", state.why if state else "no server")

    def lost(self, error: EngineAwayError) -> None:
        """A run failed because the server did; the work goes on here, the server rests."""
        with self._lock:
            was_used, self._is_used = self._is_used, False
            rest_s = self._rest.begin()
            self._lost_why = f"{error}; looked at again in {rest_s:.0f} s."
        if was_used:
            log.warning("models run in this process: %s", self._lost_why)

    def worked(self) -> None:
        self._rest.end()

    def close(self) -> None:
        self._server.close()
        self._local.close()

    def open(self, entry: Entry, path: Path) -> Session:
        return FallbackSession(self, _Model(entry, path, self._server, self._local), Rest(self._clock))


@dataclass(frozen=True)
class _Model:
    entry: Entry
    path: Path
    server: Engine
    local: Engine

    def on_server(self) -> Session:
        return self.server.open(self.entry, self.path)

    def here(self) -> Session:
        return self.local.open(self.entry, self.path)


class FallbackSession:
    """Opened where it is needed and when; a run that the server failed is done here, so its caller never knows.

    Raises ModelError as a session of this process does.
    """

    def __init__(self, engine: FallbackEngine, model: _Model, rest: Rest) -> None:
        self._engine = engine
        self._model = model
        self._rest = rest
        self._lock = threading.Lock()
        self._far: Session | None = None
        self._near: Session | None = None
        self._any: Session = self._on_server() or self._here()

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        return self._any.inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        return self._any.outputs

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        answers = self._run_on_server(feed)
        return self._here().run(feed) if answers is None else answers

    def _run_on_server(self, feed: Mapping[str, Array]) -> Sequence[Floats] | None:
        """None where this process has to do it."""
        session = self._on_server()
        if session is None:
            return None
        try:
            answers = session.run(feed)
        except EngineAwayError as error:
            self._far = None  # opened anew when it is back, perhaps with other models
            self._engine.lost(error)
            return None
        except ModelError as error:
            self._refused(error)
            return None
        self._engine.worked()
        self._rest.end()
        self._near = None  # its memory is better used elsewhere while the server works
        return answers

    def _on_server(self) -> Session | None:
        if not (self._engine.is_used and self._rest.is_over):
            return None
        with self._lock:
            try:
                self._far = self._far or self._model.on_server()
            except EngineAwayError as error:
                self._engine.lost(error)
            except ModelError as error:
                self._refused(error)
            return self._far

    def _refused(self, error: ModelError) -> None:
        """The server lives but cannot do this model: only this one is left alone."""
        self._far = None
        log.warning("%s; it runs in this process for %.0f s", error, self._rest.begin())

    def _here(self) -> Session:
        with self._lock:
            near = self._near = self._near or self._model.here()
        return near
