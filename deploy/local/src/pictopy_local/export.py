"""`pictopy export`: all that a person would miss, as one JSON object that is the same for the same state."""

import json
from typing import Any

from pictopy_local.data_dir import DataDir
from pictopy_local.merge import merge, photo_ids
from pictopy_local.say import answer, say
from pictopy_local.services import EXPORTERS
from pictopy_local.session import Session, any_session

LOOKUP = 500


def export(data: DataDir) -> int:
    """From the stack that runs on this data, else from one that is started to answer and works on nothing."""
    if not data.exists():
        say(f"nothing has been started on {data.root} yet")
        return 1
    with any_session(data, EXPORTERS) as session:
        missing = session.wait_ready()
        if missing:
            return 1
        parts = {spec.name: session.api.get(spec.name, "/v1/export") for spec in EXPORTERS}
        files = _files(session, sorted(photo_ids(parts)))
    answer(to_json(merge(parts, files)))
    return 0


def _files(session: Session, wanted: list[str]) -> dict[str, list[dict[str, str]]]:
    """Photo id to where its files lie: library id, and path relative to that library's root."""
    found = {}
    for start in range(0, len(wanted), LOOKUP):
        page = session.api.post("ingest", "/v1/photos/lookup", {"ids": wanted[start : start + LOOKUP]})
        for photo in page["items"]:
            places = [{"library": file["library_id"], "path": file["path"]} for file in photo["files"]]
            found[photo["photo_id"]] = sorted(places, key=lambda place: (place["library"], place["path"]))
    return found


def to_json(merged: dict[str, Any]) -> str:
    return json.dumps(merged, indent=1, ensure_ascii=False, sort_keys=True)
