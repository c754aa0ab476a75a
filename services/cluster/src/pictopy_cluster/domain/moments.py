"""What a photo's facts say about when and where it was taken, as far as events go."""

from datetime import datetime
from typing import Any

from pictopy_cluster.domain.names import printable
from pictopy_cluster.domain.timeline import Snap
from pictopy_contracts.messages import Photo

WEAK_TIMES = ("mtime", "filename")
"""Sources that tell when a file was made or sent rather than when a picture was taken."""


def facts_of(photo: Photo) -> dict[str, Any] | None:
    """The part of a photo that events depend on, ready for JSON; None where no time is known."""
    if photo.taken_at_local is None:
        return None
    parts = (photo.camera_make, photo.camera_model, photo.camera_serial)
    camera = "|".join(filter(None, map(printable, parts)))
    return {
        "local": photo.taken_at_local.isoformat(),
        "offset_min": photo.taken_offset_min,
        "camera": camera or None,
        "lat": photo.latitude_deg,
        "lon": photo.longitude_deg,
        "is_shot": _is_shot(photo, camera),
    }


def _is_shot(photo: Photo, camera: str) -> bool:
    """Taken with a camera, at a time that is more than a bare date."""
    assert photo.taken_at_local is not None, "the caller checked"
    if photo.is_screenshot or (photo.time_source in WEAK_TIMES and not camera):
        return False
    is_bare_date = photo.taken_at_local.time() == datetime.min.time()
    return bool(camera) or not is_bare_date


def snap_of(photo_id: str, facts: dict[str, Any]) -> Snap:
    return Snap(
        photo_id,
        datetime.fromisoformat(facts["local"]),
        facts["offset_min"],
        facts["camera"],
        facts["lat"],
        facts["lon"],
        facts["is_shot"],
    )
