"""Which model does which task, and the digest by which everyone else knows the set."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import TASKS, Entry, Task
from pictopy_vision.domain.layout import LAYOUT_MODEL

PIPELINE_VERSION = "1"
"""Grows when the code around the models changes what they give; every photo then waits for a new look."""

WORDS: dict[Task, str] = {
    "faces": "finds faces",
    "face_embedding": "tells faces apart",
    "objects": "finds objects",
    "tags": "gives tags",
    "image_embedding": "compares whole pictures",
}


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

    @property
    def models(self) -> dict[str, ModelId]:
        """Task to model id, as messages carry it; the built-in layout embedding stands in for an image model."""
        return {"image_embedding": LAYOUT_MODEL} | {task: entry.id for task, entry in self.entries.items()}

    def state_of(self, task: Task, catalogue: Collection[Entry]) -> TaskState:
        if task in self.entries:
            return TaskState(True, self.entries[task].id, f"{self.entries[task].title} {WORDS[task]}.")
        if task == "image_embedding":
            return TaskState(
                True, LAYOUT_MODEL, "No image model is installed; similar pictures are found by colours and shapes."
            )
        return TaskState(False, None, self._why_off(task, catalogue))

    def _why_off(self, task: Task, catalogue: Collection[Entry]) -> str:
        if task == "face_embedding" and "faces" not in self.entries:
            return "Needs a model that finds faces; none is installed."
        if task == "face_embedding" and not self.entries["faces"].output.landmarks:
            return f"{self.entries['faces'].title} gives no landmarks, and without them faces cannot be told apart."
        offered = ", ".join(entry.id for entry in _by_preference(catalogue) if task in entry.tasks)
        return f"No model that {WORDS[task]} is installed; the catalogue offers {offered or 'none'}."


def choose(catalogue: Collection[Entry], installed: Collection[ModelId]) -> Lineup:
    """Of the installed models of each task the one with the lowest `preference`."""
    entries: dict[Task, Entry] = {}
    for entry in _by_preference(catalogue):
        for task in entry.tasks:
            if entry.id in installed and task not in entries:
                entries[task] = entry
    if "faces" not in entries or not entries["faces"].output.landmarks:
        entries.pop("face_embedding", None)
    ordered = {task: entries[task] for task in TASKS if task in entries}
    return Lineup(ordered, _digest(ordered))


def _by_preference(catalogue: Collection[Entry]) -> list[Entry]:
    return sorted(catalogue, key=lambda entry: (entry.preference, entry.id))


def _digest(entries: Mapping[Task, Entry]) -> str:
    """12 hex digits over task, model and the file's own hash, in the order of TASKS."""
    lines = [f"pipeline {PIPELINE_VERSION}"]
    lines += [f"{task} {entry.id} {entry.sha256}" for task, entry in entries.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
