"""piexif: the EXIF of a JPEG whose metadata Exiv2 refuses as a whole. Only what can be told apart is kept."""

import struct
from collections.abc import Mapping
from typing import Any

import piexif

from pictopy_ingest.domain.metadata.tags import Tags, Value

_GROUPS = {"0th": "Image", "Exif": "Photo", "GPS": "GPSInfo"}


def read(data: bytes) -> Tags:
    """No tags at all where piexif fails too: it does so in many ways."""
    try:
        found: Mapping[str, Any] = piexif.load(data)
    except (ValueError, KeyError, IndexError, TypeError, UnboundLocalError, struct.error):
        return Tags()
    exif: dict[str, Value] = {}
    for group, name in _GROUPS.items():
        for tag, value in found.get(group, {}).items():
            known = piexif.TAGS[group].get(tag)
            if known and (text := _text(value)):
                exif[f"Exif.{name}.{known['name']}"] = text
    return Tags(exif)


def _text(value: Any) -> str:
    """As Exiv2 writes it: `1/2 3/4` for rationals."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, int) for part in value):
        return f"{value[0]}/{value[1]}"
    return " ".join(_text(part) for part in value) if isinstance(value, tuple) else str(value)
