"""Which words of the library are near those of a query, and how much each counts."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log1p

import numpy as np
from numpy.typing import NDArray

from pictopy_search.domain.language import ENGLISH, Language
from pictopy_search.domain.text import Term
from pictopy_search.domain.word_vectors import Floats, WordVectors

FLOOR = 0.35  # cosine; two words of no kinship pass it in 1 of 100 cases. Chosen on the even half of flickr_half
CONTAINED = 0.8  # «ball» in «sports ball»: weight beside 1 for the word itself
MOST_NEAR = 40  # words of the library that one word of a query may stand for
ENOUGH = 4_000  # photos that the nearest words of one term have, after which farther words change no list
LED = 2_000  # photos that the most telling words of a description have; it is ranked among these
DESCRIPTION = 3  # words from which on a query describes a picture: models name few of its things, so the best
# match comes first and none is left out (R@10 on flickr_half 21.5, against 17.6 where a third must be met)


@dataclass(frozen=True)
class Lexicon:
    """The distinct words and names of a library. `counts`: photos that have each; `vectors`: (V, D), a row each."""

    keys: tuple[str, ...] = ()
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    vectors: Floats = field(default_factory=lambda: np.zeros((0, 1), dtype=np.float32))
    photos: int = 0
    by_word: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """A single word to the rows whose key has it."""


@dataclass(frozen=True)
class Near:
    """Part `term` of the query may be met by `key`, which then counts `weight`."""

    term: int
    key: str
    weight: float


@dataclass(frozen=True)
class Wanted:
    """What a photo is scored by: for each term the best of its `near` words, added up."""

    near: tuple[Near, ...] = ()
    least_terms: int = 1
    """So many of the terms a photo must meet."""
    groups: tuple[tuple[str, ...], ...] = ()
    """Only photos that have a word of each group are scored; without any group none is."""


def lexicon_of(counted: Mapping[str, int], photos: int, words: WordVectors, before: Lexicon | None = None) -> Lexicon:
    """Only keys that `before` did not have are looked up in the table."""
    keys = tuple(sorted(counted))
    by_word: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        for word in set(key.split()):
            by_word.setdefault(word, []).append(row)
    return Lexicon(
        keys,
        np.array([counted[key] for key in keys], dtype=np.int64),
        _vectors(keys, words, before or Lexicon()),
        photos,
        {word: tuple(rows) for word, rows in by_word.items()},
    )


def _vectors(keys: Sequence[str], words: WordVectors, before: Lexicon) -> Floats:
    known = {key: row for row, key in enumerate(before.keys)}
    new = {key: row for row, key in enumerate(key for key in keys if key not in known)}
    fresh = words.embed(list(new))
    rows = [fresh[new[key]] if key in new else before.vectors[known[key]] for key in keys]
    return np.stack(rows) if rows else fresh


def wanted(terms: Sequence[Term], lexicon: Lexicon, words: WordVectors, language: Language = ENGLISH) -> Wanted:
    """The near words of each term that carries a wish. A quoted term means its own words only."""
    asked = [term for term in terms if term.is_exact or not set(term.words) <= language.fillers]
    if not asked or not lexicon.keys:
        return Wanted()
    vectors = words.embed([" ".join(term.words) for term in asked])
    alike = np.clip((vectors @ lexicon.vectors.T - FLOOR) / (1 - FLOOR), 0, 1)
    near = [one for number, term in enumerate(asked) for one in _near(number, term, alike[number], lexicon, language)]
    if len(asked) < DESCRIPTION:
        groups = tuple(tuple(one.key for one in near if one.term == number) for number in range(len(asked)))
        return Wanted(tuple(near), len(asked), groups)
    return Wanted(tuple(near), 1, (_leaders(near, lexicon),) if near else ())


def _leaders(near: Sequence[Near], lexicon: Lexicon) -> tuple[str, ...]:
    """The words that count most, until they have photos enough; the others then only add to the score of these."""
    keys = list(dict.fromkeys(one.key for one in sorted(near, key=lambda one: -one.weight)))
    return tuple(keys[: _until(LED, [int(lexicon.counts[bisect_left(lexicon.keys, key)]) for key in keys])])


def _near(number: int, term: Term, alike: Floats, lexicon: Lexicon, language: Language) -> list[Near]:
    """`alike`: (V,) 0..1 by meaning."""
    rows = np.flatnonzero(alike)[:0] if term.is_exact else np.flatnonzero(alike)
    weights = {int(row): float(alike[row]) for row in rows}
    for row, weight in _spelled(term, lexicon, language):
        weights[row] = max(weights.get(row, 0.0), weight)
    best = sorted(weights, key=lambda row: (-weights[row], row))[:MOST_NEAR]
    best = best[: _until(ENOUGH, [int(lexicon.counts[row]) for row in best])]
    return [Near(number, lexicon.keys[row], weights[row] * _rarity(row, lexicon)) for row in best]


def _until(enough: int, counts: Sequence[int]) -> int:
    """How many of them, from the first on, make up so much."""
    return int(np.searchsorted(np.cumsum(counts), enough)) + 1


def _rarity(row: int, lexicon: Lexicon) -> float:
    """What few photos have tells more (inverse document frequency)."""
    return log1p(lexicon.photos / max(int(lexicon.counts[row]), 1))


def _spelled(term: Term, lexicon: Lexicon, language: Language) -> list[tuple[int, float]]:
    """Rows whose key is the term, has it among its words, or names the kind of thing that it is."""
    rows = set(lexicon.by_word.get(term.words[0], ()))
    for word in term.words[1:]:
        rows &= set(lexicon.by_word.get(word, ()))
    text = " ".join(term.words)
    found = [(row, 1.0 if lexicon.keys[row] == text else CONTAINED) for row in rows]
    kind = language.kinds.get(text)
    if kind and not term.is_exact:
        found += [(row, 1.0) for row in lexicon.by_word.get(kind, ()) if lexicon.keys[row] == kind]
    return found
