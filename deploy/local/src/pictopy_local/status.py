"""`pictopy status`: where each part is, how it is, and how far the work has come."""

import json
from typing import Any

from rich.table import Table

from pictopy_local.client import ApiError
from pictopy_local.data_dir import DataDir
from pictopy_local.say import answer, say, tables
from pictopy_local.session import Session, guest_session


def status(data: DataDir, *, as_json: bool) -> int:
    """1 where nothing runs on this data."""
    if not data.is_running():
        answer(json.dumps({"running": False, "data": str(data.root)})) if as_json else say(
            f"PictoPy does not run on {data.root}; start it with: pictopy up --data {data.root}"
        )
        return 1
    with guest_session(data) as session:
        facts = gather(session)
    answer(json.dumps(facts, indent=1)) if as_json else _show(facts)
    return 0


def gather(session: Session) -> dict[str, Any]:
    """Base address, health and queues of each service; counts by stage."""
    api = session.api
    services = {}
    for name, url in sorted(api.urls.items()):
        told = (api.status(name) if name != "ui" else None) or {}
        services[name] = {"url": url, "ready": api.is_ready(name)} | {
            key: told[key] for key in ("version", "pending", "outbox", "backlog", "settled", "failing") if key in told
        }
    try:
        activity = api.get("ingest", "/v1/activity")
    except (ApiError, KeyError):
        activity = None
    state = session.data.read_state()
    return {
        "running": True,
        "data": str(session.data.root),
        "launcher_pid": state.launcher_pid,
        "ui": state.ui_url,
        "services": services,
        "processes": {process.name: process.pid for process in state.processes},
        "activity": activity,
    }


def _show(facts: dict[str, Any]) -> None:
    table = Table("service", "address", "health", "left to do", box=None, pad_edge=False)
    for name, service in facts["services"].items():
        left = sum((service.get("pending") or {}).values()) + sum((service.get("backlog") or {}).values())
        table.add_row(name, service["url"], "ready" if service["ready"] else "not ready", str(left) if left else "-")
    tables.print(table)
    for stage, count in ((facts["activity"] or {}).get("stages") or {}).items():
        answer("{stage}: {done} of {wanted} done, {failed} failed, {waiting} waiting".format(stage=stage, **count))
