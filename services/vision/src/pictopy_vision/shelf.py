"""The models in use: which they are, and their sessions, loaded when first needed and dropped when idle."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import Catalogue
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.lineup import Lineup, choose
from pictopy_vision.heads import check_fit
from pictopy_vision.ports import Engine, ModelStore, Session

log = logging.getLogger(__name__)


@dataclass
class _Slot:
    """One model's place: its own lock, so that two photos do not load it twice and others need not wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    session: Session | None = None
    used_at: float = 0.0


class Shelf:
    """`clock`: seconds that only grow. `session` blocks and is called from worker threads; the rest is quick."""

    def __init__(self, catalogue: Catalogue, store: ModelStore, engine: Engine, clock: Callable[[], float]) -> None:
        self.catalogue = catalogue
        self.engine = engine
        self._store = store
        self._clock = clock
        self._slots: dict[ModelId, _Slot] = {}
        self._slots_lock = threading.Lock()
        self.lineup = self._choose()

    def refresh(self) -> bool:
        """Look again at what is installed; True when the set of models in use changed."""
        before, self.lineup = self.lineup, self._choose()
        used = {entry.id for entry in self.lineup.entries.values()}
        with self._slots_lock:
            self._slots = {model_id: slot for model_id, slot in self._slots.items() if model_id in used}
        return before.version != self.lineup.version

    def session(self, entry: Entry) -> Session:
        """The loaded model. Raises ModelError."""
        with self._slots_lock:
            slot = self._slots.setdefault(entry.id, _Slot())
        with slot.lock:
            if slot.session is None:
                slot.session = self._load(entry)
            slot.used_at = self._clock()
            return slot.session

    def unload_idle(self, idle_s: float) -> list[ModelId]:
        """Drop sessions that nobody asked for during `idle_s`; one still at work lives until its run ends."""
        dropped = []
        for model_id, slot in list(self._slots.items()):
            with slot.lock:
                if slot.session is not None and self._clock() - slot.used_at >= idle_s:
                    slot.session = None
                    dropped.append(model_id)
        return dropped

    @property
    def loaded(self) -> list[ModelId]:
        return sorted(model_id for model_id, slot in self._slots.items() if slot.session is not None)

    def try_out(self, entry: Entry) -> None:
        """Load a new file once, so that one that is no model is refused at once. Raises ModelError."""
        check_fit(self.engine.open(entry, self._store.path_of(entry)), entry)

    def _choose(self) -> Lineup:
        entries = self.catalogue.entries.values()
        return choose(entries, self._store.installed(entries))

    def _load(self, entry: Entry) -> Session:
        if not self._store.installed([entry]):
            raise ModelError(entry.id, "its file is gone from the store; pull it again")
        session = self.engine.open(entry, self._store.path_of(entry))
        check_fit(session, entry)
        log.info("model %s is loaded", entry.id)
        return session
