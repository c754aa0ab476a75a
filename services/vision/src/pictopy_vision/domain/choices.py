"""What a person decided about models: which does a task, which task is off, and the changes that are still open."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import PhotoAnalysed
from pictopy_vision.domain.entry import EMBEDDING_TASKS, Task


class Change(BaseModel):
    """From one embedding to another; until it is finished the old one is computed beside the new."""

    model_config = ConfigDict(frozen=True)

    before: ModelId
    to: ModelId
    beside: tuple[ModelId, ...]
    """`before`, and what an earlier change that was not finished kept."""
    started_at: datetime


class Choices(BaseModel):
    """Immutable; each method gives the choices after it."""

    model_config = ConfigDict(frozen=True)

    use: dict[Task, ModelId] = {}
    off: frozenset[Task] = frozenset()
    analysed: dict[Task, ModelId] = {}
    """The model in use when a photo last got an embedding: where there is none, a change has nothing to carry over."""
    changes: dict[Task, Change] = {}

    def wanted(self, task: Task) -> ModelId | None:
        return self.use.get(task) or self.analysed.get(task)

    def using(self, task: Task, model: ModelId, current: ModelId | None, now: datetime) -> "Choices":
        """`model` does the task from now on. Idempotent. `current`: in use before, None where the task was off."""
        chosen = self.model_copy(update={"use": self.use | {task: model}, "off": self.off - {task}})
        before = current or self.analysed.get(task)
        if task not in EMBEDDING_TASKS or before is None or before == model or self.analysed.get(task) is None:
            return chosen
        return chosen._changing(task, before, model, now)

    def _changing(self, task: Task, before: ModelId, model: ModelId, now: datetime) -> "Choices":
        """Without `before` beside where no photo has its embedding; what an open change kept stays kept."""
        is_open = self.changes.get(task)
        known = [before] if self.analysed.get(task) == before else []
        earlier = [kept for kept in (is_open.beside if is_open else ()) if kept not in (before, model)]
        beside = (*earlier, *known)
        if not beside:
            return self._without(task)
        change = Change(before=before, to=model, beside=beside, started_at=now)
        return self.model_copy(update={"changes": self.changes | {task: change}})

    def turned_off(self, task: Task) -> "Choices":
        return self.model_copy(update={"off": self.off | {task}})

    def turned_on(self, task: Task) -> "Choices":
        return self.model_copy(update={"off": self.off - {task}})

    def finished(self, task: Task) -> "Choices":
        """The old model is no longer computed. Raises KeyError where no change is open."""
        now_there = {"analysed": self.analysed | {task: self.changes[task].to}}
        return self.model_copy(update=now_there)._without(task)

    def taken_back(self, task: Task) -> "Choices":
        """The old model is in use again, the new one is dropped. Raises KeyError where no change is open."""
        use = self.use | {task: self.changes[task].before}
        return self.model_copy(update={"use": use})._without(task)

    def with_analysed(self, task: Task, model: ModelId) -> "Choices":
        """A photo got an embedding of the model in use."""
        return self.model_copy(update={"analysed": self.analysed | {task: model}})

    def _without(self, task: Task) -> "Choices":
        return self.model_copy(
            update={"changes": {each: change for each, change in self.changes.items() if each != task}}
        )


def embedded_by(photo: PhotoAnalysed) -> dict[Task, ModelId]:
    """The models in use whose embeddings this photo got."""
    embedded: dict[Task, ModelId] = {}
    if photo.embedding:
        embedded["image_embedding"] = ModelId(photo.embedding.model)
    for face in photo.faces:
        if face.embedding:
            embedded["face_embedding"] = ModelId(face.embedding.model)
    return embedded
