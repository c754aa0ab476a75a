"""The cursor of a page."""

import base64
import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_contracts.ids import PhotoId
from pictopy_search.domain.cursor import SCORED, Cursor, decode, encode
from pictopy_search.domain.filters import BadQuery, Order

local = datetime.fromisoformat


ORDERS: tuple[Order, ...] = ("newest", "oldest", "added", "quality", "relevance")


@given(
    st.sampled_from(ORDERS),
    st.datetimes(),
    st.text("0123456789abcdef"),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_a_cursor_survives_the_way_there_and_back(order: Order, at: datetime, photo_id: str, score: float) -> None:
    """To the last bit of its time and score."""
    moment = at.replace(tzinfo=UTC) if order == "added" else at
    cursor = Cursor(order, moment, PhotoId(photo_id), score if order in SCORED else None)
    assert cursor == decode(encode(cursor), order)


@given(st.text(), st.sampled_from(ORDERS))
def test_anything_else_is_refused(text: str, order: Order) -> None:
    """Any text is a valid cursor or a BadQuery, never another error."""
    with contextlib.suppress(BadQuery):
        assert isinstance(decode(text, order), Cursor)


@pytest.mark.parametrize(
    "fields",
    [
        "[]",
        "1",
        "null",
        '["newest","2023-01-01","a",1.5]',
        '["newest","2023-01-01T00:00:00+00:00","a",null]',
        '["newest","x","a",null]',
        '["newest","2023-01-01",5,null]',
        '["newest","2023-01-01","\\u0000",null]',
        "[" * 9999,
    ],
)
def test_forged_fields_are_refused(fields: str) -> None:
    """Well-formed base64 is not enough."""
    with pytest.raises(BadQuery, match="start without a cursor"):
        decode(base64.urlsafe_b64encode(fields.encode()).decode(), "newest")


def test_a_cursor_of_another_order_is_refused() -> None:
    """It would silently skip photos."""
    cursor = Cursor("newest", local("2023-01-01"), PhotoId("a"))
    with pytest.raises(BadQuery):
        decode(encode(cursor), "oldest")
