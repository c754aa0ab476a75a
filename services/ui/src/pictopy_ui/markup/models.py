"""What the machine can see, with which models, under which licence."""

from collections.abc import Mapping, Sequence

from pictopy_ui.answers import Change, Engine, Hardware, Model, ModelChange, Profile, Pull, Task, Timing
from pictopy_ui.domain.words import bytes_text
from pictopy_ui.markup.text import button, esc

Titles = Mapping[str, str]
TASKS = {
    "faces": ("Finding faces", "needed for People"),
    "face_embedding": ("Telling faces apart", "needed for People"),
    "objects": ("Objects", "what is in a photo"),
    "tags": ("Tags", "what a photo is about"),
    "image_embedding": ("Likeness", "similar photos"),
    "text_embedding": ("Search by meaning", "words that look at pictures"),
    "text_boxes": ("Finding lines of text", "needed for text in pictures"),
    "ocr": ("Text in pictures", "signs, menus, notes"),
    "face_quality": ("Face quality", "the best shot of a face"),
}


def tasks(found: Mapping[str, Task], titles: Mapping[str, str]) -> str:
    """On or off, and why."""
    return f'<ul class="tasks">{"".join(_task(name, task, titles) for name, task in found.items())}</ul>'


def _task(name: str, task: Task, titles: Mapping[str, str]) -> str:
    title, hint = TASKS.get(name, (name.replace("_", " ").capitalize(), ""))
    state = '<span class="tag good">on</span>' if task.on else '<span class="tag">off</span>'
    with_model = titles.get(task.model or "", task.model or "")
    return (
        f"<li><div><strong>{esc(title)}</strong> {state}<br><small>{esc(hint)}</small></div>"
        f"<div><span>{esc(with_model)}</span><br><small>{esc(task.why or '')}</small></div></li>"
    )


def models(found: Sequence[Model], pulls: Mapping[str, Pull]) -> str:
    return f'<ul class="rows">{"".join(_model(model, pulls.get(model.id)) for model in found)}</ul>'


def _model(model: Model, pull: Pull | None) -> str:
    flags = "".join(
        f'<span class="tag {tone}">{word}</span> '
        for word, tone, is_set in (
            ("in use", "good", model.in_use),
            ("installed", "", model.installed and not model.in_use),
            ("starter", "", model.starter and not model.installed),
            ("only from a mirror", "busy", model.only_from_mirror and not model.installed),
        )
        if is_set
    )
    work = ", ".join(TASKS.get(task, (task, ""))[0] for task in model.tasks or (model.task,))
    facts = " · ".join(text for text in (work, bytes_text(model.bytes), model.licence) if text)
    return (
        f"<li><div><strong>{esc(model.title or model.id)}</strong> {flags}<div>{esc(model.note or '')}</div>"
        f'<small title="{esc(model.licence_allows)}">{esc(facts)}</small>{_pull(pull)}</div>'
        f'<div class="ways">{_way(model, pull)}</div></li>'
    )


def _way(model: Model, pull: Pull | None) -> str:
    name = model.title or model.id
    if pull is not None and is_running(pull):
        return ""
    if model.installed:
        use = "" if model.in_use else button("Use", "use", label=f"Use {name}", css="strong", id=model.id)
        return use + button("Remove", "remove", label=f"Remove {name}", id=model.id)
    return button("Get", "pull", label=f"Get {name}", css="strong", id=model.id)


def is_running(pull: Pull) -> bool:
    return pull.status not in {"done", "failed", "installed", ""}


def _pull(pull: Pull | None) -> str:
    if pull is None:
        return ""
    if pull.status == "failed":
        return f'<div class="bad">{esc(pull.reason or "could not be fetched")}</div>'
    if not is_running(pull):
        return ""
    share = pull.done_bytes / pull.total_bytes if pull.total_bytes else 0.0
    done = f"{bytes_text(pull.done_bytes)} of {bytes_text(pull.total_bytes)}" if pull.total_bytes else pull.status
    return f'<div class="track"><i style="width:{share:.2%}"></i></div><small>{esc(done)}</small>'


