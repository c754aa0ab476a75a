"""How strongly two groups of faces speak for one person.

A face is a person plus noise, both Gaussian (two-covariance PLDA with one variance each: Brümmer and de Villiers,
2010). Strangers' cosines then have mean `stranger` and standard deviation 1/sqrt(dims), one person's faces have mean
`same`. The log-likelihood ratio of "one person" against "two" follows from the groups' sizes and their sum vectors
alone. What cosine it asks for depends on how many faces stand behind each mean: means of many faces carry little noise
and must nearly agree. One threshold for all centroids, as others use it, merges too loosely where most people have few
faces (BCubed F .959 on LFW with the thresholds that are right for large ones).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

CORRELATION = 0.2
"""Share of a face's noise that its neighbours in time have too: n faces tell at most as much as 1/CORRELATION
independent ones. Any value of .1 to .3 gives the same BCubed F within .005 on every set of bench/README.md."""


@dataclass(frozen=True)
class Calibration:
    """How one embedding model behaves in one library; see `calibration.py`."""

    stranger: float
    """Mean cosine of two faces of different people."""
    dims: float
    """Effective dimensions: 1 / variance of the strangers' cosines, after taking `stranger` off."""
    same: float
    """Mean cosine of two faces of one person, with `stranger` taken off."""
    log_odds: float
    """Evidence that a merge needs, in nats: about log(number of faces), the odds against a random pair."""

    def centred(self, cosine: Doubles) -> Doubles:
        return (cosine - self.stranger) / (1 - self.stranger)

    def cosine_at(self, deviations: float) -> float:
        """The cosine that strangers pass only `deviations` standard deviations above their mean."""
        return float(self.stranger + (1 - self.stranger) * deviations / np.sqrt(self.dims))

    def with_same(self, same: float) -> "Calibration":
        return replace(self, same=same)


def weight(count: Doubles, square: Doubles, known: Calibration) -> Doubles:
    """How many independent faces a group is worth. count: (G,); square: (G,) |sum of embeddings|^2.

    A burst of one moment is worth about one face: its own mean self-similarity says so.
    """
    by_count = count / (1 + (count - 1) * CORRELATION)
    excess = known.centred(square / count**2) - known.same
    by_spread = np.where(excess > 0, (1 - known.same) / np.maximum(excess, 1e-6), np.inf)
    return np.minimum(by_count, np.maximum(by_spread, 1.0))


def own_term(worth: Doubles, mean_square: Doubles, known: Calibration) -> Doubles:
    """Log marginal likelihood of one group, but for what cancels. mean_square: centred |mean|^2."""
    ratio = known.same / (1 - known.same)
    quadratic = ratio / (1 - known.same) * mean_square * worth**2 / (1 + worth * ratio)
    return known.dims / 2 * (quadratic - np.log1p(worth * ratio))


@dataclass(frozen=True)
class Groups:
    """What the evidence needs of G groups: each (G,)."""

    worth: Doubles
    mean_square: Doubles
    own: Doubles

    @classmethod
    def of(cls, count: Doubles, square: Doubles, known: Calibration) -> "Groups":
        worth, mean_square = weight(count, square, known), known.centred(square / count**2)
        return cls(worth, mean_square, own_term(worth, mean_square, known))

    def take(self, index: NDArray[np.int64]) -> "Groups":
        return Groups(self.worth[index], self.mean_square[index], self.own[index])


def log_ratio(left: Groups, right: Groups, mean_cosine: Doubles, known: Calibration) -> Doubles:
    """Log-likelihood ratio of "one person" for each pair. mean_cosine: (P,) mean pairwise cosine across the pair."""
    worth = left.worth + right.worth
    across = 2 * left.worth * right.worth * known.centred(mean_cosine)
    joint = (left.worth**2 * left.mean_square + right.worth**2 * right.mean_square + across) / worth**2
    return own_term(worth, joint, known) - left.own - right.own
