"""The JSON that Google Takeout puts beside each picture."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pictopy_ingest.domain.metadata.places import Place, place
from pictopy_ingest.domain.metadata.tags import Notes, clean


@dataclass(frozen=True)
class Takeout:
    taken_at: datetime | None = None
    place: Place | None = None
    caption: str | None = None
    people: tuple[str, ...] = ()
    favourite: bool = False


def parse(text: bytes, notes: Notes) -> Takeout | None:
    """None, with a note, where it is no such JSON."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        notes.add("the JSON sidecar cannot be read")
        return None
    if not isinstance(fields, dict) or ("photoTakenTime" not in fields and "geoData" not in fields):
        return None
    people = fields.get("people")
    return Takeout(
        taken_at=_instant(fields.get("photoTakenTime")),
        place=_place(fields.get("geoData"), notes) or _place(fields.get("geoDataExif"), notes),
        caption=clean(_text(fields.get("description"))),
        people=tuple(name for one in people if (name := _name(one))) if isinstance(people, list) else (),
        favourite=fields.get("favorited") is True,
    )


def _instant(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(value["timestamp"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def _place(value: Any, notes: Notes) -> Place | None:
    if not isinstance(value, dict):
        return None
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    return place(float(latitude), float(longitude), notes)


def _name(value: Any) -> str | None:
    return clean(_text(value.get("name"))) if isinstance(value, dict) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
