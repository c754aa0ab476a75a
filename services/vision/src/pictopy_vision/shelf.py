"""The models in use: which they are, and their sessions, loaded when first needed and dropped when idle."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pictopy_contracts.ids import ModelId
from pictopy_vision.by_position import NamedByPosition
from pictopy_vision.catalogue_files import Catalogue
from pictopy_vision.choice_keeper import ChoiceKeeper
from pictopy_vision.domain.choices import Change, Choices
from pictopy_vision.domain.entry import Entry, Task
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.layout import LAYOUT_MODEL
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
    """`clock`: seconds that only grow. `session` blocks and is called from worker threads; the rest is quick.

    Methods that change what is in use return True when the set of models did change, so that others are told.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        store: ModelStore,
        engine: Engine,
        clock: Callable[[], float],
        keeper: ChoiceKeeper | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.engine = engine
        self._store = store
        self._clock = clock
        self._keeper = keeper or ChoiceKeeper()
        self._slots: dict[ModelId, _Slot] = {}
        self._slots_lock = threading.Lock()
        self._choosing = threading.RLock()  # a look at the disk from a worker thread, and a person, at the same time
        self.entries: Mapping[ModelId, Entry] = {}
        """What can be had or is here: the catalogue, with the version that is installed where it has a newer one."""
        self.lineup = self._choose()

    @property
    def choices(self) -> Choices:
        return self._keeper.choices

    def refresh(self) -> bool:
        """Look again at what is installed."""
        with self._choosing:
            before, self.lineup = self.lineup, self._choose()
        used = self.lineup.every_model
        with self._slots_lock:
            self._slots = {model_id: slot for model_id, slot in self._slots.items() if model_id in used}
        return before.version != self.lineup.version

    def use(self, entry: Entry, tasks: tuple[Task, ...], now: datetime) -> bool:
        """The model does these tasks from now on; see Choices.using. Raises ModelError where it is not installed."""
        if entry.id not in self.installed():
            raise ModelError(entry.id, "is not installed; pull it first")
        with self._choosing:
            choices, in_use = self.choices, self.lineup.models
            for task in tasks:
                choices = choices.using(task, entry.id, in_use.get(task), now)
            return self._decide(choices)

    def turn(self, task: Task, *, on: bool) -> bool:
        return self._decide(self.choices.turned_on(task) if on else self.choices.turned_off(task))

    @property
    def changes(self) -> Mapping[Task, Change]:
        return self.choices.changes

    def finish_change(self, task: Task) -> bool:
        """Raises KeyError where none is open."""
        return self._decide(self.choices.finished(task))

    def take_change_back(self, task: Task) -> bool:
        """Raises KeyError where none is open, ModelError where the old model is not installed any more."""
        change = self.changes[task]
        if change.before in self.entries and change.before not in self.installed():
            raise ModelError(change.before, "is not installed any more; pull it first")
        return self._decide(self.choices.taken_back(task))

    def note_analysed(self, models: Mapping[Task, ModelId]) -> None:
        """Photos have embeddings of these models now, by task: from here on a change of model has something to carry
        over. Quick: writes only the first time."""
        with self._choosing:
            choices = self.choices
            for task, model in models.items():
                if choices.analysed.get(task) != model:
                    choices = choices.with_analysed(task, model)
            self._keeper.put(choices)

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

    def installed(self) -> frozenset[ModelId]:
        return self._store.installed(self.entries.values())

    def try_out(self, entry: Entry) -> Session:
        """Load a file outside of its place: a new one, so that what is no model is refused at once, or one that is
        measured. Raises ModelError."""
        session = self.engine.open(entry, self._store.path_of(entry))
        if entry.output.by_position:
            session = NamedByPosition(entry, session)
        check_fit(session, entry)
        return session

    def _decide(self, choices: Choices) -> bool:
        self._keeper.put(choices)
        return self.refresh()

    def _choose(self) -> Lineup:
        self.entries = self._usable()
        lineup = choose(self.entries.values(), self.installed(), self.choices)
        image = lineup.entries.get("image_embedding")
        if image is None or self.choices.analysed.get("image_embedding") != LAYOUT_MODEL:
            return lineup
        return self._follow_layout(image)

    def _follow_layout(self, image: Entry) -> Lineup:
        """The first image model takes over from the built-in embedding by itself, and that too is a change."""
        if "image_embedding" not in self.choices.changes:
            self._keeper.put(self.choices.using("image_embedding", image.id, LAYOUT_MODEL, datetime.now(UTC)))
        return choose(self.entries.values(), self.installed(), self.choices)

    def _usable(self) -> dict[ModelId, Entry]:
        """After an update whose catalogue has a newer version, the installed one works on until the newer is here."""
        entries = dict(self.catalogue.entries)
        here = self._store.installed(entries.values())
        for entry in reversed(self._store.stored()):  # the newest comes last and stays
            if entry.id not in here and self.catalogue.can_read(entry):
                entries[entry.id] = entry
        return entries

    def _load(self, entry: Entry) -> Session:
        if not self._store.installed([entry]):
            raise ModelError(entry.id, "its file is gone from the store; pull it again")
        session = self.try_out(entry)
        log.info("model %s is loaded", entry.id)
        return session
