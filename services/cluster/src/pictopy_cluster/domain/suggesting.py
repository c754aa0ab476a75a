"""Whose a new face probably is, from its neighbours alone, until the clusterer has run."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from pictopy_cluster.domain.evidence import Calibration
from pictopy_cluster.domain.models import model_of
from pictopy_cluster.domain.partition import CORE_DEVIATIONS, CORE_LIMITS

AGREEING = 2
"""So many very near neighbours must be of one person, and none of another."""


@dataclass(frozen=True)
class Seen:
    """A neighbour: whose it is and its cosine."""

    person_id: str | None
    score: float


def suggest(near: Sequence[Seen], model_id: str, taken: Collection[str | None]) -> str | None:
    """The person of the neighbours within core distance, where they agree; nobody who is in the photo already."""
    model = model_of(model_id)
    known = Calibration(model.stranger, model.dims, model.same, log_odds=0.0)
    limit = float(np.clip(known.cosine_at(CORE_DEVIATIONS), *CORE_LIMITS))
    persons = [one.person_id for one in near if one.score >= limit and one.person_id]
    if len(persons) < AGREEING or len(set(persons)) > 1 or persons[0] in taken:
        return None
    return persons[0]
