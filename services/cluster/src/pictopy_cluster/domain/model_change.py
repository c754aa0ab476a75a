"""Which face embedding model makes the people, and which one is about to: a small machine, one row.

People stay on the active model until every photo has embeddings by the next one; the swap is one transaction with the
people that follow from it, and can be taken back for as long as vision computes the previous model beside.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

State = Literal["none", "computing", "ready", "swapped"]


@dataclass(frozen=True)
class Progress:
    """Photos with faces that are there: how many, how many have the next model's embeddings, how many never will."""

    total: int = 0
    done: int = 0
    failed: int = 0

    @property
    def is_complete(self) -> bool:
        return self.done + self.failed >= self.total


@dataclass(frozen=True)
class ModelChange:
    """in_use, beside: as vision said last, in_use None while the task is off; held: a person took the swap back;
    wanted: the model that a person asked to go to, until it is done."""

    active: str | None = None
    next: str | None = None
    previous: str | None = None
    wanted: str | None = None
    held: bool = False
    in_use: str | None = None
    beside: tuple[str, ...] = ()
    revision: int = -1
    """Of vision's message."""
    started_at: datetime | None = None
    swapped_at: datetime | None = None

    @property
    def computed(self) -> frozenset[str]:
        """Models whose embeddings come with each new photo."""
        return frozenset({self.in_use, *self.beside} - {None})  # type: ignore[arg-type] # None was just taken out

    @property
    def kept(self) -> frozenset[str] | None:
        """Models whose embeddings are needed; None: keep all, nothing is known or a change is not over."""
        if self.in_use is None or self.next is not None:
            return None
        return self.computed | {model for model in (self.active, self.previous) if model}

    def begun(self, model: str) -> "ModelChange":
        """The first embeddings of a library make their model the active one."""
        return self if self.active else replace(self, active=model)

    def heard(self, in_use: str | None, beside: tuple[str, ...], revision: int, at: datetime) -> "ModelChange":
        """What vision computes now. A task that is off changes nothing here: its results stay."""
        if revision <= self.revision:
            return self
        new = replace(self, in_use=in_use, beside=beside, revision=revision)
        if in_use is None:
            return new
        new = new.begun(in_use)
        if in_use == new.active:
            previous = new.previous if new.previous in new.computed else None
            return replace(new, next=None, wanted=None, held=False, previous=previous)
        if in_use == new.next:
            return new
        return replace(new, next=in_use, previous=None, wanted=None, held=False, started_at=at)

    def target(self, progress: Progress) -> str | None:
        """The model that the next run should make the people with."""
        if self.wanted:
            return self.wanted
        return self.next if self.next and not self.held and progress.is_complete else self.active

    def swapped(self, to: str, at: datetime) -> "ModelChange":
        """`to` makes the people from now on: forward to the next model, or back to the one before."""
        if to == self.active:
            return replace(self, wanted=None)
        is_back = to == self.previous
        old = self.active if self.active in self.computed else None
        if is_back:
            return replace(self, active=to, next=old, previous=None, wanted=None, held=True, swapped_at=at)
        return replace(self, active=to, next=None, previous=old, wanted=None, held=False, swapped_at=at)

    def state(self, progress: Progress) -> State:
        if self.next:
            return "ready" if progress.is_complete else "computing"
        return "swapped" if self.previous else "none"
