"""Stable ids: a cluster keeps the id that most of its faces had, and a person that people spoke of keeps its own."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence


def stable_ids(
    clusters: Sequence[Sequence[str]],
    before: Mapping[str, str],
    pinned: Mapping[int, str],
    reserved: Iterable[str],
    fresh: Callable[[str, int], str],
) -> list[str]:
    """An id for each cluster of members.

    before: member to its id so far; pinned: cluster to the id that it must have; reserved: ids that no other cluster
    may take; fresh: makes an id of a first member and an attempt. The largest overlap chooses first.
    """
    ids: list[str | None] = [pinned.get(place) for place in range(len(clusters))]
    taken = {*reserved, *pinned.values()}
    for _, place, old in _overlaps(clusters, before):
        if ids[place] is None and old not in taken:
            ids[place] = old
            taken.add(old)
    taken |= set(before.values())
    return [given or _fresh(members, fresh, taken) for given, members in zip(ids, clusters, strict=True)]


def _overlaps(clusters: Sequence[Sequence[str]], before: Mapping[str, str]) -> list[tuple[int, int, str]]:
    votes = [Counter(before[one] for one in members if one in before) for members in clusters]
    return sorted((-count, place, old) for place, counter in enumerate(votes) for old, count in counter.items())


def _fresh(members: Sequence[str], fresh: Callable[[str, int], str], taken: set[str]) -> str:
    first, attempt = min(members), 0
    while (made := fresh(first, attempt)) in taken:
        attempt += 1
    taken.add(made)
    return made
