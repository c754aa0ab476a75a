"""`pictopy up` and `pictopy demo`: run until Ctrl-C."""

import time
from collections.abc import Sequence
from pathlib import Path

from pictopy_local.client import ApiError
from pictopy_local.data_dir import AlreadyRunning, DataDir
from pictopy_local.journals import PATH as JOURNAL
from pictopy_local.models import wait_for_starter_models
from pictopy_local.progress import import_view
from pictopy_local.say import say
from pictopy_local.services import ALL
from pictopy_local.session import Session, guest_session, own_session

WORKING_PAUSE_S = 0.5
IDLE_PAUSE_S = 3.0
QUIET_LOOKS = 2
"""So many looks without work end an import's progress bar."""


def up(data: DataDir, libraries: Sequence[Path]) -> int:
    """Never returns but by KeyboardInterrupt, except where the stack runs already."""
    if not data.exists():
        _say_remembered(data, libraries)
    try:
        with own_session(data, ALL) as session:
            say(f"Starting PictoPy on {data.root}")
            session.wait_ready()
            say(f"PictoPy is at {session.api.urls['ui']}  (Ctrl-C stops it)")
            wait_for_starter_models(session)
            _add(session, libraries)
            while True:
                _show_import(session)
                _idle(session)
    except AlreadyRunning:
        return _join(data, libraries)


def _say_remembered(data: DataDir, libraries: Sequence[Path]) -> None:
    """Folders that another PictoPy has been at: their journals are read by a rebuild only."""
    for folder in libraries:
        if (folder / JOURNAL).is_file():
            say(
                f"{folder} remembers what was said of its photos. To bring it all back stop here and run:"
                f" pictopy rebuild --from-files --again --library {folder} --data {data.root}"
            )


def _join(data: DataDir, libraries: Sequence[Path]) -> int:
    """A second start: names the first one, gives it the libraries, does nothing else."""
    with guest_session(data) as session:
        say(f"PictoPy already runs on {data.root}: {session.api.urls.get('ui', 'without a UI')}")
        if libraries and "ingest" in session.api.urls:
            _add(session, libraries)
    return 0


def _add(session: Session, libraries: Sequence[Path]) -> None:
    for folder in libraries:
        try:
            session.add_library(folder)
            say(f"library: {folder}")
        except ApiError as error:
            say(f"{folder} was not added: {error}")


def _show_import(session: Session) -> None:
    """Returns when nothing is left to do."""
    started_at, quiet = time.monotonic(), 0
    with import_view() as view:
        while quiet < QUIET_LOOKS:
            snapshot = session.look()
            if snapshot.activity is not None:
                view.show(snapshot.activity)
            quiet = quiet + 1 if snapshot.is_settled else 0
            session.pause(WORKING_PAUSE_S)
    activity = session.look().activity
    if activity is not None and activity.total + activity.failed_files:
        seconds = time.monotonic() - started_at
        say(f"{activity.done:,} photos and videos done, {activity.failed:,} failed, after {seconds:.0f} s of work")


def _idle(session: Session) -> None:
    """Returns when there are new or changed photos."""
    while session.look().is_settled:
        session.pause(IDLE_PAUSE_S)
