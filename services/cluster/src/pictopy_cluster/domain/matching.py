"""Which face of a new look at a photo is which face that is known already."""

from collections.abc import Mapping, Sequence

from pictopy_contracts.geometry import Box

SAME_FACE_IOU = 0.5
"""Detectors' boxes of one face overlap more than this, those of two faces less."""
REGION_IOU = 0.3
"""A region drawn by a person or another program is looser: whole heads, or squares."""


def match(known: Mapping[str, Box], seen: Sequence[Box], min_iou: float = SAME_FACE_IOU) -> list[str | None]:
    """For each seen box the known id it belongs to, best overlap first, each id once."""
    pairs = sorted((-box.iou(other), place, key) for key, box in known.items() for place, other in enumerate(seen))
    found: list[str | None] = [None] * len(seen)
    taken: set[str] = set()
    for overlap, place, key in pairs:
        if -overlap > min_iou and found[place] is None and key not in taken:
            found[place] = key
            taken.add(key)
    return found
