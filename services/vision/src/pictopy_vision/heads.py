"""One function a task: picture in, model's answer out. Here a session meets the pure code of its family."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pictopy_vision.domain import fastestdet, nanodet, rfb, yolox, yunet
from pictopy_vision.domain.align import crop_face
from pictopy_vision.domain.arrays import Floats, Image
from pictopy_vision.domain.close_ups import with_close_ups
from pictopy_vision.domain.detections import settle
from pictopy_vision.domain.entry import Entry, Family, Input
from pictopy_vision.domain.errors import BadOutputError, ModelError
from pictopy_vision.domain.found import Candidates, FoundFaces, FoundObjects
from pictopy_vision.domain.picture import Picture
from pictopy_vision.domain.tensors import Prepared, coarse, prepare, reading_size_px, to_tensor
from pictopy_vision.ports import Session

FACE_READERS: dict[Family, Callable[[Mapping[str, Floats], Prepared, Entry], FoundFaces]] = {
    "yunet": yunet.read,
    "rfb": rfb.read,
}
OBJECT_READERS: dict[Family, Callable[[Mapping[str, Floats], Prepared, Entry], Candidates]] = {
    "yolox": yolox.read,
    "nanodet": nanodet.read,
    "nanodet_levels": nanodet.read_levels,
    "fastestdet": fastestdet.read,
}


@dataclass(frozen=True)
class Whole:
    """What a model says of the picture as a whole: (classes,) scores 0..1, and a (D,) feature of L2 norm 1."""

    scores: Floats | None
    feature: Floats | None


def _read_classes(outputs: Mapping[str, Floats], entry: Entry) -> Whole:
    scores, features = (outputs[name] for name in entry.output.names)
    return Whole(scores[0], unit_rows(features)[0])


def _read_feature(outputs: Mapping[str, Floats], entry: Entry) -> Whole:
    return Whole(None, unit_rows(outputs[entry.output.names[0]])[0])


WHOLE_READERS: dict[Family, Callable[[Mapping[str, Floats], Entry], Whole]] = {
    "classifier": _read_classes,
    "image_tower": _read_feature,
}


def find_faces(session: Session, entry: Entry, picture: Picture) -> FoundFaces:
    """Faces, best first; looks twice where the entry asks for it."""
    faces = _look_for_faces(session, entry, picture, entry.input)
    smaller = coarse(entry.input)
    if smaller is None or max(picture.full.shape[:2]) <= reading_size_px(smaller):
        return faces
    return with_close_ups(faces, _look_for_faces(session, entry, picture, smaller))


def _look_for_faces(session: Session, entry: Entry, picture: Picture, spec: Input) -> FoundFaces:
    prepared = _prepare(picture, spec)
    return FACE_READERS[entry.family](answers(session, entry, prepared.tensor), prepared, entry)


def find_objects(session: Session, entry: Entry, picture: Picture) -> FoundObjects:
    prepared = _prepare(picture, entry.input)
    return settle(read_objects(session, entry, prepared), prepared, entry)


def read_objects(session: Session, entry: Entry, prepared: Prepared) -> Candidates:
    """All that may be an object, doubles included."""
    return OBJECT_READERS[entry.family](answers(session, entry, prepared.tensor), prepared, entry)


def look_at(session: Session, entry: Entry, picture: Picture) -> Whole:
    """What the model says of the whole picture. Raises ModelError for a feature that is not of the entry's size."""
    whole = WHOLE_READERS[entry.family](answers(session, entry, _prepare(picture, entry.input).tensor), entry)
    if whole.feature is not None and entry.output.embedding_size:
        _hold_size(whole.feature, entry)
    return whole


def crop_for(entry: Entry, picture: Picture, landmarks: Floats) -> Image:
    """The face as the embedding model wants it; `landmarks`: (5, 2) fractions of the picture."""
    spec = entry.input
    template = np.array(spec.template, dtype=np.float32)
    return crop_face(picture, landmarks, template, (spec.width_px or 0, spec.height_px or 0))


