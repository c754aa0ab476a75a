"""What a kind of story proposes for a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from pictopy_memories.domain.library import Library, Rows

MIN_SLIDES = 5
MAX_SLIDES = 20
"""A story has 5 to 20 slides; with fewer there is no story to tell (study/algorithms.md 3.5)."""


class Spread(Enum):
    """What a story should cover before it shows a second photo of the same."""

    MOMENT = "moment"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Candidate:
    """A story that could be told. `rows`: all photos it is about, the unfit ones too, to account for them."""

    kind: str
    key: str
    """(type, subject, occasion): the same key is not shown again for a year."""
    subject: str
    """What it is about: at most one story a day of each subject, and what «more» or «less like this» means."""
    title: str
    rows: Rows
    significance: float
    """0..1: how much this day calls for this story."""
    subtitle: str = ""
    reasons: tuple[str, ...] = ()
    why_slide: str = ""
    """What holds for each of its photos."""
    named: tuple[int, ...] = ()
    """People whom the words name, as indexes into the library's persons."""
    spread: Spread = Spread.MOMENT
    is_spare: bool = False
    """Told only when the day has no other story of its kind."""
    is_filler: bool = False
    """Told only when the day has nothing else."""


class Kind(Protocol):
    """One way to find stories. Pure: the same library and day give the same candidates."""

    name: str

    def candidates(self, library: Library, day: date) -> Sequence[Candidate]: ...