def engine(found: Engine) -> str:
    """One line on what the models run on."""
    on = ", ".join(_provider(name) for name in found.providers)
    parts = [f"Runs on {on}" if on else "", found.name, found.why or ""]
    if found.triton is not None:
        state = "ready" if found.triton.ready else f"away: {found.triton.why or 'no answer'}"
        parts.append(f"Triton at {found.triton.url}, {state}")
    return f'<p class="note">{esc(" · ".join(part for part in parts if part))}</p>'


def _provider(name: str) -> str:
    """`CUDAExecutionProvider` as people say it."""
    return name.removesuffix("ExecutionProvider")


def machine(found: Hardware) -> str:
    memory = f"{found.memory_mb / 1000:.0f} GB memory" if found.memory_mb else ""
    disk = f"{found.disk_free_mb / 1000:.0f} GB of disk free" if found.disk_free_mb else ""
    parts = (f"{found.cores} cores" if found.cores else "", memory, found.gpu or "no GPU", disk)
    return " · ".join(part for part in parts if part)


def profiles(found: Sequence[Profile], recommended: str | None, titles: Titles) -> str:
    return f'<ul class="rows">{"".join(_profile(one, one.id == recommended, titles) for one in found)}</ul>'


def _profile(profile: Profile, is_recommended: bool, titles: Titles) -> str:
    flags = "".join(
        f'<span class="tag {tone}">{esc(word)}</span> '
        for word, tone, is_set in (
            ("recommended here", "good", is_recommended),
            ("installed", "", profile.installed),
            (profile.why_not or "too large for this machine", "busy", not profile.fits),
        )
        if is_set
    )
    pace = f"{profile.ms_per_photo:.0f} ms a photo" if profile.ms_per_photo else ""
    takes = (f"{profile.disk_mb:.0f} MB to fetch", f"{profile.memory_mb:.0f} MB of memory at work", pace)
    models = ", ".join(titles.get(one, one) for one in profile.models)
    css = "strong" if is_recommended else "quiet"
    return (
        f"<li><div><strong>{esc(profile.title or profile.id)}</strong> {flags}<div>{esc(models)}</div>"
        f"<small>{esc(' · '.join(text for text in takes if text))}</small></div>"
        f'<div class="ways">{button("Use this", "profile", label=f"Use {profile.title}", css=css, id=profile.id)}</div>'
        "</li>"
    )


def change(found: Change, progress: ModelChange | None, titles: Titles) -> str:
    """Two models side by side: how far the new one is, and the two ways out."""
    title = TASKS.get(found.task, (found.task, ""))[0]
    ways = button("Take it back", "change-back", id=found.task) + button(
        "Finish", "change-finish", label=f"Finish the change of {title}", css="strong", id=found.task
    )
    return (
        f'<ul class="rows"><li><div><strong>{esc(title)}: {esc(titles.get(found.before, found.before))} → '
        f"{esc(titles.get(found.after, found.after))}</strong>{_how_far(progress)}</div>"
        f'<div class="ways">{ways}</div></li></ul>'
    )


def _how_far(progress: ModelChange | None) -> str:
    if progress is None or progress.state == "none":
        return "<div>Photos are looked at again; until all are, the old model answers.</div>"
    if progress.state == "swapped":
        return "<div>The new model answers. Finish to forget the old one, or take it back.</div>"
    share = progress.done / progress.total if progress.total else 0.0
    return (
        f'<div class="track"><i style="width:{share:.2%}"></i></div>'
        f"<small>{progress.done:,} of {progress.total:,} photos; until all are done, the old model answers</small>"
    )


def timings(found: Sequence[Timing], titles: Titles) -> str:
    rows = "".join(
        f"<tr><td>{esc(titles.get(one.model, one.model))}</td><td>{esc(TASKS.get(one.task, (one.task, ''))[0])}</td>"
        f"<td>{f'{one.ms:.1f} ms' if one.ms is not None else '–'}</td><td>{esc(one.engine)}</td></tr>"
        for one in found
    )
    return f"<table><thead><tr><th>Model</th><th>Task</th><th>One run</th><th>On</th></tr></thead>{rows}</table>"
