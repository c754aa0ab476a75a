"""Facets out of raw counts: labels that differ only in case or accents are one, the most frequent come first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pictopy_search.domain.answers import Count, Facets
from pictopy_search.domain.text import key_of

MAX_VALUES = 100  # of one facet
FOLDED = frozenset({"tags", "cameras", "places"})
"""Facets whose filter compares folded words."""


def facets_of(counts: Iterable[tuple[str, Count]]) -> Facets:
    """`counts`: facet name and one value of it; the facet `total` has a single value."""
    by_facet: dict[str, list[Count]] = defaultdict(list)
    for facet, count in counts:
        by_facet[facet].append(count)
    total = sum(count.count for count in by_facet.pop("total", []))
    return Facets.model_validate({"total": total} | {name: _ranked(name, found) for name, found in by_facet.items()})


def _ranked(facet: str, counts: Sequence[Count]) -> list[Count]:
    merged = _merged(counts) if facet in FOLDED else list(counts)
    if facet == "years":
        return sorted(merged, key=lambda count: count.value, reverse=True)
    return sorted(merged, key=lambda count: (-count.count, count.label, count.value))[:MAX_VALUES]


def _merged(counts: Sequence[Count]) -> list[Count]:
    """Of one key the most frequent spelling stands for all."""
    by_key: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        by_key[key_of(count.value)].append(count)
    return [
        min(same, key=lambda count: (-count.count, count.value)).model_copy(
            update={"count": sum(count.count for count in same)}
        )
        for same in by_key.values()
    ]
