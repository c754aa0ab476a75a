"""From steps to text: connectionist temporal classification (Graves et al. 2006), the likeliest class of each step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pictopy_vision.domain.arrays import Floats

NOTHING = 0


@dataclass(frozen=True)
class ReadLine:
    text: str
    score: float
    """Mean probability of its characters; 0 for an empty text."""


def characters_of(labels: Sequence[str], classes: int) -> list[str] | None:
    """What each class stands for: «nothing», the labels, and where there is one class more a space. None where the
    numbers do not fit."""
    spare = classes - len(labels) - 1
    return ["", *labels, *" " * spare] if spare in (0, 1) else None


def decode(steps: Floats, characters: Sequence[str]) -> ReadLine:
    """`steps`: (T, C), probabilities or what comes before softmax. Repeats of a class are one character."""
    likely = _probabilities(steps)
    best = likely.argmax(axis=1)
    keep = best != NOTHING
    keep[1:] &= best[1:] != best[:-1]
    if not keep.any():
        return ReadLine("", 0.0)
    text = "".join(characters[one] for one in best[keep])
    return ReadLine(" ".join(text.split()), float(likely[keep, best[keep]].mean()))


def _probabilities(steps: Floats) -> Floats:
    if steps.min() >= 0 and np.allclose(steps.sum(axis=1), 1, atol=1e-2):
        return steps
    raised = np.exp(steps - steps.max(axis=1, keepdims=True))
    likely: Floats = raised / raised.sum(axis=1, keepdims=True)
    return likely
