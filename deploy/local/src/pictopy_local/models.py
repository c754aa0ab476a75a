"""The starter models' way onto the disk, as the launcher shows it."""

import time
from typing import Literal

from pydantic import BaseModel

from pictopy_local.client import ApiError
from pictopy_local.say import console, say
from pictopy_local.session import Session

APPEAR_TIMEOUT_S = 10.0
"""Vision begins to pull by itself a moment after it is ready."""
PULL_TIMEOUT_S = 600.0
LATER = (
    "add them later with `pictopy models pull` or on the page Models; without a network set PICTOPY_MODELS_MIRROR to a "
    "folder or URL that has the files, or take a bundle: `pictopy models take FILE`"
)


class Model(BaseModel):
    """One entry of `GET /v1/models` of vision."""

    id: str
    installed: bool = False
    starter: bool = False
    bytes: int = 0


class Pull(BaseModel):
    """One entry of `GET /v1/models/pulls` of vision."""

    model: str
    status: Literal["waiting", "pulling", "done", "failed"]
    done_bytes: int = 0
    total_bytes: int = 0
    reason: str | None = None


def wait_for_starter_models(session: Session) -> None:
    """Shows the pull that vision began by itself; where it cannot be had says so in one line and goes on."""
    try:
        missing = _missing(session)
        pulls = _follow(session) if missing else []
        missing = _missing(session) if missing else []
    except ApiError as error:
        say(f"no models now ({error}); {LATER}")
        return
    if missing:
        reasons = {pull.reason for pull in pulls if pull.reason} or {"they could not be fetched"}
        say(f"starter models are missing ({min(reasons)}); photos are imported without them, {LATER}")


def _follow(session: Session) -> list[Pull]:
    """Returns when no pull is under way any more, with how each ended. Raises: ApiError."""
    appear_by = time.monotonic() + APPEAR_TIMEOUT_S
    deadline = time.monotonic() + PULL_TIMEOUT_S
    with console.status("looking for starter models") as spinner:
        while time.monotonic() < deadline:
            pulls = _pulls(session)
            if pulls and all(pull.status in ("done", "failed") for pull in pulls):
                return pulls
            if not pulls and (time.monotonic() > appear_by or not _missing(session)):
                return []
            spinner.update(wording(pulls))
            session.pause()
    return pulls


def wording(pulls: list[Pull]) -> str:
    done, total = sum(pull.done_bytes for pull in pulls), sum(pull.total_bytes for pull in pulls)
    return f"fetching starter models: {done / 1e6:.1f} of {total / 1e6:.1f} MB"


def _missing(session: Session) -> list[str]:
    models = [Model.model_validate(item) for item in session.api.get("vision", "/v1/models")["items"]]
    return [model.id for model in models if model.starter and not model.installed]


def _pulls(session: Session) -> list[Pull]:
    answer = session.api.get("vision", "/v1/models/pulls")
    return [Pull.model_validate(item) for item in (answer["items"] if isinstance(answer, dict) else answer)]
