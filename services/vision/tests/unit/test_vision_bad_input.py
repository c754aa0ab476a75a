"""Pictures that no camera makes and answers that no model should give: each ends in a result or in a sentence."""

import io
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from pictopy_contracts.ids import ModelId, PhotoId
from pictopy_contracts.messages import Photo, PhotoAdded, PhotoAnalysed
from pictopy_runtime.errors import Poison
from pictopy_testing.shared import models
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.consumers import on_photo_added
from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.picture import MAX_SIDE_PX, decode
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.fakes import FakeShop

CATALOGUE = read_catalogue(CHECKOUT)
PHOTO = PhotoId("f" * 32)
ADDED = PhotoAdded(
    photo=Photo(
        photo_id=PHOTO,
        revision=1,
        format="png",
        files=(),
        width_px=1,
        height_px=1,
        added_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
)
REAL = ("yunet_n_dynamic", "face-reidentification-retail-0095", "yolox_nano", "mobilenet_v2")
RNG = np.random.default_rng(11)


def coded(pixels: Array, suffix: str = ".png") -> bytes:
    return bytes(cv2.imencode(suffix, pixels)[1])


def cmyk() -> bytes:
    file = io.BytesIO()
    Pillow.fromarray(RNG.integers(0, 255, (90, 120, 4), dtype=np.uint8), "CMYK").save(file, "JPEG")
    return file.getvalue()


PICTURES = {
    "one pixel": coded(np.full((1, 1, 3), 200, dtype=np.uint8)),
    "one row": coded(RNG.integers(0, 255, (1, 900, 3), dtype=np.uint8)),
    "one column": coded(RNG.integers(0, 255, (900, 1, 3), dtype=np.uint8)),
    "panorama of 20,000 px": coded(RNG.integers(0, 255, (300, 20_000, 3), dtype=np.uint8), ".jpg"),
    "grey": coded(RNG.integers(0, 255, (90, 120), dtype=np.uint8)),
    "grey of 16 bits": coded(RNG.integers(0, 65_535, (90, 120), dtype=np.uint16)),
    "16 bits": coded(RNG.integers(0, 65_535, (90, 120, 3), dtype=np.uint16)),
    "alpha": coded(RNG.integers(0, 255, (90, 120, 4), dtype=np.uint8)),
    "CMYK": cmyk(),
    "black": coded(np.zeros((600, 800, 3), dtype=np.uint8), ".jpg"),
}


@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES)
def test_every_picture_becomes_eight_bits_of_three_colours(data: bytes) -> None:
    """And no side is longer than the limit, so that memory is bounded whatever comes."""
    picture = decode(data)
    assert all(level.dtype == np.uint8 and level.ndim == 3 and level.shape[2] == 3 for level in picture.levels)
    assert max(picture.full.shape[:2]) <= MAX_SIDE_PX
    assert min(level.size for level in picture.levels) > 0


@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES)
async def test_every_picture_gets_a_result(data: bytes) -> None:
    """Cues, hash and layout are numbers in their ranges, without any model."""
    shop = FakeShop(CATALOGUE)
    shop.previews.pictures[PHOTO] = data
    await on_photo_added(ADDED, shop.deps())
    analysed = shop.bus.published[0]
    assert isinstance(analysed, PhotoAnalysed)
    assert analysed.quality is not None
    assert all(0 <= value <= 1 for value in analysed.quality.model_dump().values())
    assert analysed.embedding is not None
    assert np.linalg.norm(analysed.embedding.values()) == pytest.approx(1, abs=1e-2)


@pytest.mark.photos
@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES)
async def test_the_real_models_look_at_every_picture(data: bytes) -> None:
    """Whatever its shape: places stay inside 0..1 and the message is made."""
    shop = FakeShop(CATALOGUE)
    shop.previews.pictures[PHOTO] = data
    engine = OnnxEngine(1)
    for name in REAL:
        entry = CATALOGUE.entries[ModelId(name)]
        shop.engine.sessions[entry.id] = engine.open(entry, models() / entry.mirror)
        shop.store.files.add(entry.id)
    await on_photo_added(ADDED, shop.deps())
    analysed = shop.bus.published[0]
    assert isinstance(analysed, PhotoAnalysed)
    assert set(analysed.models) >= {"faces", "objects", "tags"}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize(
    "model", ["yunet_n_640", "face-reidentification-retail-0095", "yolox_nano", "mobilenet_v2", "nanodet_plus_m_416"]
)
async def test_one_bad_number_names_its_model(model: str, bad: float) -> None:
    """A single number that is none, anywhere in an answer, is poison with the model's id, whichever model it is."""
    entry = CATALOGUE.entries[ModelId(model)]
    answer = np.zeros((1, 4), dtype=np.float32)
    answer[0, 2] = bad
    shop = FakeShop(CATALOGUE)
    shop.previews.pictures[PHOTO] = PICTURES["black"]
    shop.install(entry.id, lambda feed: [answer for _ in entry.output.names])
    if entry.tasks[0] == "face_embedding":
        faces = CATALOGUE.entries[ModelId("yunet_n_640")]
        shop.install(faces.id, lambda feed: one_face(faces.output.names))
    with pytest.raises(Poison, match=rf"model {model}.*not finite"):
        await on_photo_added(ADDED, shop.deps())
    assert shop.bus.published == []


def one_face(names: tuple[str, ...]) -> list[Floats]:
    """A face of 160 px in the middle, as YuNet tells it."""
    outputs: list[Floats] = []
    for name in names:
        kind, stride = name.split("_")
        cells = (640 // int(stride)) ** 2
        tensor = np.zeros((1, cells, {"bbox": 4, "kps": 10}.get(kind, 1)), dtype=np.float32)
        if stride == "32":
            tensor[0, 210] = {
                "bbox": [0.5, 0.5, np.log(5), np.log(5)],
                "kps": [-1, -1, 1, -1, 0, 0, -0.8, 1.2, 0.8, 1.2],
            }.get(kind, 0.9)
        outputs.append(tensor)
    return outputs
