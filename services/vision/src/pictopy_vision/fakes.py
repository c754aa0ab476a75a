"""In-memory twins of the ports, for tests without models, disk or network."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_runtime.errors import Transient
from pictopy_runtime.fakes import FakeBus
from pictopy_runtime.workers import Workers
from pictopy_vision.bundles import Bundles
from pictopy_vision.catalogue_files import Catalogue
from pictopy_vision.choice_keeper import ChoiceKeeper
from pictopy_vision.deps import Deps
from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Entry, ModelFile
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.hardware import Hardware
from pictopy_vision.model_folder import ModelFolder, Version
from pictopy_vision.ports import ServerState, Session, TensorSpec
from pictopy_vision.pulls import Pulls
from pictopy_vision.shelf import Shelf
from pictopy_vision.starter import Starter
from pictopy_vision.timings import Timings

Answer = Callable[[Mapping[str, Array]], Sequence[Floats]]


@dataclass
class FakePreviews:
    pictures: dict[PhotoId, bytes] = field(default_factory=dict)

    async def get(self, photo_id: PhotoId) -> bytes:
        if photo_id not in self.pictures:
            raise Transient("ingest has no preview of this photo")
        return self.pictures[photo_id]


@dataclass
class FakeSession:
    """Answers with what `answer` makes of the feed, and keeps the batch sizes it was given."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    answer: Answer
    batches: list[int] = field(default_factory=list)

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        (tensor,) = feed.values()
        self.batches.append(len(tensor))
        return self.answer(feed)


def session_for(entry: Entry, answer: Answer) -> FakeSession:
    """With the inputs and outputs of the entry, taking batches of any size."""
    shape = (None, 3, entry.input.height_px, entry.input.width_px)
    outputs = tuple(TensorSpec(name, (None,)) for name in entry.output.names)
    return FakeSession((TensorSpec(entry.input.name, shape),), outputs, answer)


@dataclass
class FakeEngine:
    """Opens what `sessions` has; anything else is a file that is no model."""

    sessions: dict[ModelId, Session] = field(default_factory=dict)
    opened: list[ModelId] = field(default_factory=list)
    name: str = "fake"
    providers: tuple[str, ...] = ("CPU",)
    why: str = "A fake."
    server: ServerState | None = None

    def look(self) -> None: ...

    def close(self) -> None: ...

    def open(self, entry: Entry, path: Path) -> Session:
        self.opened.append(entry.id)
        if entry.id not in self.sessions:
            raise ModelError(entry.id, f"{path.name} cannot be loaded: it is no model")
        return self.sessions[entry.id]


@dataclass
class FakeStore:
    """`files` holds the ids that are installed, `spoilt` those of them whose bytes have changed."""

    files: set[ModelId] = field(default_factory=set)
    spoilt: set[ModelId] = field(default_factory=set)

    def path_of(self, entry: Entry, file: ModelFile | None = None) -> Path:
        return Path(entry.id) / (file or entry).file

    def installed(self, catalogue: Collection[Entry]) -> frozenset[ModelId]:
        return frozenset(entry.id for entry in catalogue if entry.id in self.files)

    def verify(self, entry: Entry) -> None:
        if entry.id not in self.files:
            raise ModelError(entry.id, "is not installed")
        if entry.id in self.spoilt:
            raise ModelError(entry.id, f"{entry.file} is not the file of the catalogue")

    def stored(self) -> Sequence[Entry]:
        return ()

    def versions(self, model_id: ModelId) -> list[Version]:
        return [Version("0123456789abcdef", 1, is_removable=True)] if model_id in self.files else []

    def remove(self, entry: Entry, digest: str | None = None) -> None:
        self.files.discard(entry.id)


@dataclass
class FakeFetcher:
    """Puts models into a FakeStore; those of `unreachable` fail that many times first."""

    store: FakeStore
    unreachable: dict[ModelId, int] = field(default_factory=dict)
    fetched: list[ModelId] = field(default_factory=list)

    async def fetch(self, entry: Entry, report: Callable[[int], None]) -> None:
        if self.unreachable.get(entry.id, 0) > 0:
            self.unreachable[entry.id] -= 1
            raise ModelError(entry.id, "no source answers")
        report(entry.bytes)
        self.fetched.append(entry.id)
        self.store.files.add(entry.id)


SMALL_MACHINE = Hardware(cores=4, memory_mb=3900, gpu=None, instructions=("avx2",), disk_free_mb=20_000)


@dataclass
class FakeShop:
    """A whole vision service on fakes: change its parts, then use `deps`."""

    catalogue: Catalogue
    store: FakeStore = field(default_factory=FakeStore)
    engine: FakeEngine = field(default_factory=FakeEngine)
    bus: FakeBus = field(default_factory=FakeBus)
    previews: FakePreviews = field(default_factory=FakePreviews)
    starter_entries: Sequence[Entry] = ()
    unreachable: dict[ModelId, int] = field(default_factory=dict)
    keeper: ChoiceKeeper = field(default_factory=ChoiceKeeper)
    hardware: Hardware = SMALL_MACHINE
    bundles_dir: Path = Path("nowhere")
    seconds: float = 0.0

    def install(self, model_id: ModelId, answer: Answer) -> FakeSession:
        session = session_for(self.catalogue.entries[model_id], answer)
        self.engine.sessions[model_id] = session
        self.store.files.add(model_id)
        return session

    def deps(self) -> Deps:
        shelf = Shelf(self.catalogue, self.store, self.engine, lambda: self.seconds, self.keeper)
        news = asyncio.Event()
        news.set()
        pulls = Pulls(shelf, self.store, FakeFetcher(self.store, self.unreachable), news.set)
        starter = Starter(pulls, self.starter_entries, retry_pause_s=0.0, patience_s=5.0)
        return Deps(
            bus=self.bus,
            workers=Workers(2),
            previews=self.previews,
            store=self.store,
            shelf=shelf,
            pulls=pulls,
            timings=Timings(shelf, lambda: self.seconds),
            bundles=Bundles(shelf, ModelFolder(self.bundles_dir)),
            machine=lambda: self.hardware,
            starter=starter,
            now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            news=news,
        )
