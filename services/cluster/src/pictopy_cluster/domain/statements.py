"""The log of decisions, replayed: what people have said so far about faces and persons.

Each row carries the faces that its persons had when it was made, so the outcome never depends on what the clusterer
thought in between. A later row outweighs an earlier one on the same face; a row that is undone is as never written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pictopy_cluster.domain.names import name_key, person_of_name
from pictopy_contracts.geometry import Box

Source = Literal["auto", "user", "file"]
"""Who says whose face it is: likeness, a person in PictoPy, or a name in the file alone."""
Kind = Literal["name", "same", "not_same", "not_a_face", "hide", "show", "assign", "undo"]


By = Literal["user", "file"]
"""Who decided: a person in PictoPy, or one in another program who changed the name in the file."""


@dataclass(frozen=True)
class Place:
    """Where a face is, so that it can be found again whatever its id will be."""

    photo_id: str
    box: Box


@dataclass(frozen=True)
class Decision:
    """One row of the log. `anchors`: person id to the faces that stood for it when this was said;
    `said_id`: what it is called in any database."""

    decision_id: int
    kind: Kind
    person_id: str | None = None
    other_person_id: str | None = None
    face_ids: tuple[str, ...] = ()
    name: str | None = None
    anchors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    undoes: int | None = None
    by: By = "user"
    said_id: str = ""
    undoes_said: str = ""
    """The `said_id` of what it undoes, where that came from a journal, maybe later than this."""

    @property
    def faces(self) -> list[str]:
        """Every face that it names, each once."""
        anchored = (face for group in self.anchors.values() for face in group)
        return list(dict.fromkeys([*self.face_ids, *anchored]))


@dataclass(frozen=True)
class Imported:
    """A name that another program wrote over a face; any decision on that face outweighs it."""

    face_id: str
    name: str


@dataclass
class Statements:
    """pins: face to person; rejects: (face, person) that never meet; merged: person to the one it became part of."""

    pins: dict[str, str] = field(default_factory=dict)
    rejects: set[tuple[str, str]] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    not_faces: set[str] = field(default_factory=set)
    merged: dict[str, str] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    """Faces whose pin comes from an imported name alone."""
    file_names: set[str] = field(default_factory=set)
    """People whose name comes from files alone."""
    claims: dict[str, str] = field(default_factory=dict)
    """Faces over which a file has a name that was said here: our own writing where likeness agrees, else a statement
    by another program."""
    said_names: dict[str, str] = field(default_factory=dict)
    """Name to the person that a decision ever gave it to."""

    @property
    def spoken_of(self) -> set[str]:
        """People whom someone named, hid, merged or put a face to: their ids are part of what was said."""
        return {*self.pins.values(), *self.names, *self.hidden, *self.merged}

    def call(self, person_id: str, name: str, by: By) -> None:
        self.names[person_id] = name
        self.said_names[name_key(name)] = person_id
        if by == "file":
            self.file_names.add(person_id)
        else:
            self.file_names.discard(person_id)

    def source_of(self, face: str) -> Source:
        if face not in self.pins:
            return "auto"
        return "file" if face in self.imported else "user"

    def person(self, person_id: str) -> str:
        """The person that this one is now part of, or itself."""
        while person_id in self.merged:
            person_id = self.merged[person_id]
        return person_id

    def known(self, person_id: str | None) -> str:
        assert person_id is not None, "a decision of this kind names a person"
        return self.person(person_id)

    def pin(self, faces: Iterable[str], person_id: str, *, anew: bool) -> None:
        """`anew`: the statement is about these faces; else they only stand for the person, and older pins stay."""
        for face in faces:
            if anew:
                self.rejects.discard((face, person_id))
                self.not_faces.discard(face)
                self.pins[face] = person_id
            elif face not in self.not_faces and (face, person_id) not in self.rejects:
                self.pins.setdefault(face, person_id)

    def person_named(self, name: str) -> str | None:
        """The living person of that name, if one was said."""
        key = name_key(name)
        found = sorted(person for person, given in self.names.items() if name_key(given) == key)
        return found[0] if found else None


def living(log: Sequence[Decision]) -> list[Decision]:
    """The rows that count: not the undone, not the undoing. Undoing an undo brings the first row back."""
    undone: set[int] = set()
    for row in sorted(log, key=lambda row: row.decision_id, reverse=True):
        if row.kind == "undo" and row.decision_id not in undone and row.undoes is not None:
            undone.add(row.undoes)
    return sorted(
        (row for row in log if row.kind != "undo" and row.decision_id not in undone), key=lambda row: row.decision_id
    )


def replay(log: Sequence[Decision], imported: Sequence[Imported] = ()) -> Statements:
    said = Statements()
    for row in living(log):
        _RULES[row.kind](said, row)
    _import(said, imported)
    return said


def _anchor(said: Statements, row: Decision) -> None:
    for person, faces in row.anchors.items():
        said.pin(faces, said.person(person), anew=False)


def _name(said: Statements, row: Decision) -> None:
    _anchor(said, row)
    if row.name:
        said.call(said.known(row.person_id), row.name, row.by)
    else:
        said.names.pop(said.known(row.person_id), None)


def _same(said: Statements, row: Decision) -> None:
    _anchor(said, row)
    kept, gone = said.known(row.person_id), said.known(row.other_person_id)
    if kept == gone:
        return
    said.pins = {face: kept if person == gone else person for face, person in said.pins.items()}
    said.rejects = {(face, kept if person == gone else person) for face, person in said.rejects}
    said.rejects -= {(face, kept) for face, person in said.pins.items() if person == kept}
    said.names.setdefault(kept, said.names.get(gone, ""))
    said.names.pop(gone, None)
    if not said.names[kept]:
        del said.names[kept]
    said.merged[gone] = kept


def _not_same(said: Statements, row: Decision) -> None:
    """Faces against a person, or two persons: the pins of both keep them apart."""
    if not row.face_ids:
        _anchor(said, row)
        return
    person = said.known(row.person_id)
    for face in row.face_ids:
        if said.pins.get(face) == person:
            del said.pins[face]
        said.rejects.add((face, person))
    _anchor(said, row)


def _not_a_face(said: Statements, row: Decision) -> None:
    _anchor(said, row)
    said.not_faces.update(row.face_ids)
    for face in row.face_ids:
        said.pins.pop(face, None)


def _hide(said: Statements, row: Decision) -> None:
    _anchor(said, row)
    said.hidden.add(said.known(row.person_id))


def _show(said: Statements, row: Decision) -> None:
    _anchor(said, row)
    said.hidden.discard(said.known(row.person_id))


def _assign(said: Statements, row: Decision) -> None:
    person = said.known(row.person_id)
    _anchor(said, row)
    said.pin(row.face_ids, person, anew=True)
    if row.name:
        said.call(person, row.name, row.by)


_RULES = {
    "name": _name,
    "same": _same,
    "not_same": _not_same,
    "not_a_face": _not_a_face,
    "hide": _hide,
    "show": _show,
    "assign": _assign,
}


def _import(said: Statements, imported: Sequence[Imported]) -> None:
    """Names from files fill in where no decision spoke."""
    for one in sorted(imported, key=lambda one: one.face_id):
        ours = said.said_names.get(name_key(one.name))
        person = said.person(ours or said.person_named(one.name) or person_of_name(one.name))
        free = one.face_id not in said.pins and one.face_id not in said.not_faces
        if free and (one.face_id, person) not in said.rejects:
            if ours:
                said.claims[one.face_id] = person
                continue
            said.pins[one.face_id] = person
            said.imported.add(one.face_id)
            if person not in said.names:
                said.names[person] = one.name
                said.file_names.add(person)
