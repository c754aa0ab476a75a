"""`pictopy once`: import, wait until everything has settled, report, stop."""

import json
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from pictopy_local.activity import Activity, Snapshot
from pictopy_local.data_dir import DataDir
from pictopy_local.models import wait_for_starter_models
from pictopy_local.progress import import_view
from pictopy_local.report import StageClock, report, summary
from pictopy_local.say import answer, say
from pictopy_local.services import BACKEND
from pictopy_local.session import Session, guest_session, own_session
from pictopy_local.settle import SettleWatch

PAUSE_S = 0.5


def once(data: DataDir, libraries: Sequence[Path], *, as_json: bool, stall_s: float) -> int:
    """0 with failed photos listed; 1 where anything is neither done nor listed."""
    with _session(data) as session:
        if session.wait_ready():
            return 1
        wait_for_starter_models(session)
        started_at = time.monotonic()
        for folder in libraries:
            session.add_library(folder)
        verdict, last, clock = settled(session, stall_s)
        result = report(session, last.activity or Activity(), clock, time.monotonic() - started_at)
        result["settled"] = verdict == "settled"
        if verdict != "settled":
            result["left"] = last.left()
            say(f"nothing has changed for {stall_s:.0f} s, and this is left: {json.dumps(result['left'])}")
    answer(json.dumps(result, indent=1, ensure_ascii=False)) if as_json else say(summary(result))
    return 0 if result["settled"] and not result["unlisted"] else 1


def _session(data: DataDir) -> AbstractContextManager[Session]:
    """Our own stack, or the one that runs on this data already."""
    return guest_session(data) if data.is_running() else own_session(data, BACKEND)


def settled(session: Session, stall_s: float) -> tuple[Literal["settled", "stalled"], Snapshot, StageClock]:
    """Shows the import until nothing is left to do, or nothing changes any more."""
    watch, clock = SettleWatch(stall_s), StageClock()
    with import_view() as view:
        while True:
            snapshot = session.look()
            session.sample_memory()
            if snapshot.activity is not None:
                view.show(snapshot.activity)
                clock.look(snapshot.activity, time.monotonic())
            verdict = watch.observe(snapshot, time.monotonic())
            if verdict != "working":
                return verdict, snapshot, clock
            session.pause(PAUSE_S)
