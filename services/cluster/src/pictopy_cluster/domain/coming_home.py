"""Names that another program changed over faces that a person had spoken of here, and who is right."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pictopy_cluster.domain.names import name_key
from pictopy_cluster.domain.statements import Decision

NEWER = "the file was changed after it was said here: its newer word wins, and can be undone"
REMOVED = "a name that only disappears from a file is kept here: programs drop what they do not understand"


@dataclass(frozen=True)
class Difference:
    """theirs: None where the name is gone from the file."""

    face_id: str
    ours: str
    theirs: str | None

    @property
    def rule(self) -> str:
        return NEWER if self.theirs else REMOVED


def differences(
    ours: Mapping[str, str], before: Mapping[str, str], now: Mapping[str, str], echoes: Mapping[str, Collection[str]]
) -> list[Difference]:
    """ours: face to the name that a person gave it here; before, now: face to the name in the file; echoes: face to
    the names, as keys, that we may have written there ourselves."""
    found = []
    for face, name in sorted(ours.items()):
        was, theirs = before.get(face), now.get(face)
        if name_key(was or "") == name_key(theirs or "") or name_key(theirs or "") in echoes.get(face, ()):
            continue
        if theirs or name_key(was or "") == name_key(name):
            found.append(Difference(face, name, theirs))
    return found


def own_names(log: Sequence[Decision], names: Mapping[str, str], faces: Iterable[str]) -> dict[str, set[str]]:
    """Face to the keys of all names that we may have written over it: those of each person that it was ever put to
    here, since another program last had the word on it. names: person to name, whoever gave it."""
    given: dict[str, set[str]] = {person: {name_key(name)} for person, name in names.items()}
    for row in log:
        if row.name and row.person_id:
            given.setdefault(row.person_id, set()).add(name_key(row.name))
    found: dict[str, set[str]] = {}
    for face in faces:
        persons: set[str] = set()
        for row in log:
            if row.by == "file" and face in row.face_ids:
                persons.clear()
            persons |= _persons_of(row, face)
        found[face] = {key for person in persons for key in given.get(person, ())}
    return found


def _persons_of(row: Decision, face: str) -> set[str]:
    persons = {person for person, faces in row.anchors.items() if face in faces}
    if face in row.face_ids and row.person_id:
        persons.add(row.person_id)
    if row.kind == "same" and persons:
        persons |= {row.person_id or "", row.other_person_id or ""}
    return persons
