"""From faces and statements to "whose face is this": the whole automatic result, as one pure function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pictopy_cluster.domain.calibration import confirmed
from pictopy_cluster.domain.constraints import Constraints
from pictopy_cluster.domain.evidence import Calibration
from pictopy_cluster.domain.faces import Faces, Ints
from pictopy_cluster.domain.identity import stable_ids
from pictopy_cluster.domain.models import Model
from pictopy_cluster.domain.names import person_of_face
from pictopy_cluster.domain.partition import partition
from pictopy_cluster.domain.statements import Source, Statements

ANCHORS = 5
"""Faces that stand for a person in a decision that is not about each of its faces (design study 1.3)."""


@dataclass(frozen=True)
class Assigned:
    """Whose a face is. `person_id` None: it looks like nobody else's."""

    person_id: str | None = None
    source: Source = "auto"
    confidence: float = 0.0
    is_face: bool = True


@dataclass(frozen=True)
class Gallery:
    """The faces of one model in the order of their ids, and how the model behaves on them."""

    face_ids: tuple[str, ...]
    faces: Faces
    known: Calibration
    model: Model

    @cached_property
    def places(self) -> frozenset[str]:
        return frozenset(self.face_ids)


def assign(
    galleries: Sequence[Gallery], loose: Sequence[str], said: Statements, before: Mapping[str, str]
) -> dict[str, Assigned]:
    """Every face to its person. loose: faces that cannot be compared, because they have no embedding by the model or
    their photo is not there: they stay with whom they were; before: face to the person it had so far."""
    result = {face: told(face, said, before.get(face)) for face in loose}
    for gallery in galleries:
        result |= _assign_model(gallery, said, before)
    return result | _claimed(result, said)


def _claimed(result: Mapping[str, Assigned], said: Statements) -> dict[str, Assigned]:
    """Names of our people in files where likeness says otherwise: those were written by someone else."""
    return {
        face: Assigned(person, "file", 1.0)
        for face, person in said.claims.items()
        if face in result and result[face].person_id != person
    }


def _said(face: str, said: Statements) -> Assigned:
    """What statements alone tell of a face."""
    if face in said.not_faces:
        return Assigned(None, "user", 1.0, is_face=False)
    return Assigned(said.pins[face], said.source_of(face), 1.0) if face in said.pins else Assigned()


def told(face: str, said: Statements, current: str | None) -> Assigned:
    """What statements tell of a face that has this person now, before any clustering."""
    outright = _said(face, said)
    person = said.person(current) if current else None
    if outright.person_id or not outright.is_face or person is None or (face, person) in said.rejects:
        return outright
    return Assigned(person, "file" if said.claims.get(face) == person else "auto", 0.5)


def _assign_model(gallery: Gallery, said: Statements, before: Mapping[str, str]) -> dict[str, Assigned]:
    kept = np.array([face not in said.not_faces for face in gallery.face_ids], bool)
    ids = [face for face, keep in zip(gallery.face_ids, kept, strict=True) if keep]
    faces, limits = _subset(gallery.faces, kept), constraints_of(ids, said)
    by_user = np.array([face not in said.imported for face in ids], bool)
    known = confirmed(faces, np.where(by_user, limits.group, -1), gallery.known, gallery.model)
    found = partition(faces, limits, known, gallery.model)
    persons = _persons(ids, found.label, said, before)
    result = {face: _said(face, said) for face in said.not_faces.intersection(gallery.face_ids)}
    for place, face in enumerate(ids):
        person = persons[int(found.label[place])]
        sure = round(float(found.confidence[place]), 2) if person else 0.0
        result[face] = Assigned(person, said.source_of(face), sure)
    return result


def constraints_of(ids: Sequence[str], said: Statements) -> Constraints:
    """Statements about these faces, in their order."""
    place = {face: n for n, face in enumerate(ids)}
    persons = {said.pins[face] for face in ids if face in said.pins}
    code = {person: n for n, person in enumerate(sorted(persons))}
    group = np.array([code.get(said.pins.get(face, ""), -1) for face in ids], np.int64)
    refused = sorted((place[face], code[person]) for face, person in said.rejects if face in place and person in code)
    pairs = np.array(refused, np.int64).reshape(-1, 2)
    return Constraints(group, pairs[:, 0], pairs[:, 1])


def _subset(faces: Faces, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Faces:
    """The faces but for those that are none."""
    if kept.all():
        return faces
    place = np.cumsum(kept) - 1
    edges = faces.edges
    both = kept[edges.a] & kept[edges.b]
    inner = type(edges)(place[edges.a[both]], place[edges.b[both]], edges.score[both])
    return Faces(faces.embedding[kept], faces.photo[kept], faces.quality[kept], inner)


def _persons(ids: Sequence[str], label: Ints, said: Statements, before: Mapping[str, str]) -> dict[int, str | None]:
    """Cluster to its person: clusters of two and more, and whatever people spoke of."""
    clusters: dict[int, list[str]] = {}
    for face, cluster in zip(ids, label.tolist(), strict=True):
        clusters.setdefault(cluster, []).append(face)
    shown = [c for c, members in clusters.items() if len(members) > 1 or members[0] in said.pins]
    pinned = {
        place: said.pins[face] for place, cluster in enumerate(shown) for face in clusters[cluster] if face in said.pins
    }
    was = {face: person for face, person in before.items() if (face, person) not in said.rejects}
    given = stable_ids([clusters[c] for c in shown], was, pinned, said.spoken_of, person_of_face)
    return dict.fromkeys(clusters) | dict(zip(shown, given, strict=True))
