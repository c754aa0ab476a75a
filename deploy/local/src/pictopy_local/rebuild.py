"""`pictopy rebuild --from-files`: new databases out of the libraries, with all that people ever said."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pictopy_local.client import ApiError
from pictopy_local.data_dir import DataDir
from pictopy_local.journals import OWNERS, Entry, Journal, JournalError, read_journal, united
from pictopy_local.models import wait_for_starter_models
from pictopy_local.once import settled
from pictopy_local.say import answer, say
from pictopy_local.services import BACKEND
from pictopy_local.session import Session, own_session

BATCH = 500
"""Statements a request."""


@dataclass
class Result:
    """What was done. `settled` is False where the import came to a stop."""

    data: str
    libraries: list[str]
    journals: list[dict[str, Any]] = field(default_factory=list)
    statements: dict[str, dict[str, int]] = field(default_factory=dict)
    refused: list[dict[str, str]] = field(default_factory=list)
    photos: int = 0
    settled: bool = False
    restore_s: float = 0.0
    import_s: float = 0.0


def rebuild(data: DataDir, libraries: Sequence[Path], *, again: bool, as_json: bool, stall_s: float) -> int:
    """1 where the data folder is in use, a journal cannot be used, or something was not taken back."""
    if data.is_running():
        say(f"PictoPy runs on {data.root}; stop it first")
        return 1
    if data.exists() and not again:
        say(f"{data.root} holds databases already; name a new folder, or say --again to add to this one")
        return 1
    try:
        journals = [journal for folder in libraries if (journal := read_journal(folder))]
    except JournalError as error:
        say(str(error))
        return 1
    result = Result(str(data.root), [str(folder) for folder in libraries])
    result.journals = [_told(journal) for journal in journals]
    _say_journals(libraries, journals)
    with own_session(data, BACKEND) as session:
        if session.wait_ready():
            return 1
        wait_for_starter_models(session)
        with _pen_down(session):
            _restore(session, united(journals), result)
            _import(session, libraries, result, stall_s)
    answer(json.dumps(vars(result), indent=1, ensure_ascii=False)) if as_json else say(_summary(result))
    return 0 if result.settled and not result.refused else 1


def _told(journal: Journal) -> dict[str, Any]:
    broken = [{"line": number, "reason": reason} for number, reason in journal.broken]
    return {"file": str(journal.file), "statements": len(journal.entries), "broken": broken}


def _say_journals(libraries: Sequence[Path], journals: Sequence[Journal]) -> None:
    for journal in journals:
        say(f"{journal.file}: {len(journal.entries):,} statements")
        for number, reason in journal.broken:
            say(f"{journal.file}, line {number}: {reason}; the other lines are taken")
    if len(journals) < len(libraries):
        say(f"{len(libraries) - len(journals)} of the folders have no journal: their photos speak for themselves")


@contextmanager
def _pen_down(session: Session) -> Iterator[None]:
    """No file is written meanwhile, no journal either: half of what was said must not replace all of it."""
    rules = session.api.get("exif", "/v1/policy")
    session.api.put("exif", "/v1/policy", {**rules, "paused": True})
    try:
        yield
    finally:
        session.api.put("exif", "/v1/policy", rules)


def _restore(session: Session, entries: Mapping[str, Sequence[Entry]], result: Result) -> None:
    """Before the photos are there: each service keeps what it cannot place yet."""
    started_at = time.monotonic()
    for owner in (*OWNERS, *sorted(entries.keys() - set(OWNERS))):
        said = entries.get(owner, ())
        if owner not in session.api.urls or owner not in OWNERS:
            result.refused += [{"owner": owner, "id": one.id, "reason": "nobody takes it back"} for one in said]
            continue
        counts = {"restored": 0, "skipped": 0}
        for start in range(0, len(said), BATCH):
            batch = [one.as_item() for one in said[start : start + BATCH]]
            for item in _taken_back(session, owner, batch, result):
                counts = {name: counts[name] + item[name] for name in counts}
        result.statements[owner] = counts
    result.restore_s = round(time.monotonic() - started_at, 1)


def _taken_back(session: Session, owner: str, items: list[dict[str, Any]], result: Result) -> list[dict[str, int]]:
    """A batch that is refused as a whole is sent one by one, so that one bad statement costs itself alone."""
    try:
        told = session.api.post(owner, "/v1/restore", {"items": items}, timeout_s=None)
    except ApiError as error:
        if error.status != 422:
            raise
        if len(items) == 1:
            result.refused.append({"owner": owner, "id": items[0]["id"], "reason": str(error)})
            return []
        return [count for item in items for count in _taken_back(session, owner, [item], result)]
    result.refused += [{"owner": owner, **one} for one in told.get("refused") or ()]
    return [told]


def _import(session: Session, libraries: Sequence[Path], result: Result, stall_s: float) -> None:
    started_at = time.monotonic()
    for folder in libraries:
        session.add_library(folder)
    verdict, last, _ = settled(session, stall_s)
    result.settled = verdict == "settled"
    result.photos = last.activity.total if last.activity else 0
    result.import_s = round(time.monotonic() - started_at, 1)
    if not result.settled:
        say(f"nothing has changed for {stall_s:.0f} s, and this is left: {json.dumps(last.left())}")


def _summary(result: Result) -> str:
    lines = [f"{result.photos:,} photos and videos are back after {result.restore_s + result.import_s:.0f} s"]
    lines += [f"{owner}: {counts['restored']:,} statements" for owner, counts in result.statements.items()]
    lines += [f"not taken back: {one['owner']} {one['id']}: {one['reason']}" for one in result.refused]
    return "\n".join(lines)
