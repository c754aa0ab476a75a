"""`pictopy ledger` and `pictopy undo`: what was written into the user's files, and the way back."""

import json
import sys
from dataclasses import dataclass
from typing import Any

from pictopy_contracts.paths import from_wire
from pictopy_local.data_dir import DataDir
from pictopy_local.say import answer, say
from pictopy_local.services import BACKEND
from pictopy_local.session import Session, any_session

WRITERS = tuple(spec for spec in BACKEND if spec.name in {"exif", "ingest"})
"""Ingest too: it says which file is which photo."""
LATEST = 1000
"""Rows that a person is shown; JSON has them all."""


@dataclass(frozen=True)
class Which:
    """Writes of one photo (its id, or a path as the ledger shows it), one UTC day, one outcome."""

    photo: str | None = None
    day: str | None = None
    status: str | None = None

    def params(self) -> dict[str, str]:
        told = {"photo_id": self.photo, "day": self.day, "status": self.status}
        return {name: value for name, value in told.items() if value is not None}


def ledger(data: DataDir, which: Which, *, as_json: bool) -> int:
    """1 where nothing was ever started on this data."""
    if not _is_there(data):
        return 1
    with any_session(data, WRITERS) as session:
        if session.wait_ready():
            return 1
        rows = list(session.api.items("exif", "/v1/ledger", **which.params()))
    if as_json:
        answer(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        _show(rows)
    return 0


def _show(rows: list[dict[str, Any]]) -> None:
    """One line a write, what it put in and took out below it."""
    for row in rows[:LATEST]:
        outcome = row["status"] + (f": {row['reason']}" if row.get("reason") else "")
        answer(f"{row['write_id']:>8}  {row['started_at'][:19]}  {from_wire(row['written_path'])}  {outcome}")
        signs = {"added": "+", "removed": "-", "replaced": "~"}
        for line in (f"{sign} {one}" for name, sign in signs.items() for one in row[name]):
            answer(f"{'':>10}{line}")
    if len(rows) > LATEST:
        say(f"and {len(rows) - LATEST:,} earlier ones; --json has them all")


def undo(data: DataDir, body: dict[str, Any], write_id: int | None, *, is_sure: bool) -> int:
    """1 where something could not be undone, each with its reason, or the user thought better of it."""
    if not _is_there(data) or not (is_sure or _is_meant(body, write_id)):
        return 1
    with any_session(data, WRITERS) as session:
        if session.wait_ready():
            return 1
        if write_id is not None:
            session.api.post("exif", f"/v1/ledger/{write_id}/undo")
            say(f"write {write_id} is undone")
            return 0
        return _say_undone(session, body)


def _say_undone(session: Session, body: dict[str, Any]) -> int:
    done = session.api.post("exif", "/v1/undo", body, timeout_s=None)
    refused = done.get("refused") or []
    for one in refused:
        say(f"not undone: write {one['write_id']}: {one['reason']}")
    say(f"{len(done['write_ids']):,} writes are undone, {len(refused):,} are not")
    return 1 if refused else 0


def _is_meant(body: dict[str, Any], write_id: int | None) -> bool:
    """Asked twice, for it is the user's own files. Nobody at the keyboard is a no."""
    subject = f"write {write_id}" if write_id is not None else _in_words(body)
    if not sys.stdin.isatty():
        say(f"to undo {subject} say --yes")
        return False
    return _yes(f"Undo {subject}: take out of the files what PictoPy wrote?") and _yes("Are you sure?")


def _in_words(body: dict[str, Any]) -> str:
    if body.get("all"):
        return "everything that was ever written"
    return f"all writes of {body['day']}" if "day" in body else f"all writes of the photo {body['photo_id']}"


def _yes(question: str) -> bool:
    say(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _is_there(data: DataDir) -> bool:
    if not data.exists():
        say(f"nothing has been started on {data.root} yet")
    return data.exists()
