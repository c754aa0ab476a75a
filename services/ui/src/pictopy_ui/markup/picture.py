"""One large picture with the people in it, and what is known of it."""

from collections.abc import Sequence

from pictopy_ui.answers import Face, Hit, PhotoFacts, PlanItem
from pictopy_ui.domain.tiles import described
from pictopy_ui.domain.words import bytes_text, clock_text, moment_text, plural
from pictopy_ui.markup.text import esc, link
from pictopy_ui.markup.work import TARGETS

SOURCES = {
    "mtime": "from the file's date",
    "filename": "from the file's name",
    "inferred": "from photos nearby in time",
}


def stage(photo: PhotoFacts, src: str, original: str, faces: Sequence[Face]) -> str:
    """The preview (a video plays) with a frame over each face."""
    alt = described(Hit(photo_id=photo.photo_id, kind=photo.kind, taken_at_local=photo.taken_at_local), photo)
    shape = f"--ratio:{photo.ratio or 1.5:.4f}"
    if photo.kind == "video":
        player = (
            f'<video controls preload="metadata" poster="{esc(src)}" src="{esc(original)}" aria-label="{esc(alt)}">'
        )
        return f'<figure class="stage" style="{shape}">{player}</video></figure>'
    frames = "".join(_frame(face) for face in faces if face.is_face)
    return f'<figure class="stage" style="{shape}"><img src="{esc(src)}" alt="{esc(alt)}">{frames}</figure>'


def _frame(face: Face) -> str:
    box = face.box
    place = f"left:{box.x1:.2%};top:{box.y1:.2%};width:{box.x2 - box.x1:.2%};height:{box.y2 - box.y1:.2%}"
    label = face.name or "Who is this?"
    inner = f"<span>{esc(label)}</span>"
    if not face.person_id:
        return f'<span class="frame" style="{place}">{inner}</span>'
    opened = link("person", inner, css="frame", label=f"Open {label}", id=face.person_id)
    return opened.replace("<a ", f'<a style="{place}" ', 1)


def facts(photo: PhotoFacts, hit: Hit | None, event_title: str | None, faces: Sequence[Face]) -> str:
    """Rows of what is known; what is not known is left out."""
    rows = [
        ("Taken", esc(moment_text(photo.taken_at_local)) + _source(photo.time_source)),
        ("People", _people(faces)),
        ("Event", link("event", esc(event_title), id=hit.event_id) if hit and hit.event_id and event_title else ""),
        ("Place", _place(photo, hit)),
        ("Camera", esc(" ".join(text for text in (photo.camera_make, photo.camera_model) if text))),
        ("Picture", esc(_picture(photo))),
        ("Files", "".join(f"<div class='path'>{esc(file.path)}</div>" for file in photo.files)),
        ("Notes", "".join(f"<div>{esc(warning)}</div>" for warning in photo.warnings)),
    ]
    inner = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)
    return f'<dl class="facts">{inner}</dl>'


def tags(labels: Sequence[str]) -> str:
    """Each leads to all photos that bear it."""
    items = "".join(f"<li>{link('library', esc(label), css='chip', tag=label)}</li>" for label in labels)
    return f'<ul class="chips">{items}</ul>' if items else ""


def _people(faces: Sequence[Face]) -> str:
    """The named, each once; strangers in a word."""
    named = {face.person_id: face.name for face in faces if face.person_id and face.name}
    links = [link("person", esc(name), id=person_id) for person_id, name in named.items()]
    strangers = sum(face.is_face and not face.name for face in faces)
    return ", ".join([*links, *([plural(strangers, "unknown face")] if strangers else [])])


def _source(source: str | None) -> str:
    hint = SOURCES.get(source or "")
    return f" <small>{hint}</small>" if hint else ""


def _place(photo: PhotoFacts, hit: Hit | None) -> str:
    stated = ", ".join(text for text in (photo.location, photo.city, photo.country) if text)
    name = esc(stated or (", ".join(hit.places) if hit else ""))
    if photo.latitude_deg is None or photo.longitude_deg is None:
        return name
    spot = f"{photo.latitude_deg:.5f}, {photo.longitude_deg:.5f}"
    return f"{name or esc(spot)}{_source(photo.place_source)}" + (f"<div class='path'>{spot}</div>" if name else "")


def _picture(photo: PhotoFacts) -> str:
    size = f"{photo.width_px} × {photo.height_px}" if photo.width_px else ""
    weight = bytes_text(photo.files[0].size_bytes) if photo.files else ""
    return " · ".join(text for text in (size, photo.format.upper(), weight, clock_text(photo.duration_s)) if text)


def download(original: str) -> str:
    return f'<p class="note"><a href="{esc(original)}" target="_blank" rel="noopener">Open the original</a></p>'


def plan(items: Sequence[PlanItem]) -> str:
    """What a write would change, file by file."""
    return f'<ul class="rows">{"".join(_planned(item) for item in items)}</ul>'


def _planned(item: PlanItem) -> str:
    lines = [*(f"+ {text}" for text in item.add), *(f"− {text}" for text in item.remove)]
    inner = "".join(f'<div class="path">{esc(line)}</div>' for line in lines)
    target = TARGETS.get(item.target, item.target)
    return f'<li><div><strong class="path">{esc(item.path)}</strong> <small>{esc(target)}</small>{inner}</div></li>'
