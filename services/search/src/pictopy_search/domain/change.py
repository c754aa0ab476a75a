"""A change of the model that compares whole pictures: which one answers, which one is next, and when they swap."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import ModelsChanged
from pictopy_search.domain.answers import ModelChange

TASK = "image_embedding"
STAND_IN = "layout-v1"
"""What vision compares pictures by while it has no image model: nothing that one changes to from a real one."""


@dataclass(frozen=True)
class ImageModels:
    """`in_use` and `beside` as vision says; `active` answers here. `is_held`: a person took the change back, so that
    `in_use` takes over only when they say so."""

    revision: int = 0
    model_version: str = ""
    in_use: ModelId | None = None
    beside: tuple[ModelId, ...] = ()
    active: ModelId | None = None
    previous: ModelId | None = None
    is_held: bool = False

    @property
    def next(self) -> ModelId | None:
        """The model that is to become active."""
        is_change = self.in_use not in (None, self.active) and self.active is not None
        return self.in_use if is_change and (self.in_use != STAND_IN or self.active == STAND_IN) else None

    def hearing(self, said: ModelsChanged) -> "ImageModels":
        """An older message changes nothing."""
        if said.revision <= self.revision:
            return self
        heard = replace(
            self,
            revision=said.revision,
            model_version=said.model_version,
            in_use=said.models.get(TASK),
            beside=said.beside.get(TASK, ()),
        )
        active = heard.active or heard.in_use
        is_held = heard.is_held and heard.in_use != active
        kept = heard.previous in (heard.in_use, *heard.beside)
        return replace(heard, active=active, is_held=is_held, previous=heard.previous if kept else None)

    def swapped(self) -> "ImageModels":
        """There is a way back as long as vision goes on computing the old one."""
        if self.next is None:
            return self
        previous = self.active if self.active in self.beside else None
        return replace(self, active=self.next, previous=previous, is_held=False)

    def taken_back(self) -> "ImageModels":
        return replace(self, active=self.previous, previous=None, is_held=True) if self.previous else self

    def wants(self, model: ModelId) -> bool:
        """Whether its vectors are kept; before vision said anything all are."""
        return self.revision == 0 or model in (self.active, self.in_use, self.previous, *self.beside, STAND_IN)

    def outdated(self, models: Collection[ModelId]) -> list[ModelId]:
        """Those whose vectors nobody needs: no change is under way, and vision names them no more. Nothing goes while
        the stand-in is in use, since a model that is off or removed keeps its results."""
        if self.revision == 0 or self.next is not None or self.in_use in (None, STAND_IN):
            return []
        named = {self.active, self.in_use, *self.beside}
        return sorted(model for model in models if model not in named)

    def report(self, done: int, total: int) -> ModelChange:
        """`done` of `total` photos have been seen by the next model."""
        state: Literal["none", "computing", "ready", "swapped"] = "none"
        if self.next is not None:
            state = "computing" if done < total else "ready"
        elif self.previous is not None:
            state = "swapped"
        return ModelChange(
            active=self.active,
            next=self.next,
            done=done,
            total=total,
            state=state,
            can_take_back=self.previous is not None,
            previous=self.previous,
        )
