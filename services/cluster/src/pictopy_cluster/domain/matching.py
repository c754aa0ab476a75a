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


def match_again(known: Mapping[str, Box], seen: Sequence[Box]) -> list[str | None]:
    """The same where another detector may draw its boxes tighter or wider: what overlaps too little after the best
    pairs have been taken is one face where the middle of each box lies in the other."""
    found = match(known, seen)
    taken = {key for key in found if key}
    pairs = sorted(
        (-box.iou(seen[place]), place, key)
        for key, box in known.items()
        if key not in taken
        for place, old in enumerate(found)
        if old is None and _holds_middle(box, seen[place]) and _holds_middle(seen[place], box)
    )
    for _, place, key in pairs:
        if found[place] is None and key not in taken:
            found[place] = key
            taken.add(key)
    return found


def _holds_middle(box: Box, other: Box) -> bool:
    x, y = (other.x1 + other.x2) / 2, (other.y1 + other.y2) / 2
    return box.x1 <= x <= box.x2 and box.y1 <= y <= box.y2
