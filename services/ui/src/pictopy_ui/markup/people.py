"""Faces cut out of previews by CSS, people with a box for their name."""

from collections.abc import Mapping, Sequence

from pictopy_contracts.geometry import Box
from pictopy_ui.answers import Face, Person
from pictopy_ui.domain.crops import face_crop
from pictopy_ui.domain.naming import name_of
from pictopy_ui.domain.words import plural
from pictopy_ui.markup.text import action, esc, image, link
from pictopy_ui.ports import Pictures

SHARP_ENOUGH = 0.55  # of the picture's width: then the thumbnail (320 px or more) has pixels enough for a cover

SOURCES = {"user": "confirmed by you", "auto": "found by likeness", "file": "named in the file"}

Ratios = Mapping[str, float]
"""Width over height of photos by id; what is missing is guessed from the face."""


def portrait(photo_id: str, box: Box, pictures: Pictures, ratios: Ratios, alt: str) -> str:
    """One face in a window that CSS rounds."""
    crop = face_crop(box, ratios.get(photo_id))
    src = pictures.thumbnail(photo_id) if crop.share >= SHARP_ENOUGH else pictures.preview(photo_id)
    return f'<span class="portrait">{image(src, alt, style=crop.css)}</span>'


def cover(person: Person, pictures: Pictures, ratios: Ratios) -> str:
    if person.cover is None:
        return '<span class="portrait nobody" aria-hidden="true">?</span>'
    return portrait(person.cover.photo_id, person.cover.box, pictures, ratios, f"Face of {person.name or 'somebody'}")


def people(persons: Sequence[Person], pictures: Pictures, ratios: Ratios, names: Sequence[str]) -> str:
    """Cards with a name or a box for one; `names` are offered while typing."""
    cards = "".join(_card(person, cover(person, pictures, ratios)) for person in persons)
    options = "".join(f'<option value="{esc(name)}">' for name in names)
    return f'<div class="people">{cards}</div><datalist id="names">{options}</datalist>'


def _card(person: Person, face: str) -> str:
    opened = link("person", face, label=f"Open {name_of(person)}", id=person.person_id)
    hidden = " is-hidden" if person.hidden else ""
    count = plural(person.photo_count or person.face_count, "photo")
    return f'<article class="person{hidden}">{opened}{_name(person)}<small>{count}</small></article>'


def _name(person: Person) -> str:
    if person.name:
        return link("person", esc(person.name), css="name", id=person.person_id)
    return (
        f'<form {action("name", id=person.person_id)}><input name="value" list="names" autocomplete="off" '
        f'maxlength="200" placeholder="Who is this?" aria-label="Name of this person"></form>'
    )


def faces(found: Sequence[Face], chosen: frozenset[str], pictures: Pictures, ratios: Ratios) -> str:
    """Faces that can be picked one by one; each also leads to its photo."""
    return (
        f'<div class="faces">{"".join(_face(face, face.face_id in chosen, pictures, ratios) for face in found)}</div>'
    )


def _face(face: Face, is_chosen: bool, pictures: Pictures, ratios: Ratios) -> str:
    by = SOURCES.get(face.source, face.source)
    sure = f", {face.confidence:.0%} sure" if face.confidence and face.source == "auto" else ""
    picture = portrait(face.photo_id, face.box, pictures, ratios, f"A face, {by}{sure}")
    badge = '<span class="mark sure" title="Confirmed by you">✓</span>' if face.source == "user" else ""
    return (
        f'<div class="face"><button type="button" class="pick" aria-pressed="{str(is_chosen).lower()}" '
        f'title="{esc(by + sure)}" {action("pick", id=face.face_id)}>{picture}{badge}</button>'
        f"{link('photo', 'Photo', css='to-photo', id=face.photo_id)}</div>"
    )


def heading(person: Person, pictures: Pictures, ratios: Ratios) -> str:
    """Who the page is about."""
    facts = f"{plural(person.photo_count, 'photo')} · {plural(person.face_count, 'face')}"
    hidden = " · hidden" if person.hidden else ""
    return (
        f'<header class="who">{cover(person, pictures, ratios)}<div><h1>{esc(person.name or "Somebody without a name")}'
        f"</h1><p>{facts}{hidden}</p></div></header>"
    )
