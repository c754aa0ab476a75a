"""Events that were found matched to the events that are known, so that ids and given titles stay."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pictopy_cluster.domain.happenings import Happening
from pictopy_cluster.domain.identity import stable_ids
from pictopy_cluster.domain.names import event_of_photo


def event_ids(
    found: Sequence[Happening],
    known: Mapping[str, Sequence[str]],
    titled: Sequence[str],
    anchors: Mapping[str, str] | None = None,
) -> list[str]:
    """An id for each happening of one kind. known: event id to its photos, those that are gone first; titled: ids with
    a title by a person, which choose before all others; anchors: ids from a journal, each with the one photo whose
    event it is, which choose next. So a library that comes back photo by photo ends with the ids that it had."""
    anchors = anchors or {}
    before = {photo: event for event, photos in known.items() for photo in photos}
    clusters = [one.photo_ids for one in found]
    pinned = _keepers(clusters, known, titled)
    place = {photo: n for n, photos in enumerate(clusters) for photo in photos}
    for event, photo in sorted(anchors.items()):
        if photo in place and place[photo] not in pinned:
            pinned[place[photo]] = event
    return stable_ids(
        clusters, before, pinned, [*titled, *anchors], lambda photo, n: event_of_photo(photo, found[0].kind, n)
    )


def _keepers(
    clusters: Sequence[Sequence[str]], known: Mapping[str, Sequence[str]], titled: Sequence[str]
) -> dict[int, str]:
    """The cluster that holds most of each titled event's photos has its id; the larger overlap goes first."""
    place = {photo: n for n, photos in enumerate(clusters) for photo in photos}
    votes = sorted(
        (-count, event, n)
        for event in titled
        for n, count in Counter(place[photo] for photo in known.get(event, ()) if photo in place).items()
    )
    keepers: dict[int, str] = {}
    for _, event, n in votes:
        if n not in keepers and event not in keepers.values():
            keepers[n] = event
    return keepers
