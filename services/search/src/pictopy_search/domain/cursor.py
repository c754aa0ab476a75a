"""Where a page ended. Opaque to callers; it names the last photo shown, so new photos do not shift the pages."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from pictopy_contracts.ids import PhotoId
from pictopy_search.domain.filters import BadQuery, Order

SCORED = frozenset({"quality", "relevance"})
"""Orders that go by a score first and by time where scores are equal."""


@dataclass(frozen=True)
class Cursor:
    """`at`: the time that the order goes by (aware for `added`, else local); `score` for scored orders."""

    order: Order
    at: datetime
    photo_id: PhotoId
    score: float | None = None


def encode(cursor: Cursor) -> str:
    fields = [cursor.order, cursor.at.isoformat(), cursor.photo_id, cursor.score]
    return base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str, order: Order) -> Cursor:
    """Raises BadQuery for anything that `encode` did not make for this order."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return _checked(json.loads(raw), order)
    except (UnicodeError, binascii.Error, json.JSONDecodeError, ValueError, TypeError, RecursionError):
        raise BadQuery("cursor: not one that this list gave for this order; start without a cursor") from None


def _checked(fields: Any, order: Order) -> Cursor:
    made_for, at_text, photo_id, score = fields
    at = datetime.fromisoformat(at_text)
    is_scored = isinstance(score, float) and isfinite(score)
    fits = made_for == order and is_scored == (order in SCORED) and (at.tzinfo is not None) == (order == "added")
    if not fits or not isinstance(photo_id, str) or "\x00" in photo_id:
        raise ValueError
    return Cursor(order, at, PhotoId(photo_id), score if is_scored else None)
