"""Boxes and embeddings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pictopy_contracts.geometry import Box
from pictopy_contracts.vectors import Embedding

edge = st.tuples(st.floats(0, 1), st.floats(0, 1)).filter(lambda pair: pair[1] - pair[0] > 1e-6)
boxes = st.builds(lambda x, y: Box(x1=x[0], x2=x[1], y1=y[0], y2=y[1]), edge, edge)


@given(boxes, boxes)
def test_iou_is_symmetric_and_bounded(a: Box, b: Box) -> None:
    """Overlap does not depend on who asks, and a box overlaps itself fully."""
    assert a.iou(b) == pytest.approx(b.iou(a))
    assert 0 <= a.iou(b) <= 1 + 1e-9
    assert a.iou(a) == pytest.approx(1)


def test_a_box_without_area_is_refused() -> None:
    """Zero width is an error at the door, not a division by zero later."""
    with pytest.raises(ValidationError, match="positive width"):
        Box(x1=0.5, x2=0.5, y1=0, y2=1)


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=64).filter(lambda v: math.hypot(*v) > 0.1))
def test_an_embedding_survives_its_travel(values: list[float]) -> None:
    """float16 keeps a unit vector's cosine within 1e-3."""
    norm = math.hypot(*values)
    sent = [value / norm for value in values]
    received = Embedding.of("m", sent).values()
    cosine = sum(a * b for a, b in zip(sent, received, strict=True)) / math.hypot(*received)
    assert cosine == pytest.approx(1, abs=1e-3)
