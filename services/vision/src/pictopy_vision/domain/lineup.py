"""Which model does which task, and the digest by which everyone else knows the set."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.choices import Choices
from pictopy_vision.domain.entry import EMBEDDING_TASKS, TASKS, Entry, Task
from pictopy_vision.domain.layout import LAYOUT_MODEL

PIPELINE_VERSION = "1"
"""Grows when the code around the models changes what they give; every photo then waits for a new look."""

WORDS: dict[Task, str] = {
    "faces": "finds faces",
    "face_embedding": "tells faces apart",
    "face_quality": "judges how well a face is seen",
    "objects": "finds objects",
    "tags": "gives tags",
    "image_embedding": "compares whole pictures",
    "text_embedding": "compares words with pictures",
    "text_boxes": "finds lines of text",
    "ocr": "reads text",
}

RESTS_ON: dict[Task, Task] = {"face_embedding": "faces", "face_quality": "faces", "ocr": "text_boxes"}
"""A task that looks at what another found."""


@dataclass(frozen=True)
class TaskState:
    on: bool
    model: ModelId | None
    why: str
    """A sentence for people."""


@dataclass(frozen=True)
class Lineup:
    """The models in use. Immutable: a photo is analysed with one lineup from beginning to end."""

    entries: Mapping[Task, Entry]
    version: str
    beside: Mapping[Task, tuple[Entry, ...]] = field(default_factory=dict)
    """Models whose embeddings are computed too, until the change to the one in use is finished; never of itself."""
    keeps_layout: bool = False
    """The built-in layout embedding is one of those."""
    off: frozenset[Task] = frozenset()
    """Turned off by a person."""

    @property
    def models(self) -> dict[str, ModelId]:
        """Task to model id, as messages carry it; the built-in layout embedding stands in for an image model."""
        return {"image_embedding": LAYOUT_MODEL} | {task: entry.id for task, entry in self.entries.items()}

    @property
    def beside_models(self) -> dict[str, tuple[ModelId, ...]]:
        """The same for the models beside."""
        named: dict[str, tuple[ModelId, ...]] = {
            task: tuple(entry.id for entry in entries) for task, entries in self.beside.items()
        }
        if self.keeps_layout:
            named["image_embedding"] = (*named.get("image_embedding", ()), LAYOUT_MODEL)
        return named

    @property
    def every_model(self) -> frozenset[ModelId]:
        """All that may be loaded."""
        beside = (entry for entries in self.beside.values() for entry in entries)
        return frozenset(entry.id for entry in (*self.entries.values(), *beside))

    def state_of(self, task: Task, catalogue: Collection[Entry]) -> TaskState:
        if task in self.entries:
            return TaskState(True, self.entries[task].id, f"{self.entries[task].title} {WORDS[task]}.")
        if task == "image_embedding":
            return TaskState(True, LAYOUT_MODEL, self._why_layout())
        return TaskState(False, None, self._why_off(task, catalogue))

    def _why_layout(self) -> str:
        reason = "Image models are turned off" if "image_embedding" in self.off else "No image model is in use"
        return f"{reason}; similar pictures are found by colours and shapes."

    def _why_off(self, task: Task, catalogue: Collection[Entry]) -> str:
        if task in self.off:
            return f"Turned off; what was found before is kept. Turn it on and a model {WORDS[task]} again."
        below = RESTS_ON.get(task)
        if below and below not in self.entries:
            return f"Needs a model that {WORDS[below]}; none is {'on' if below in self.off else 'installed'}."
        if below == "faces" and not self.entries["faces"].output.landmarks:
            return f"{self.entries['faces'].title} gives no landmarks, and without them faces cannot be told apart."
        if task == "text_embedding" and "image_embedding" in self.entries:
            return f"{self.entries['image_embedding'].title} has no tower for words, or it is not installed."
        offered = ", ".join(entry.id for entry in _by_preference(catalogue) if task in entry.tasks)
        return f"No model that {WORDS[task]} is installed; the catalogue offers {offered or 'none'}."


NO_CHOICES = Choices()


def choose(catalogue: Collection[Entry], installed: Collection[ModelId], choices: Choices = NO_CHOICES) -> Lineup:
    """Of the installed models of each task the chosen one; else the one that photos were analysed with, so that a
    download alone changes no embedding; else the one with the lowest `preference`. Turned off is none."""
    here = [entry for entry in _by_preference(catalogue) if entry.id in installed]
    entries: dict[Task, Entry] = {}
    for task in TASKS:
        offered = [entry for entry in here if task in entry.tasks]
        if offered and task not in choices.off and choices.use.get(task) != LAYOUT_MODEL:
            entries[task] = _preferred(offered, choices.wanted(task))
    _drop_what_rests_on_nothing(entries)
    beside, keeps_layout = _beside(entries, here, choices)
    _pair_towers(entries, beside, here)
    return Lineup(entries, _digest(entries, beside, keeps_layout), beside, keeps_layout, choices.off)


def _preferred(offered: Sequence[Entry], wanted: ModelId | None) -> Entry:
    return next((entry for entry in offered if entry.id == wanted), offered[0])


def _drop_what_rests_on_nothing(entries: dict[Task, Entry]) -> None:
    for task, below in RESTS_ON.items():
        if below not in entries or (below == "faces" and not entries["faces"].output.landmarks):
            entries.pop(task, None)


def _pair_towers(entries: dict[Task, Entry], beside: Mapping[Task, tuple[Entry, ...]], here: Sequence[Entry]) -> None:
    """Words are compared by the tower that belongs to the image model in use, or else to one still kept beside it."""
    if "text_embedding" not in entries:
        return
    image = entries.get("image_embedding")
    towers = [entry for entry in here if "text_embedding" in entry.tasks]
    for model in (*([image] if image else []), *beside.get("image_embedding", ())):
        for tower in towers:
            if tower.pair == model.id:
                entries["text_embedding"] = tower
                return
    del entries["text_embedding"]


def _beside(
    entries: Mapping[Task, Entry], here: Sequence[Entry], choices: Choices
) -> tuple[dict[Task, tuple[Entry, ...]], bool]:
    """What open changes keep, as far as it is installed and its task is on."""
    kept: dict[Task, tuple[Entry, ...]] = {}
    keeps_layout = False
    for task in EMBEDDING_TASKS:
        change = choices.changes.get(task)
        if change is None or task not in entries or change.to != entries[task].id:
            continue
        beside = tuple(entry for entry in here if entry.id in change.beside and task in entry.tasks)
        if beside:
            kept[task] = beside
        keeps_layout = keeps_layout or LAYOUT_MODEL in change.beside
    return kept, keeps_layout


def _by_preference(catalogue: Collection[Entry]) -> list[Entry]:
    return sorted(catalogue, key=lambda entry: (entry.preference, entry.id))


def _digest(entries: Mapping[Task, Entry], beside: Mapping[Task, tuple[Entry, ...]], keeps_layout: bool) -> str:
    """12 hex digits over task, model and the files' own hashes, in the order of TASKS."""
    lines = [f"pipeline {PIPELINE_VERSION}"]
    lines += [f"{task} {entry.id} {entry.fingerprint}" for task, entry in entries.items()]
    lines += [f"beside {task} {each.id} {each.fingerprint}" for task, kept in beside.items() for each in kept]
    if keeps_layout:
        lines.append(f"beside image_embedding {LAYOUT_MODEL}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
