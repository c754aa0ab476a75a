"""The engine that has a server and stands in for it: who runs what, and for how long the server is left alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.errors import EngineAwayError, ModelError
from pictopy_vision.domain.tensors import misfit
from pictopy_vision.engine_fallback import FallbackEngine, Rest
from pictopy_vision.fakes import FakeEngine, session_for
from pictopy_vision.ports import ServerState, Session

REID = read_catalogue(CHECKOUT).entries[ModelId("face-reidentification-retail-0095")]
FEED = {"input": np.zeros((1, 3, 128, 128), dtype=np.float32)}
FAR, NEAR = np.float32(1), np.float32(2)


@dataclass
class Farm:
    """A server and this process, told apart by what they answer."""

    seconds: float = 0.0
    fault: ModelError | None = None
    here: FakeEngine = field(init=False)
    server: "FakeServer" = field(init=False)
    engine: FallbackEngine = field(init=False)

    def __post_init__(self) -> None:
        self.server = FakeServer({REID.id: session_for(REID, self._far)})
        self.here = FakeEngine({REID.id: session_for(REID, lambda feed: [np.full((1, 256), NEAR)])})
        self.engine = FallbackEngine(self.server, self.here, lambda: self.seconds)

    def _far(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        if self.fault:
            raise self.fault
        return [np.full((1, 256), FAR)]


@dataclass
class FakeServer(FakeEngine):
    """Ready or not as `is_up` says, once it was looked at."""

    is_up: bool = True
    server: ServerState | None = field(default_factory=lambda: ServerState("gpu:8001", ready=False, why="Not asked."))

    def look(self) -> None:
        self.server = ServerState("gpu:8001", ready=self.is_up, why="Ready." if self.is_up else "It does not answer.")


def used(farm: Farm) -> bool:
    """Read anew each time."""
    return farm.engine.is_used


def who(session: Session) -> float:
    return float(session.run(FEED)[0][0, 0])


def test_nothing_is_sent_before_the_server_was_found_ready() -> None:
    """A start does not wait for a GPU box."""
    farm = Farm()
    session = farm.engine.open(REID, Path("x"))
    assert who(session) == NEAR
    farm.engine.look()
    assert who(session) == FAR
    assert farm.engine.why.startswith("The Triton server of the settings; this process")


def test_a_lost_server_rests_longer_each_time() -> None:
    """10 s, then 20 s; those who fail together count once; one success ends it."""
    farm = Farm(fault=EngineAwayError(REID.id, "it is gone"))
    farm.engine.look()
    session = farm.engine.open(REID, Path("x"))
    assert who(session) == NEAR
    farm.engine.lost(EngineAwayError(REID.id, "gone too"))
    farm.seconds = 9
    farm.engine.look()
    assert not used(farm)
    farm.seconds = 10
    farm.engine.look()
    assert used(farm)
    assert who(session) == NEAR
    farm.seconds = 29
    farm.engine.look()
    assert not used(farm)
    farm.seconds, farm.fault = 30, None
    farm.engine.look()
    assert who(session) == FAR
    farm.fault = EngineAwayError(REID.id, "it is gone")
    assert who(session) == NEAR
    assert farm.engine.server is not None
    assert farm.engine.server.why == f"model {REID.id}: it is gone; looked at again in 10 s."


def test_a_refusal_concerns_one_model() -> None:
    """A server that cannot do this model is still used for the others."""
    farm = Farm(fault=ModelError(REID.id, "out of memory"))
    farm.engine.look()
    session = farm.engine.open(REID, Path("x"))
    assert who(session) == NEAR
    assert used(farm)
    farm.fault = None
    assert who(session) == NEAR
    farm.seconds = 10
    assert who(session) == FAR


def test_a_server_without_the_model_does_not_stop_it() -> None:
    """What the server does not have is opened here."""
    farm = Farm()
    farm.server.sessions.clear()
    farm.engine.look()
    assert who(farm.engine.open(REID, Path("x"))) == NEAR


def test_a_server_that_says_it_is_not_ready_is_left() -> None:
    """Without a failed run, and taken again as soon as it is ready."""
    farm = Farm()
    farm.engine.look()
    farm.server.is_up = False
    farm.engine.look()
    session = farm.engine.open(REID, Path("x"))
    assert who(session) == NEAR
    assert farm.engine.server == ServerState("gpu:8001", ready=False, why="It does not answer.")
    farm.server.is_up = True
    farm.engine.look()
    assert who(session) == FAR


def test_this_process_lets_go_of_the_model_while_the_server_works() -> None:
    """Its memory is given back, and it is loaded again when it is needed."""
    farm = Farm()
    session = farm.engine.open(REID, Path("x"))
    assert who(session) == NEAR
    farm.engine.look()
    assert [who(session), who(session)] == [FAR, FAR]
    farm.fault = EngineAwayError(REID.id, "it is gone")
    assert who(session) == NEAR
    assert farm.here.opened == [REID.id, REID.id]


def test_what_neither_can_open_is_told() -> None:
    """The error is this process's own: it names the model and the file."""
    farm = Farm()
    farm.here.sessions.clear()
    with pytest.raises(ModelError, match="cannot be loaded"):
        farm.engine.open(REID, Path("x"))


def test_a_rest_ends_at_five_minutes() -> None:
    """However often it failed."""
    seconds = [0.0]
    rest = Rest(lambda: seconds[0])
    lengths = []
    for _ in range(8):
        lengths.append(rest.begin())
        seconds[0] += lengths[-1]
    assert lengths == [10, 20, 40, 80, 160, 300, 300, 300]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (np.zeros((2, 4), dtype=np.float32), None),
        (np.zeros((2, 5), dtype=np.float32), "shape"),
        (np.zeros((3, 4), dtype=np.float32), "shape"),
        (np.zeros((2, 4, 1), dtype=np.float32), "shape"),
        (np.full((2, 4), np.inf, dtype=np.float32), "finite"),
        (np.full((2, 4), b"x", dtype=object), "no numbers"),
    ],
    ids=["right", "size", "rows", "rank", "infinite", "bytes"],
)
def test_an_answer_is_held_against_the_model(answer: Array, reason: str | None) -> None:
    """Two rows of four numbers are wanted; all else is told in words."""
    told = misfit(answer, (None, 4), rows=2)
    assert (told is None) if reason is None else (told is not None and reason in told)
