"""The result of `pictopy once`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pictopy_local.activity import Activity
from pictopy_local.session import Session


class StageClock:
    """Wall seconds between the first and the last photo of each stage, as seen from outside."""

    def __init__(self) -> None:
        self._finished: dict[str, int] = {}
        self._span: dict[str, tuple[float, float]] = {}

    def look(self, activity: Activity, now_s: float) -> None:
        for name, stage in activity.stages.items():
            finished = stage.finished
            if name not in self._finished:
                self._span[name] = (now_s, now_s)
            elif finished != self._finished[name]:
                self._span[name] = (self._span[name][0], now_s)
            self._finished[name] = finished

    def seconds(self) -> dict[str, float]:
        return {name: round(last - first, 1) for name, (first, last) in self._span.items()}


def report(session: Session, activity: Activity, clock: StageClock, seconds: float) -> dict[str, Any]:
    """Raises: ApiError."""
    api = session.api
    failures = list(api.items("ingest", "/v1/failures"))
    unfinished = {item["photo_id"] for item in failures if item["photo_id"] and item["stage"] in activity.stages}
    people = list(api.items("cluster", "/v1/people", include_hidden=True, min_faces=1))
    unassigned = sum(1 for _ in api.items("cluster", "/v1/faces/unassigned"))
    memories = api.get("memories", "/v1/memories", day=date.today().isoformat())  # noqa: DTZ011 - the user's own day
    session.sample_memory()
    return {
        "photos": activity.photos,
        "videos": activity.videos,
        "done": activity.done - len(unfinished),
        "failed": [{key: item[key] for key in ("path", "stage", "reason")} for item in failures],
        "unlisted": max(0, activity.failed - len(failures)),
        "faces": sum(person["face_count"] for person in people) + unassigned,
        "people": len(people),
        "events": sum(1 for _ in api.items("cluster", "/v1/events")),
        "memories": len(memories["items"]),
        "dead": activity.dead,
        "seconds": round(seconds, 2),
        "photos_per_s": round(activity.total / seconds, 2) if seconds else 0.0,
        "stage_seconds": clock.seconds(),
        "scan_seconds": _latest_scans(api.items("ingest", "/v1/scans")),
        "stages": {name: stage.model_dump() for name, stage in activity.stages.items()},
        "peak_rss_mb": session.memory.peak_mb,
    }


def _latest_scans(scans: Iterable[dict[str, Any]]) -> float:
    """How long the latest scan of each library took, together. `scans`: the newest first."""
    latest: dict[str, dict[str, Any]] = {}
    for scan in scans:
        if scan["ended_at"]:
            latest.setdefault(scan["library_id"], scan)
    return round(sum(_moment(scan["ended_at"]) - _moment(scan["started_at"]) for scan in latest.values()), 3)


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def summary(result: dict[str, Any]) -> str:
    """The same for people."""
    counted = ", ".join(
        f"{result[key]:,} {key}" for key in ("photos", "videos", "faces", "people", "events", "memories")
    )
    lines = [counted, "{seconds} s, {photos_per_s} photos/s".format(**result)]
    lines += ["failed: {path} ({stage}): {reason}".format(**item) for item in result["failed"]]
    return "\n".join(lines)
