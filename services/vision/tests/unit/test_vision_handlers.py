"""A photo was added: what is published, twice the same, and what happens when it cannot be."""

from collections.abc import Mapping
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from pictopy_contracts.geometry import Box, Point
from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_contracts.messages import DetectedFace, Photo, PhotoAdded, PhotoAnalysed, VisionFinished
from pictopy_contracts.vectors import Embedding
from pictopy_runtime.errors import Poison, Transient
from pictopy_vision.analyse import FACES_AT_ONCE
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.consumers import on_photo_added, on_photo_dead
from pictopy_vision.deps import Deps
from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Task
from pictopy_vision.domain.found import MAX_FACES
from pictopy_vision.domain.layout import LAYOUT_MODEL
from pictopy_vision.domain.result import embedding_of, within_a_message
from pictopy_vision.fakes import Answer, FakeShop

CATALOGUE = read_catalogue(CHECKOUT)
YUNET, REID, YOLOX, MOBILENET, SFACE = (
    ModelId(name)
    for name in ("yunet_n_640", "face-reidentification-retail-0095", "yolox_nano", "mobilenet_v2", "sface_2021dec")
)
PHOTO = PhotoId("0123456789abcdef0123456789abcdef")
ADDED = PhotoAdded(
    photo=Photo(
        photo_id=PHOTO,
        revision=1,
        format="jpeg",
        files=(),
        width_px=640,
        height_px=640,
        added_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
)


def preview() -> bytes:
    picture = np.random.default_rng(5).integers(0, 255, (640, 640, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".png", picture)[1])


def yunet_with(faces: int) -> Answer:
    """A few faces of 24 px, or a crowd of 7 px, side by side; their landmarks lie as a face has them."""
    cells = {8: 6400, 16: 1600, 32: 400}
    outputs: list[Floats] = []
    found = 324 + np.arange(faces) * 4 if faces > 400 else 324 + np.arange(faces) * 8
    for name in CATALOGUE.entries[YUNET].output.names:
        kind, stride = name.split("_")
        tensor = np.zeros((1, cells[int(stride)], {"bbox": 4, "kps": 10}.get(kind, 1)), dtype=np.float32)
        if stride == "8" and kind in ("cls", "obj"):
            tensor[0, found, 0] = 0.9
        elif stride == "8" and kind == "bbox":
            tensor[0, found, 2:] = np.log(3 if faces <= 400 else 0.9)
        elif stride == "8":
            tensor[0, found] = np.array([-0.5, -0.5, 0.5, -0.5, 0, 0, -0.4, 0.6, 0.4, 0.6])
        outputs.append(tensor)
    return lambda feed: outputs


def reid(feed: Mapping[str, Floats]) -> list[Floats]:
    (crops,) = feed.values()
    return [np.tile(np.arange(1, 257, dtype=np.float32), (len(crops), 1))]


def yolox(feed: Mapping[str, Floats]) -> list[Floats]:
    """One dog in the middle of the picture."""
    cells = np.zeros((1, 3549, 85), dtype=np.float32)
    cells[0, 26 * 52 + 26] = 0
    cells[0, 26 * 52 + 26, 2:5] = [np.log(10), np.log(5), 0.9]
    cells[0, 26 * 52 + 26, 5 + 16] = 0.9
    return [cells]


def mobilenet(feed: Mapping[str, Floats]) -> list[Floats]:
    scores = np.zeros((1, 1001), dtype=np.float32)
    scores[0, [0, 1, 2]] = [0.5, 0.45, 0.05]
    return [scores, np.ones((1, 1280), dtype=np.float32)]


def full_shop(faces: int = 3) -> FakeShop:
    shop = FakeShop(CATALOGUE)
    shop.previews.pictures[PHOTO] = preview()
    shop.install(YUNET, yunet_with(faces))
    shop.install(REID, reid)
    shop.install(YOLOX, yolox)
    shop.install(MOBILENET, mobilenet)
    return shop


async def test_all_models_look_at_one_picture() -> None:
    """Faces with embeddings, objects, tags, the picture's embedding, hash and quality, in one message."""
    shop = full_shop()
    await on_photo_added(ADDED, shop.deps())
    analysed, finished = shop.bus.published
    assert isinstance(analysed, PhotoAnalysed)
    assert set(analysed.models) == {"faces", "face_embedding", "objects", "tags", "image_embedding"}
    assert len(analysed.faces) == 3
    assert all(face.embedding and face.embedding.model == REID and len(face.landmarks) == 5 for face in analysed.faces)
    assert all(face.size_px == 24 and 0 <= face.quality <= 1 for face in analysed.faces)
    assert [thing.label for thing in analysed.objects] == ["dog"]
    assert (round(analysed.objects[0].box.x2 - analysed.objects[0].box.x1, 2)) == round(80 / 416, 2)
    assert [tag.label for tag in analysed.tags] == ["tench"]
    assert analysed.embedding is not None
    assert analysed.embedding.model == MOBILENET
    assert analysed.phash is not None
    assert analysed.quality is not None
    assert isinstance(finished, VisionFinished)
    assert (finished.status, finished.model_version) == ("done", analysed.model_version)


async def test_twice_is_once() -> None:
    """A message that comes again gives the same result under the same ids."""
    shop = full_shop()
    deps = shop.deps()
    await on_photo_added(ADDED, deps)
    once = list(shop.bus.published)
    await on_photo_added(ADDED, deps)
    assert shop.bus.published == once


async def test_without_models_much_is_still_told() -> None:
    """Quality, hash and the layout embedding need no model."""
    shop = FakeShop(CATALOGUE)
    shop.previews.pictures[PHOTO] = preview()
    await on_photo_added(ADDED, shop.deps())
    analysed = shop.bus.published[0]
    assert isinstance(analysed, PhotoAnalysed)
    assert analysed.models == {"image_embedding": "layout-v1"}
    assert (analysed.faces, analysed.objects, analysed.tags) == ((), (), ())
    assert analysed.embedding is not None
    assert analysed.embedding.model == "layout-v1"
    assert analysed.quality is not None


async def test_faces_without_an_embedding_model() -> None:
    """Boxes are told even where faces cannot be told apart yet."""
    shop = full_shop()
    shop.store.files.discard(REID)
    await on_photo_added(ADDED, shop.deps())
    analysed = shop.bus.published[0]
    assert isinstance(analysed, PhotoAnalysed)
    assert len(analysed.faces) == 3
    assert all(face.embedding is None for face in analysed.faces)


async def test_a_crowd_goes_in_batches_and_fits_a_message() -> None:
    """More faces than the cap become the cap, no run gets more than a batch, the message is under 1 MiB."""
    shop = full_shop(faces=1500)
    session = shop.install(REID, reid)
    await on_photo_added(ADDED, shop.deps())
    analysed = shop.bus.published[0]
    assert isinstance(analysed, PhotoAnalysed)
    assert len(analysed.faces) == MAX_FACES
    assert max(session.batches) <= FACES_AT_ONCE
    assert len(analysed.model_dump_json()) < 1_000_000


async def test_numbers_that_are_none_name_the_model() -> None:
    """NaN from a model is poison with the model's id, and nothing is published."""
    shop = full_shop()
    shop.install(YOLOX, lambda feed: [np.full((1, 3549, 85), np.nan, dtype=np.float32)])
    with pytest.raises(Poison, match=r"model yolox_nano.*not finite"):
        await on_photo_added(ADDED, shop.deps())
    assert shop.bus.published == []


async def test_an_embedding_of_another_size_names_the_model() -> None:
    """A file that does not fit its entry is told, not stored."""
    shop = full_shop()
    shop.install(REID, lambda feed: [np.ones((len(next(iter(feed.values()))), 128), dtype=np.float32)])
    with pytest.raises(Exception, match=r"face-reidentification-retail-0095: gives 128"):
        await on_photo_added(ADDED, shop.deps())


async def test_a_preview_that_is_no_picture_is_poison() -> None:
    """Trying again would not help."""
    shop = full_shop()
    shop.previews.pictures[PHOTO] = b"no picture"
    with pytest.raises(Poison, match="decoded"):
        await on_photo_added(ADDED, shop.deps())


async def test_a_preview_that_is_missing_comes_later() -> None:
    """Ingest may be about to write it."""
    shop = full_shop()
    shop.previews.pictures.clear()
    with pytest.raises(Transient, match="no preview"):
        await on_photo_added(ADDED, shop.deps())


async def test_given_up_is_told_with_the_reason() -> None:
    """The stage's ledger gets failed, reason and attempts, and hears done after a retry; twice is once."""
    shop = full_shop()
    deps = shop.deps()
    await on_photo_dead(ADDED, "ingest has no preview of this photo", 5, deps)
    await on_photo_dead(ADDED, "ingest has no preview of this photo", 5, deps)
    (failed,) = shop.bus.published
    assert isinstance(failed, VisionFinished)
    assert (failed.status, failed.attempts, failed.reason) == ("failed", 5, "ingest has no preview of this photo")
    await on_photo_added(ADDED, deps)
    last = shop.bus.published[-1]
    assert isinstance(last, VisionFinished)
    assert last.status == "done"


async def test_a_changed_set_is_used_for_the_next_photo() -> None:
    """Without a restart: the lineup is read anew for each picture."""
    shop = full_shop()
    deps = shop.deps()
    await on_photo_added(ADDED, deps)
    shop.store.remove(CATALOGUE.entries[YOLOX])
    assert deps.shelf.refresh()
    await on_photo_added(ADDED, deps)
    first, second = (message for message in shop.bus.published if isinstance(message, PhotoAnalysed))
    assert first.objects
    assert not second.objects
    assert first.model_version != second.model_version


def sface(feed: Mapping[str, Array]) -> list[Floats]:
    (crops,) = feed.values()
    return [np.tile(np.arange(1, 129, dtype=np.float32), (len(crops), 1))]


def changing(shop: FakeShop, model: ModelId, task: Task, before: ModelId) -> Deps:
    """The service in the middle of a change of the task's model."""
    shop.store.files.discard(model)
    deps = shop.deps()
    deps.shelf.note_analysed({task: before})
    shop.store.files.add(model)
    deps.shelf.use(CATALOGUE.entries[model], (task,), deps.now())
    return deps


async def test_during_a_change_both_models_look_at_faces() -> None:
    """The one in use gives the embedding, the old one stands beside it."""
    shop = full_shop()
    shop.install(SFACE, sface)
    await on_photo_added(ADDED, changing(shop, SFACE, "face_embedding", REID))
    analysed = shop.bus.published[0]
    assert isinstance(analysed, PhotoAnalysed)
    for face in analysed.faces:
        assert face.embedding is not None
        assert [face.embedding.model, *(other.model for other in face.other_embeddings)] == [SFACE, REID]


async def test_during_a_change_the_built_in_embedding_stays() -> None:
    """A first image model does not take the layout embedding away before everyone has the new one."""
    shop = full_shop()
    await on_photo_added(ADDED, changing(shop, MOBILENET, "image_embedding", LAYOUT_MODEL))
    analysed = shop.bus.published[0]
    assert isinstance(analysed, PhotoAnalysed)
    assert analysed.embedding is not None
    assert analysed.embedding.model == MOBILENET
    assert [other.model for other in analysed.other_embeddings] == [LAYOUT_MODEL]


def test_a_crowd_during_a_change_leaves_out_the_old_of_the_poorest() -> None:
    """500 faces with two embeddings of 512 numbers fit a message; all keep the new one, the best keep both."""
    vector = Embedding.of("m", [0.04] * 512)
    faces = tuple(
        DetectedFace(
            box=Box(x1=0.12345, y1=0.12345, x2=0.54321, y2=0.54321),
            score=0.98765,
            quality=(n * 7 % 500) / 500,
            size_px=24,
            landmarks=(Point(x=0.12345, y=0.54321),) * 5,
            embedding=vector,
            other_embeddings=(vector,),
        )
        for n in range(500)
    )
    whole = PhotoAnalysed(photo_id=PHOTO, model_version="v", models={}, analysed_at=ADDED.photo.added_at, faces=faces)
    assert len(whole.model_dump_json()) > 1_048_576
    told = within_a_message(whole)
    assert 900_000 < len(told.model_dump_json()) <= 1_000_000
    assert all(face.embedding == vector for face in told.faces)
    kept = [face.quality for face in told.faces if face.other_embeddings]
    left = [face.quality for face in told.faces if not face.other_embeddings]
    assert min(kept) > max(left)


async def test_a_model_that_judges_faces_is_heard() -> None:
    """Its verdict and our own cues make the quality together."""
    shop = full_shop()
    await on_photo_added(ADDED, shop.deps())
    alone = shop.bus.published[0]
    judge = CATALOGUE.entries[REID].model_copy(
        update={"id": ModelId("judge"), "tasks": ("face_quality",), "family": "ediffiqa"}
    )
    shop.catalogue.entries[judge.id] = judge
    try:
        shop.install(judge.id, lambda feed: [np.full((len(next(iter(feed.values()))), 1), 0.25, dtype=np.float32)])
        await on_photo_added(ADDED, shop.deps())
    finally:
        del shop.catalogue.entries[judge.id]
    judged = shop.bus.published[2]
    assert isinstance(alone, PhotoAnalysed)
    assert isinstance(judged, PhotoAnalysed)
    assert [face.quality for face in judged.faces] == pytest.approx(
        [(face.quality * 0.25) ** 0.5 for face in alone.faces], abs=1e-4
    )


def test_embeddings_travel_as_the_contract_has_them() -> None:
    """Bit for bit what Embedding.of makes of the same numbers."""
    vector = np.random.default_rng(3).normal(size=256).astype(np.float32)
    assert embedding_of(REID, vector) == Embedding.of(REID, [float(value) for value in vector])
