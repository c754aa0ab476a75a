"""What the machine can see, with which models, under which licence."""

from collections.abc import Mapping, Sequence

from pictopy_ui.answers import Model, Pull, Task
from pictopy_ui.domain.words import bytes_text
from pictopy_ui.markup.text import button, esc

TASKS = {
    "faces": ("Finding faces", "needed for People"),
    "face_embedding": ("Telling faces apart", "needed for People"),
    "objects": ("Objects", "what is in a photo"),
    "tags": ("Tags", "what a photo is about"),
    "image_embedding": ("Likeness", "similar photos, search by words"),
    "quality": ("Picture quality", "the best shot of a series"),
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
        return button("Remove", "remove", label=f"Remove {name}", id=model.id)
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
