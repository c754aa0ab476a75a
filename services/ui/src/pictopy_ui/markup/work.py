"""Progress, health, what failed, and what was written into files."""

from collections.abc import Iterable, Sequence

from pictopy_ui.answers import Activity, Conflict, DryRun, FailedWish, Failure, Health, Write
from pictopy_ui.domain.progress import SERVICES, STAGES, StageRow, headline, health_word, stage_rows
from pictopy_ui.domain.words import plural, stamp_text
from pictopy_ui.markup import notes
from pictopy_ui.markup.text import button, esc, link

STATUS = {"written": ("written", "good"), "failed": ("failed", "bad"), "undone": ("taken back", "busy")}
STATUS |= {"pending": ("being written", "busy"), "undoing": ("being taken back", "busy")}
WISHES = {"faces": "people"}
TARGETS = {"embedded": "in the file", "sidecar": "in a sidecar", "journal": "in the folder's journal"}


def progress(activity: Activity) -> str:
    """One bar a stage under a line that says what is going on."""
    videos = [plural(activity.videos, "video")] if activity.videos else []
    counts = " · ".join([plural(activity.photos, "photo"), *videos])
    rows = "".join(_stage(row) for row in stage_rows(activity))
    return f'<section class="work"><h3>{esc(headline(activity))}</h3><p>{counts}</p>{rows}</section>'


def _stage(row: StageRow) -> str:
    failed = f' · <b class="bad">{row.failed:,} failed</b>' if row.failed else ""
    waiting = f" · {row.waiting:,} waiting" if row.waiting else ""
    share = f"{row.done_share:.0%}"
    return (
        f'<div class="stage-row"><div><strong>{esc(row.title)}</strong> <small>{esc(row.hint)}</small></div>'
        f'<div class="track" role="progressbar" aria-label="{esc(row.title)}" aria-valuemin="0" '
        f'aria-valuemax="{row.wanted}" aria-valuenow="{row.done}"><i style="width:{row.done_share:.2%}"></i>'
        f'<i class="bad" style="width:{row.failed_share:.2%}"></i></div>'
        f"<small>{row.done:,} of {row.wanted:,} ({share}){waiting}{failed}</small>{_again(row)}</div>"
    )


def _again(row: StageRow) -> str:
    """Photos with an older result: it stays until the new one is there, and the work can wait."""
    if not row.relook:
        return ""
    way = "Go on" if row.is_paused else "Pause"
    left = "paused" if row.is_paused else row.left
    words = f"{plural(row.relook, 'photo')} to be looked at again with other models" + (f" · {left}" if left else "")
    return f'<div class="ways"><small>{esc(words)}</small>{button(way, "hold", stage=row.name, to=way)}</div>'


def health(found: Iterable[Health]) -> str:
    items = "".join(_health(one) for one in found)
    return f'<ul class="health">{items}</ul>'


def _health(one: Health) -> str:
    word, tone = health_word(one)
    title = SERVICES.get(one.service, (one.service, ""))[0]
    version = f" <small>{esc(one.version)}</small>" if one.version else ""
    return f'<li><i class="dot {tone}"></i><strong>{esc(title)}</strong> {esc(word)}{version}</li>'


def failures(found: Sequence[Failure]) -> str:
    """What went wrong with which photo, and the two ways out."""
    return f'<ul class="rows">{"".join(_failure(number, item) for number, item in enumerate(found))}</ul>'


def _failure(number: int, item: Failure) -> str:
    name = item.path or ("A photo" if item.photo_id else "A message")
    stage = STAGES.get(item.stage, (item.stage, ""))[0]
    where = " · ".join(text for text in (stage, plural(item.attempts, "attempt"), stamp_text(item.at)) if text)
    dead = ' <span class="tag bad">gave up</span>' if item.dead_id else ""
    shown = link("photo", esc(name), id=item.photo_id) if item.photo_id else esc(name)
    return (
        f'<li><div><strong class="path">{shown}</strong>{dead}<div>{esc(item.reason)}</div>'
        f"<small>{esc(where)}</small></div>"
        f'<div class="ways">{button("Retry", "retry", label=f"Retry {name}", number=str(number))}'
        f"{button('Skip', 'skip', label=f'Skip {name}', number=str(number))}</div></li>"
    )


