"""How far the work on the photos is, in words and shares."""

from dataclasses import dataclass

from pictopy_ui.answers import Activity, Health, StageProgress
from pictopy_ui.domain.words import left_text, plural

STAGES = {
    "preview": ("Previews", "read, sized and filed"),
    "vision": ("Looking", "faces, tags and likeness"),
    "cluster": ("People and events", "who and when"),
    "search": ("Search", "ready to be found"),
}

SERVICES = {
    "ingest": ("Library", "Photos, thumbnails and folders cannot be shown until it is back. Nothing is lost."),
    "vision": ("Models", "New photos wait for their faces and tags; everything found so far stays."),
    "cluster": ("People and events", "Names and events cannot be shown or changed; photos and search still work."),
    "search": (
        "Search",
        "Filters, timeline and search are away; the library is shown as it is, People and Events still work.",
    ),
    "memories": ("Memories", "Stories are away for the moment; all else works."),
    "exif": ("Metadata writer", "Names wait to be written into your files; nothing is lost, all else works."),
}


@dataclass(frozen=True)
class StageRow:
    title: str
    hint: str
    done: int
    failed: int
    waiting: int
    wanted: int
    name: str = ""
    relook: int = 0
    is_paused: bool = False
    left: str = ""
    """Time that looking again still takes, in words."""

    @property
    def done_share(self) -> float:
        return self.done / self.wanted if self.wanted else 0.0

    @property
    def failed_share(self) -> float:
        return self.failed / self.wanted if self.wanted else 0.0


def stage_rows(activity: Activity) -> tuple[StageRow, ...]:
    """In the order in which a photo passes them; stages that we do not know come last."""
    order = [*STAGES, *(stage for stage in activity.stages if stage not in STAGES)]
    return tuple(_row(stage, activity.stages[stage]) for stage in order if stage in activity.stages)


def _row(stage: str, progress: StageProgress) -> StageRow:
    title, hint = STAGES.get(stage, (stage.capitalize(), ""))
    wanted = progress.wanted or progress.done + progress.failed + progress.waiting
    return StageRow(
        title,
        hint,
        progress.done,
        progress.failed,
        progress.waiting,
        wanted,
        name=stage,
        relook=progress.relook,
        is_paused=progress.paused,
        left=left_text(progress.eta_s),
    )


def waiting(activity: Activity) -> int:
    """Photos at the stage that has most before it."""
    return max((stage.waiting for stage in activity.stages.values()), default=0)


def headline(activity: Activity) -> str:
    """One line on what is going on."""
    left = waiting(activity)
    if activity.scanning and not left:
        return "Looking through your folders"
    if not left:
        return "Everything is up to date" if activity.photos or activity.videos else "Nothing to do yet"
    parts = [f"Working on {plural(left, 'photo')}"]
    if activity.rate_per_s:
        parts.append(f"{activity.rate_per_s:.1f} a second")
    parts.append(left_text(activity.eta_s))
    return " · ".join(part for part in parts if part)


def health_word(health: Health) -> tuple[str, str]:
    """A word for people and a tone (good, busy, bad)."""
    if not health.reachable:
        return "not reachable", "bad"
    if not health.ready:
        return "not ready", "bad"
    if health.settled:
        return "ready", "good"
    left = sum(health.pending.values()) + sum(health.backlog.values()) + health.outbox
    return (f"working, {left:,} to go" if left else "working"), "busy"
