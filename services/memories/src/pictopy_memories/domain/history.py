"""What was shown and what the user said of it; both change what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Said = Literal["more", "less", "hide"]

KEY_REST_DAYS = 365
"""The same story is not told again within a year (study/algorithms.md 3.6)."""
FEEDBACK_DAYS = 60
LESS_FACTOR = 0.5
LESS_UNTIL_OFF = 2
"""«Less» halves a subject's weight for 60 days, two switch it off for that time (study/algorithms.md 3.6)."""
MORE_FACTOR = 1.5
MORE_MOST = 2.25
KIND_LESS, KIND_MORE = 0.9, 1.1
"""What is said of one story rubs off on its kind a little."""


@dataclass(frozen=True)
class Verdict:
    """The last word on one story."""

    story_id: str
    key: str
    subject: str
    kind: str
    said: Said
    day: date
    """When it was said."""


@dataclass(frozen=True)
class History:
    """As seen from the day to build. Distances are in days, to earlier and later days alike."""

    shown_keys: Mapping[str, int] = field(default_factory=dict)
    """Distance to the nearest other day that told the story."""
    shown_kinds: Mapping[str, int] = field(default_factory=dict)
    verdicts: Sequence[Verdict] = ()


def rests(history: History, key: str) -> bool:
    """The story was told within a year, or hidden for good."""
    hidden = any(one.said == "hide" and one.key == key for one in history.verdicts)
    return hidden or history.shown_keys.get(key, KEY_REST_DAYS) < KEY_REST_DAYS


def weight_of(history: History, subject: str, kind: str, day: date) -> float:
    """What the score of a story is multiplied by; 0 switches its subject off."""
    recent = [one for one in history.verdicts if abs((day - one.day).days) <= FEEDBACK_DAYS]
    about = [one.said for one in recent if one.subject == subject]
    more, less = about.count("more"), len(about) - about.count("more")
    if less >= LESS_UNTIL_OFF:
        return 0.0
    weight = min(MORE_FACTOR**more, MORE_MOST) * LESS_FACTOR**less
    for one in recent:
        if one.kind == kind and one.subject != subject:
            weight *= KIND_MORE if one.said == "more" else KIND_LESS
    return float(max(0.25, min(weight, MORE_MOST)))


def effect_of(said: Said, others_less: int) -> str:
    """What a word changes, told to the one who said it. `others_less`: earlier «less» or «hide» about the subject."""
    if said == "more":
        return f"Stories like this one come more often for {FEEDBACK_DAYS} days."
    off = others_less + 1 >= LESS_UNTIL_OFF
    subject = (
        f"and its subject rests for {FEEDBACK_DAYS} days" if off else "and others about its subject come less often"
    )
    if said == "hide":
        return f"This story is gone and never comes back, {subject}."
    if off:
        return f"You said so twice: its subject rests for {FEEDBACK_DAYS} days."
    return f"Stories about this subject count half for {FEEDBACK_DAYS} days."
