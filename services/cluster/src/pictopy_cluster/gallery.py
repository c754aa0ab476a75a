"""The embeddings in memory: each is read from the vector collection once and then kept beside its neighbour list."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pictopy_cluster.domain.faces import Faces, Floats, codes, unique_edges
from pictopy_cluster.domain.models import founding_quality, model_of
from pictopy_cluster.domain.names import collection_of, face_of_point, point_id_of
from pictopy_cluster.domain.partition import learn
from pictopy_cluster.domain.people import Gallery
from pictopy_cluster.records import Neighbours, StoredFace
from pictopy_vectors.ports import VectorPoint, Vectors

AT_ONCE = 1_000
"""Embeddings that are read from the collection in one call."""


class NeighbourLists(Protocol):
    async def neighbours_of(self, face_ids: Sequence[str]) -> dict[str, Neighbours]: ...


class Shelf:
    """Faces of one model in memory. A row number belongs to a face id for good, also to one that is only mentioned."""

    def __init__(self, size: int, count: int) -> None:
        self.row: dict[str, int] = {}
        self.version: dict[str, str] = {}
        self.embedding: Floats = np.zeros((0, size), np.float32)
        self.near: NDArray[np.int32] = np.zeros((0, count), np.int32)
        self.score: Floats = np.zeros((0, count), np.float32)
        self.last: tuple[tuple[str, ...], Gallery] | None = None

    def put(self, face: str, version: str, embedding: Floats, near: Neighbours) -> None:
        row = self._row(face)
        others = [self._row(other) for other in near.face_ids[: self.near.shape[1]]]
        self._grow(len(self.row))
        self.embedding[row], self.version[face] = embedding, version
        self.near[row], self.score[row] = -1, 0.0
        self.near[row, : len(others)], self.score[row, : len(others)] = others, near.scores[: len(others)]

    def _row(self, face: str) -> int:
        return self.row.setdefault(face, len(self.row))

    def _grow(self, rows: int) -> None:
        if rows <= len(self.embedding):
            return
        more = max(rows + rows // 4, 1024) - len(self.embedding)
        self.embedding = np.concatenate([self.embedding, np.zeros((more, self.embedding.shape[1]), np.float32)])
        self.near = np.concatenate([self.near, np.full((more, self.near.shape[1]), -1, np.int32)])
        self.score = np.concatenate([self.score, np.zeros((more, self.score.shape[1]), np.float32)])

    def faces(self, stored: Sequence[StoredFace]) -> Faces:
        """The arrays of these faces, which are in the order of their ids."""
        rows = np.array([self.row[face.face_id] for face in stored], np.int64)
        place = np.full(len(self.embedding) + 1, -1, np.int64)  # the last one is what -1 points to
        place[rows] = np.arange(len(rows))
        left = np.repeat(np.arange(len(rows)), self.near.shape[1])
        edges = unique_edges(left, place[self.near[rows].ravel()], self.score[rows].ravel(), len(rows))
        quality = [founding_quality(face.quality, face.score, face.size_px) for face in stored]
        photo = codes([face.photo_id for face in stored])
        return Faces(self.embedding[rows], photo, np.array(quality, np.float32), edges)


class Galleries:
    """Finds neighbours of new faces and hands the clusterer its arrays. Single writer of the `faces-*` collections."""

    def __init__(self, vectors: Vectors, lists: NeighbourLists, count: int, floor: float) -> None:
        self._vectors, self._lists, self._count, self._floor = vectors, lists, count, floor
        self._shelves: dict[str, Shelf] = {}

    async def add(self, model: str, embeddings: Mapping[str, Floats], photo_id: str) -> dict[str, Neighbours]:
        """Put embeddings into their collection, then look up each one's nearest. Idempotent: points go by face id."""
        if not embeddings:
            return {}
        size = len(next(iter(embeddings.values())))
        collection = await self._vectors.collection(collection_of(model), size)
        payload = {"photo_id": photo_id}
        points = [VectorPoint(point_id_of(face), vector, payload) for face, vector in embeddings.items()]
        await collection.upsert(points)
        found: dict[str, Neighbours] = {}
        for face, vector in embeddings.items():
            hits = await collection.search(vector, self._count + 1, min_score=self._floor)
            near = [(face_of_point(hit.id), hit.score) for hit in hits if hit.id != point_id_of(face)][: self._count]
            found[face] = Neighbours(tuple(one for one, _ in near), tuple(score for _, score in near))
        return found

    async def load(
        self, stored: Sequence[StoredFace], learn_in: Callable[..., Awaitable[Gallery]]
    ) -> tuple[list[Gallery], list[str]]:
        """A gallery a model, and the faces without an embedding. learn_in: runs slow work off the event loop."""
        by_model: dict[str, list[StoredFace]] = defaultdict(list)
        for face in sorted(stored, key=lambda face: face.face_id):
            by_model[face.model].append(face)
        loose = [face.face_id for face in by_model.pop("", [])]
        galleries: list[Gallery] = []
        for model, faces in sorted(by_model.items()):
            shelf = await self._shelf(model, faces)
            there = [face for face in faces if shelf and face.face_id in shelf.version]
            loose += [face.face_id for face in faces if not shelf or face.face_id not in shelf.version]
            if shelf and there:
                galleries.append(await self._gallery(shelf, model, there, learn_in))
        return galleries, loose

    async def _shelf(self, model: str, faces: Sequence[StoredFace]) -> Shelf | None:
        """With what is new or seen again read from the collection; None where the collection holds nothing of it."""
        shelf = self._shelves.get(model)
        wanted = [face for face in faces if shelf is None or shelf.version.get(face.face_id) != _version(face)]
        for start in range(0, len(wanted), AT_ONCE):
            part = {face.face_id: face for face in wanted[start : start + AT_ONCE]}
            lists = await self._lists.neighbours_of(list(part))
            for point in await self._points(model, faces, list(part)):
                shelf = shelf or self._shelves.setdefault(model, Shelf(len(point.vector), self._count))
                face = part[face_of_point(point.id)]
                shelf.put(face.face_id, _version(face), point.vector, lists.get(face.face_id, Neighbours()))
        return shelf

    async def _points(self, model: str, faces: Sequence[StoredFace], face_ids: Sequence[str]) -> list[VectorPoint]:
        name = collection_of(model)
        if name not in await self._vectors.names():
            return []
        collection = await self._vectors.collection(name, faces[0].embedding_size)
        return await collection.get([point_id_of(face) for face in face_ids])

    async def _gallery(
        self, shelf: Shelf, model: str, faces: Sequence[StoredFace], learn_in: Callable[..., Awaitable[Gallery]]
    ) -> Gallery:
        """The one of last time where nothing came, went or was seen anew since, as after a decision."""
        versions = tuple(_version(face) for face in faces)
        if shelf.last is None or shelf.last[0] != versions:
            shelf.last = (versions, await learn_in(_learnt, model, faces, shelf))
        return shelf.last[1]


def _version(face: StoredFace) -> str:
    """Changes when the face's embedding may have."""
    return f"{face.face_id}:{face.seen_at.isoformat()}"


def _learnt(model: str, stored: Sequence[StoredFace], shelf: Shelf) -> Gallery:
    faces, entry = shelf.faces(stored), model_of(model)
    return Gallery(tuple(face.face_id for face in stored), faces, learn(faces, entry), entry)
