"""The embeddings in memory: each is read from the vector collection once, and knows its nearest exactly."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

import numpy as np

from pictopy_cluster.domain.faces import Faces, Floats, codes, unique_edges
from pictopy_cluster.domain.models import founding_quality, model_of
from pictopy_cluster.domain.names import COLLECTION, collection_of, face_of_point, point_id_of
from pictopy_cluster.domain.neighbours import Lists
from pictopy_cluster.domain.partition import learn
from pictopy_cluster.domain.people import Gallery
from pictopy_cluster.records import Embedded, Neighbours, StoredFace
from pictopy_vectors.ports import VectorPoint, Vectors

AT_ONCE = 1_000
"""Embeddings that are read from the collection in one call."""
LearnIn = Callable[..., Awaitable[Gallery]]
"""Runs slow work off the event loop."""


class Shelf:
    """Faces of one model in memory. A row belongs to a face id for as long as the face is there."""

    def __init__(self, size: int, count: int, floor: float) -> None:
        self.row: dict[str, int] = {}
        self.version: dict[str, str] = {}
        self.embedding: Floats = np.zeros((0, size), np.float32)
        self.lists = Lists.empty(0, count, floor)
        self.free: list[int] = []
        self.fresh: set[int] = set()
        self.touched: set[int] = set()
        self.last: tuple[tuple[str, ...], Gallery] | None = None

    def put(self, face: str, version: str, embedding: Floats) -> None:
        if face in self.row:
            self.touched.add(self.row[face])
        else:
            self.row[face] = self.free.pop() if self.free else len(self.row)
        row = self.row[face]
        self._grow(row + 1)
        self.embedding[row], self.version[face] = embedding, version
        self.lists.key[row] = int(face[:16], 16)
        self.fresh.add(row)

    def keep(self, faces: Collection[str]) -> None:
        """Others are not there any more."""
        for face in self.row.keys() - faces:
            row = self.row.pop(face)
            del self.version[face]
            self.free.append(row)
            self.touched.add(row)
            self.fresh.discard(row)

    def _grow(self, rows: int) -> None:
        if rows <= len(self.embedding):
            return
        rows = max(rows + rows // 4, 1024)
        more = np.zeros((rows - len(self.embedding), self.embedding.shape[1]), np.float32)
        self.embedding = np.concatenate([self.embedding, more])
        self.lists = self.lists.grown(rows)

    def renew(self) -> None:
        """The nearest of each face that is there, after faces came and went."""
        if self.fresh or self.touched:
            living, fresh, touched = (_rows(rows) for rows in (self.row.values(), self.fresh, self.touched))
            self.lists.renew(self.embedding, living, fresh, touched)
            self.fresh.clear()
            self.touched.clear()

    def faces(self, stored: Sequence[StoredFace]) -> Faces:
        """The arrays of these faces, which are in the order of their ids."""
        rows = np.array([self.row[face.face_id] for face in stored], np.int64)
        place = np.full(len(self.embedding) + 1, -1, np.int64)  # the last one is what -1 points to
        place[rows] = np.arange(len(rows))
        near, score = self.lists.near[rows], self.lists.score[rows]
        left = np.repeat(np.arange(len(rows)), near.shape[1])
        edges = unique_edges(left, place[near.ravel()], score.ravel().astype(np.float32), len(rows))
        quality = [founding_quality(face.quality, face.score, face.size_px) for face in stored]
        photo = codes([face.photo_id for face in stored])
        return Faces(self.embedding[rows], photo, np.array(quality, np.float32), edges)


def _rows(rows: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(sorted(rows), np.int64)


class Galleries:
    """Finds neighbours of new faces and hands the clusterer its arrays. Single writer of the `faces-*` collections."""

    def __init__(self, vectors: Vectors, count: int, floor: float) -> None:
        self._vectors, self._count, self._floor = vectors, count, floor
        self._shelves: dict[str, Shelf] = {}

    async def add(self, model: str, embeddings: Mapping[str, Floats], photo_id: str) -> None:
        """Put embeddings into the collection of their model. Idempotent: points go by face id."""
        collection = await self._vectors.collection(collection_of(model), len(next(iter(embeddings.values()))))
        payload = {"photo_id": photo_id}
        await collection.upsert(
            [VectorPoint(point_id_of(face), vector, payload) for face, vector in embeddings.items()]
        )

    async def near(self, model: str, embeddings: Mapping[str, Floats]) -> dict[str, Neighbours]:
        """The nearest of each, as the index finds them: good for a guess until the next run."""
        found: dict[str, Neighbours] = {}
        for face, vector in embeddings.items():
            collection = await self._vectors.collection(collection_of(model), len(vector))
            hits = await collection.search(vector, self._count + 1, min_score=self._floor)
            near = [(face_of_point(hit.id), hit.score) for hit in hits if hit.id != point_id_of(face)][: self._count]
            found[face] = Neighbours(model, tuple(one for one, _ in near), tuple(score for _, score in near))
        return found

    async def load(
        self, model: str, stored: Sequence[StoredFace], embedded: Mapping[str, Embedded], learn_in: LearnIn
    ) -> Gallery | None:
        """The faces that have an embedding by the model; None where no face has one. Exact, whatever came first."""
        there = sorted((face for face in stored if face.face_id in embedded), key=lambda face: face.face_id)
        shelf = await self._shelf(model, there, embedded)
        there = [face for face in there if shelf and face.face_id in shelf.version]
        if shelf is None or not there:
            return None
        versions = tuple(f"{shelf.version[face.face_id]}:{face.seen_at.isoformat()}" for face in there)
        if shelf.last is None or shelf.last[0] != versions:  # else as last time: only something was said since
            shelf.last = (versions, await learn_in(_learnt, model, there, shelf))
        return shelf.last[1]

    async def _shelf(self, model: str, faces: Sequence[StoredFace], embedded: Mapping[str, Embedded]) -> Shelf | None:
        """With what is new or seen again read from the collection; None where the collection holds nothing of it."""
        version = {face.face_id: _version(face.face_id, embedded[face.face_id]) for face in faces}
        shelf = self._shelves.get(model)
        wanted = [face for face in version if shelf is None or shelf.version.get(face) != version[face]]
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            for point in await self._points(model, part, embedded[part[0]].size):
                size = len(point.vector)
                shelf = shelf or self._shelves.setdefault(model, Shelf(size, self._count, self._floor))
                face = face_of_point(point.id)
                shelf.put(face, version[face], point.vector)
        if shelf:
            shelf.keep(version.keys())
        return shelf

    async def _points(self, model: str, face_ids: Sequence[str], size: int) -> list[VectorPoint]:
        name = collection_of(model)
        if name not in await self._vectors.names():
            return []
        collection = await self._vectors.collection(name, size)
        return await collection.get([point_id_of(face) for face in face_ids])

    async def others(self, models: Collection[str]) -> list[str]:
        """Names of the collections of other models than these."""
        kept = {collection_of(model) for model in models}
        return [name for name in await self._vectors.names() if name.startswith(COLLECTION) and name not in kept]

    async def drop(self, collections: Iterable[str]) -> None:
        for name in collections:
            await self._vectors.drop(name)

    def rest(self, models: Collection[str]) -> None:
        """Other models' embeddings leave the memory; they are read again when they are needed."""
        self._shelves = {model: shelf for model, shelf in self._shelves.items() if model in models}

    async def copy(self, model: str, size: int, ids: Mapping[str, str]) -> None:
        """ids: a face to the one that is to have its embedding as well, because it is the same face. Idempotent."""
        points = await self._points(model, list(ids), size)
        if points:
            collection = await self._vectors.collection(collection_of(model), size)
            then = [VectorPoint(point_id_of(ids[face_of_point(p.id)]), p.vector, p.payload) for p in points]
            await collection.upsert(then)

    async def delete(self, model: str, size: int, face_ids: Sequence[str]) -> None:
        collection = await self._vectors.collection(collection_of(model), size)
        await collection.delete([point_id_of(face) for face in face_ids])


def _version(face_id: str, embedded: Embedded) -> str:
    """Changes when the face's embedding may have."""
    return f"{face_id}:{embedded.made_at.isoformat()}"


def _learnt(model: str, stored: Sequence[StoredFace], shelf: Shelf) -> Gallery:
    shelf.renew()
    faces, entry = shelf.faces(stored), model_of(model)
    return Gallery(tuple(face.face_id for face in stored), faces, learn(faces, entry), entry)
