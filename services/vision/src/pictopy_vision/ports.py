"""What the vision service needs from outside."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Entry, ModelFile


@dataclass(frozen=True)
class TensorSpec:
    """An input or output of a loaded model; None is a size that may change."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"
    """As numpy calls it."""


class Session(Protocol):
    """A loaded model, in this process or on a server; `run` blocks and may be called from several threads."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]: ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]: ...

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        """Input name to array; answers in the order of `outputs`. Raises ModelError."""
        ...


@dataclass(frozen=True)
class ServerState:
    """A server that runs models for us, as a person is told of it."""

    url: str
    ready: bool
    why: str
    """A sentence: since when it is used, or why not."""


class Engine(Protocol):
    """Makes sessions of model files."""

    @property
    def name(self) -> str: ...

    @property
    def providers(self) -> tuple[str, ...]:
        """What runs the models, best first; those behind the first are its fallback."""
        ...

    @property
    def why(self) -> str:
        """A sentence: why these."""
        ...

    @property
    def server(self) -> ServerState | None:
        """None where all runs in this process."""
        ...

    def look(self) -> None:
        """Blocks while it asks the server, if there is one, how it is; called every few seconds."""
        ...

    def close(self) -> None: ...

    def open(self, entry: Entry, path: Path) -> Session:
        """Blocks while it loads. Raises ModelError."""
        ...


class ModelStore(Protocol):
    """Where verified model files lie."""

    def path_of(self, entry: Entry, file: ModelFile | None = None) -> Path:
        """Of the model's own file, or of another of its files."""
        ...

    def installed(self, catalogue: Collection[Entry]) -> frozenset[ModelId]: ...

    def verify(self, entry: Entry) -> None:
        """Raises ModelError where the file is not the one of the catalogue."""
        ...

    def stored(self) -> Sequence[Entry]:
        """Versions that explain themselves, the newest of a model first; the catalogue may know only later ones."""
        ...

    def remove(self, entry: Entry, digest: str | None = None) -> None:
        """All versions, or one. Raises ModelError where it is not ours to remove."""
        ...


class ModelFetcher(Protocol):
    async def fetch(self, entry: Entry, report: Callable[[int], None]) -> None:
        """Bring the verified file into the store. Raises ModelError."""
        ...


class Previews(Protocol):
    async def get(self, photo_id: PhotoId) -> bytes:
        """The oriented preview, coded. Raises Transient where it cannot be had now."""
        ...
