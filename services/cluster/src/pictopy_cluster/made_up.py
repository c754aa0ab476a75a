"""Made-up faces and messages, for tests and for trying things out without a model."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.faces import Faces, Floats, codes, edges_of_lists, nearest
from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_contracts.messages import DetectedFace, NamedRegion, Photo, PhotoAnalysed
from pictopy_contracts.vectors import Embedding

MODEL = "made-up"
DIMS = 64
NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)


def people(names: Sequence[str], spread: float = 0.45, seed: int = 0) -> Floats:
    """(N, DIMS) unit embeddings: equal names are one person; `spread` is the noise against the person, 0..1."""
    rng = np.random.default_rng(seed)
    centre = {name: _unit(rng.standard_normal(DIMS)) for name in sorted(set(names))}
    noise = [_unit(rng.standard_normal(DIMS)) for _ in names]
    made = [_unit((1 - spread) * centre[name] + spread * away) for name, away in zip(names, noise, strict=True)]
    return np.array(made, np.float32).reshape(-1, DIMS)


def _unit(vector: NDArray[Any]) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def faces(embedding: Floats, photos: Sequence[str] | None = None, quality: float = 0.9) -> Faces:
    """As the gallery would hand them over, each face in its own photo unless told otherwise."""
    index, score = nearest(embedding, 20, 0.25)
    photo = codes(photos) if photos is not None else np.arange(len(embedding))
    return Faces(embedding, photo, np.full(len(embedding), quality, np.float32), edges_of_lists(index, score))


def box(place: int = 0) -> Box:
    """Boxes of different places do not touch."""
    return Box(x1=0.01 + 0.12 * place, y1=0.2, x2=0.11 + 0.12 * place, y2=0.35)


def analysed(photo_id: str, embeddings: Sequence[Floats], at: datetime = NOON, model: str = MODEL) -> PhotoAnalysed:
    """One face an embedding, side by side."""
    found = tuple(
        DetectedFace(
            box=box(place),
            score=0.95,
            quality=0.9,
            size_px=80,
            landmarks=(),
            embedding=Embedding.of(model, [float(value) for value in vector]),
        )
        for place, vector in enumerate(embeddings)
    )
    models = {"face_embedding": ModelId(model)}
    return PhotoAnalysed(photo_id=PhotoId(photo_id), model_version="v1", models=models, analysed_at=at, faces=found)


def photo(photo_id: str, minutes: float = 0, revision: int = 1, regions: tuple[NamedRegion, ...] = ()) -> Photo:
    """Taken so many minutes after noon, in Paris."""
    local = NOON.replace(tzinfo=None) + timedelta(minutes=minutes)
    return Photo(
        photo_id=PhotoId(photo_id),
        revision=revision,
        format="jpeg",
        files=(),
        width_px=4000,
        height_px=3000,
        added_at=NOON,
        taken_at_local=local,
        taken_offset_min=120,
        time_source="exif",
        latitude_deg=48.85,
        longitude_deg=2.35,
        camera_make="Acme",
        camera_model="Phone",
        regions=regions,
    )