def writes(found: Sequence[Write]) -> str:
    """The ledger: each write can be taken back."""
    return f'<ul class="rows">{"".join(_write(write) for write in found)}</ul>'


def _write(write: Write) -> str:
    word, tone = STATUS.get(write.status, (write.status, "busy"))
    checked = " · read back and compared" if write.verified and write.status == "written" else ""
    target = TARGETS.get(write.target, write.target)
    when = stamp_text(write.undone_at or write.written_at)
    shown = link("photo", esc(write.path), id=write.photo_id) if write.photo_id else esc(write.path)
    is_done = write.status == "written"
    because = f", because {write.reason}" if write.reason and is_done else ""
    reason = f"<div>{esc(write.reason)}</div>" if write.reason and not is_done else ""
    undo = button("Undo", "undo", label=f"Undo the write in {write.path}", id=str(write.write_id))
    return (
        f'<li><div><strong class="path">{shown}</strong> <span class="tag {tone}">{esc(word)}</span>'
        f"<div>{esc(_wishes(write.wishes))}</div>{reason}"
        f"<small>{esc(target + because)}{checked} · {esc(when)}</small></div>"
        f'<div class="ways">{undo if is_done else ""}</div></li>'
    )


def _wishes(wishes: object) -> str:
    """What the file was to carry, in a few words."""
    if isinstance(wishes, dict):
        told = {str(name): value for name, value in wishes.items() if value}
        parts = (_asked(WISHES.get(name, name), value) for name, value in told.items())
        return " · ".join(parts)
    return _listed(wishes) if wishes else ""


def _asked(name: str, value: object) -> str:
    return name if value is True else f"{name}: {_side(value)}"


def _listed(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_listed(one) for one in value)
    if isinstance(value, dict):
        return str(value.get("name") or value.get("title") or value.get("kind") or "")
    return str(value)


def failed_wishes(found: Sequence[FailedWish]) -> str:
    items = "".join(
        f"<li><div><strong>{link('photo', 'A photo', id=wish.photo_id or '')}</strong>"
        f"<div>{esc(wish.reason or '')}</div><small>{plural(wish.attempts, 'attempt')}</small></div></li>"
        for wish in found
    )
    return f'<ul class="rows">{items}</ul>'


def conflicts(found: Sequence[Conflict]) -> str:
    """Where a file and PictoPy said different things, and how it was settled."""
    return f'<ul class="rows">{"".join(_conflict(one) for one in found)}</ul>'


def _conflict(one: Conflict) -> str:
    kept = {"ours": "PictoPy's word holds", "theirs": "the file's word holds", "merged": "both were put together"}
    name = esc(one.path or "A photo")
    shown = link("photo", name, id=one.photo_id) if one.photo_id else name
    sides = f"PictoPy: {_side(one.ours)} · file: {_side(one.theirs)}"
    ways = "".join(
        button(text, "settle", label=f"{text} for {one.what} of {one.path}", id=one.conflict_id, side=side)
        for side, text in (("ours", "Keep PictoPy's"), ("theirs", "Keep the file's"))
        if side != one.resolved and one.conflict_id
    )
    rule = ", ".join(text for text in (kept.get(one.resolved, one.resolved), one.rule) if text)
    return (
        f'<li><div><strong class="path">{shown}</strong> <span class="tag">{esc(one.what)}</span>'
        f"<div>{esc(sides)}</div><small>{esc(rule)} · {esc(stamp_text(one.at))}</small></div>"
        f'<div class="ways">{ways}</div></li>'
    )


def _side(value: object) -> str:
    """A field's value, or several fields with theirs."""
    if isinstance(value, dict):
        values = [_listed(one) for one in value.values() if one is not None]
        return ", ".join(one for one in values if one) or "–"
    return _listed(value) if value else "–"


def dry_run(found: DryRun) -> str:
    """Counts by what would change and where."""
    kinds = [(kind.replace("_", " "), f"{count:,}") for kind, count in found.by_kind.items() if count]
    targets = [(TARGETS.get(one, one), f"{count:,}") for one, count in found.by_target.items() if count]
    refused = [(one.reason, f"{one.count:,}") for one in found.refused]
    head = f"{plural(found.photos, 'photo')}, {plural(found.files, 'file')} would be written"
    return f'<p class="note">{esc(head)}</p>' + notes.chips([*kinds, *targets]) + notes.chips(refused)