def embed_faces(session: Session, entry: Entry, crops: Sequence[Image]) -> Floats:
    """(N, D) float32, each row of L2 norm 1."""
    rows = _rows(session, entry, crops)
    _hold_size(rows, entry)
    return unit_rows(rows)


def judge_faces(session: Session, entry: Entry, crops: Sequence[Image]) -> Floats:
    """(N,) 0..1: how fit each face is to tell a person by, as eDifFIQA says (Babnik et al. 2024)."""
    return np.clip(_rows(session, entry, crops).reshape(len(crops), -1)[:, 0], 0.0, 1.0)


def _rows(session: Session, entry: Entry, crops: Sequence[Image]) -> Floats:
    """One run, or one a face where the model takes no batches."""
    tensor = to_tensor(np.stack(crops), entry.input)
    batches = [tensor] if takes_batches(session) else np.split(tensor, len(tensor))
    name = entry.output.names[0]
    return np.concatenate([answers(session, entry, batch)[name] for batch in batches])


def _hold_size(vectors: Floats, entry: Entry) -> None:
    if vectors.shape[-1] != entry.output.embedding_size:
        raise ModelError(entry.id, f"gives {vectors.shape[-1]} numbers, its entry says {entry.output.embedding_size}")


def answers(session: Session, entry: Entry, tensor: Floats) -> dict[str, Floats]:
    """The outputs that the entry names, by name. Raises BadOutputError for NaN and infinity, ModelError else."""
    given = dict(zip((output.name for output in session.outputs), session.run({entry.input.name: tensor}), strict=True))
    for name in entry.output.names:
        if not np.isfinite(given[name]).all():
            raise BadOutputError(entry.id, f"its output {name} holds numbers that are not finite")
    return {name: given[name] for name in entry.output.names}


def check_fit(session: Session, entry: Entry) -> None:
    """Raises ModelError where the file's inputs and outputs are not those of the entry."""
    inputs = {tensor.name: tensor.shape for tensor in session.inputs}
    if entry.input.fit == "tokens":
        _check_tokens(session, entry)
        return
    if list(inputs) != [entry.input.name]:
        raise ModelError(entry.id, f"has the inputs {sorted(inputs)}, its entry says {entry.input.name}")
    missing = set(entry.output.names) - {tensor.name for tensor in session.outputs}
    if missing:
        raise ModelError(entry.id, f"has no output {', '.join(sorted(missing))}")
    channels = 1 if entry.input.colour == "grey" else 3
    wanted = (None, channels, entry.input.height_px, entry.input.width_px)
    shape = inputs[entry.input.name]
    agree = len(shape) == 4 and all(
        has is None or wants in (None, has) for has, wants in zip(shape, wanted, strict=True)
    )
    if not agree:
        raise ModelError(entry.id, f"takes {shape}, its entry says {wanted}")


def _check_tokens(session: Session, entry: Entry) -> None:
    """A text goes in as (N, length) numbers, with or without a mask of the same shape."""
    named, has = {entry.input.name, entry.input.mask}, {tensor.name: tensor.shape for tensor in session.inputs}
    if entry.input.name not in has or not set(has) <= named:
        raise ModelError(entry.id, f"has the inputs {sorted(has)}, its entry says {sorted(map(str, named - {None}))}")
    if any(len(shape) != 2 or shape[1] not in (None, entry.input.length) for shape in has.values()):
        raise ModelError(entry.id, f"takes {sorted(has.values(), key=str)}, its entry says {entry.input.length} tokens")
    missing = set(entry.output.names) - {tensor.name for tensor in session.outputs}
    if missing:
        raise ModelError(entry.id, f"has no output {', '.join(sorted(missing))}")


def takes_batches(session: Session) -> bool:
    return session.inputs[0].shape[0] is None


def unit_rows(rows: Floats) -> Floats:
    """Each row divided by its L2 norm."""
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


def _prepare(picture: Picture, spec: Input) -> Prepared:
    return prepare(picture.level_for(reading_size_px(spec)), spec)
