"""Where faces are, as JSON has it: photo id, then the box. Full precision, so that a box comes back as it was."""

from collections.abc import Sequence
from typing import Any

from pictopy_cluster.domain.statements import Place
from pictopy_contracts.geometry import Box


def place_of(parts: Sequence[Any]) -> Place:
    """Of our own rows, which were checked when they came in."""
    photo_id, x1, y1, x2, y2 = parts
    return Place(photo_id, Box.model_construct(x1=x1, y1=y1, x2=x2, y2=y2))


def parts_of(place: Place) -> list[str | float]:
    box = place.box
    return [place.photo_id, box.x1, box.y1, box.x2, box.y2]
