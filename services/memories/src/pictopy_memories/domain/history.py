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


def less_about(verdicts: Sequence[Verdict], subject: str, day: date) -> int:
    """On how many stories of the subject «less» or «hide» was the last word, within 60 days of `day`."""
    return sum(one.said != "more" for one in _near(verdicts, day) if one.subject == subject)


def weight_of(history: History, subject: str, kind: str, day: date) -> float:
    """What the score of a story is multiplied by; 0 switches its subject off."""
    recent = _near(history.verdicts, day)
    less = less_about(recent, subject, day)
    if less >= LESS_UNTIL_OFF:
        return 0.0
    more = sum(one.said == "more" for one in recent if one.subject == subject)
    weight = min(MORE_FACTOR**more, MORE_MOST) * LESS_FACTOR**less
    for one in recent:
        if one.kind == kind and one.subject != subject:
            weight *= KIND_MORE if one.said == "more" else KIND_LESS
    return float(max(0.25, min(weight, MORE_MOST)))


def effect_of(verdict: Verdict, verdicts: Sequence[Verdict]) -> str:
    """What a word changes, told to the one who said it. `verdicts`: all last words, this one among them."""
    if verdict.said == "more":
        return f"Stories like this one count more for {FEEDBACK_DAYS} days."
    off = less_about(verdicts, verdict.subject, verdict.day) >= LESS_UNTIL_OFF
    others = f"rest for {FEEDBACK_DAYS} days" if off else f"count half for {FEEDBACK_DAYS} days"
    if verdict.said == "hide":
        return f"This story is gone and never comes back; others about the same {others}."
    return f"Stories about the same {others}{': you said so twice' if off else ''}."


def _near(verdicts: Sequence[Verdict], day: date) -> list[Verdict]:
    return [one for one in verdicts if abs((day - one.day).days) <= FEEDBACK_DAYS]
