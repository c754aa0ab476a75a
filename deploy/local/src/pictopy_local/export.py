"""`pictopy export`: all that a person would miss, as one JSON object that is the same for the same state."""

import json
from contextlib import AbstractContextManager
from typing import Any

from pictopy_local.data_dir import DataDir
from pictopy_local.merge import merge
from pictopy_local.say import answer, say
from pictopy_local.services import EXPORTERS
from pictopy_local.session import Session, guest_session, own_session

QUIET = {"INGEST_SCAN_AT_START": "0", "INGEST_WATCH": "0"}
"""An export looks at no photo folder."""


def export(data: DataDir) -> int:
    """From the stack that runs on this data, else from one that is started for the purpose."""
    if not data.exists():
        say(f"nothing has been started on {data.root} yet")
        return 1
    with _session(data) as session:
        missing = session.wait_ready()
        if missing:
            return 1
        parts = {spec.name: session.api.get(spec.name, "/v1/export") for spec in EXPORTERS}
    answer(to_json(merge(parts)))
    return 0


def to_json(merged: dict[str, Any]) -> str:
    return json.dumps(merged, indent=1, ensure_ascii=False, sort_keys=True)


def _session(data: DataDir) -> AbstractContextManager[Session]:
    return guest_session(data) if data.is_running() else own_session(data, EXPORTERS, QUIET)
