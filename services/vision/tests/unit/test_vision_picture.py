"""Decoding of previews, whatever they are, and what is read from a picture without a network."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pictopy_vision.domain.arrays import Image
from pictopy_vision.domain.layout import SIZE, layout_embedding
from pictopy_vision.domain.phash import phash
from pictopy_vision.domain.picture import MAX_SIDE_PX, UnreadablePictureError, decode, picture_of
from pictopy_vision.domain.picture_quality import cues_of


def coded(image: NDArray[np.integer[Any]], extension: str = ".png") -> bytes:
    return bytes(cv2.imencode(extension, image)[1])


def scene(seed: int = 0) -> Image:
    """A picture with large shapes, small texture and colour."""
    random = np.random.default_rng(seed)
    coarse = cv2.resize(random.integers(0, 255, (6, 8, 3), dtype=np.uint8), (640, 480), interpolation=cv2.INTER_CUBIC)
    return cv2.add(coarse, random.integers(0, 40, (480, 640, 3), dtype=np.uint8)).astype(np.uint8)


@pytest.mark.parametrize(
    "image",
    [
        np.full((40, 60), 90, dtype=np.uint8),
        np.full((40, 60, 4), 90, dtype=np.uint8),
        np.full((40, 60, 3), 23130, dtype=np.uint16),
        np.full((1, 1, 3), 90, dtype=np.uint8),
    ],
    ids=["grey", "alpha", "16 bits", "1x1"],
)
def test_every_kind_becomes_eight_bit_colour(image: NDArray[np.integer[Any]]) -> None:
    """Grey, alpha, 16 bits and a single pixel all become (H, W, 3) uint8 with the same brightness."""
    full = decode(coded(image)).full
    assert full.dtype == np.uint8
    assert full.shape == (*image.shape[:2], 3)
    assert abs(int(full.mean()) - 90) <= 1


@pytest.mark.parametrize("data", [b"", b"no picture", coded(scene(), ".jpg")[:100]], ids=["empty", "text", "cut"])
def test_what_cannot_be_decoded_says_so(data: bytes) -> None:
    """A sentence, not a crash of the decoder."""
    with pytest.raises(UnreadablePictureError, match="preview"):
        decode(data)


def test_a_panorama_is_reduced_and_halved() -> None:
    """20,000 x 400 px comes down to MAX_SIDE_PX, then by halves, never below a pixel."""
    picture = picture_of(np.zeros((400, 20_000, 3), dtype=np.uint8))
    assert picture.width_px == MAX_SIDE_PX
    assert [level.shape[1] for level in picture.levels] == [2048, 1024, 512, 256]
    assert min(level.shape[0] for level in picture.levels) >= 1


def test_the_smallest_sufficient_level_is_read() -> None:
    """A model of 300 px reads the half of 500 px and not the full picture; one of 5,000 px reads all there is."""
    picture = picture_of(np.zeros((800, 1000, 3), dtype=np.uint8))
    assert picture.level_for(300).shape[:2] == (400, 500)
    assert picture.level_for(5000) is picture.full


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_phash_knows_a_picture_again() -> None:
    """Half the size and a coarse JPEG are within 4 bits, another scene is more than 10 away."""
    image = scene()
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)
    worse = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR)
    assert len(phash(image)) == 16
    assert distance(phash(image), phash(half)) <= 4
    assert distance(phash(image), phash(np.asarray(worse, dtype=np.uint8))) <= 4
    assert distance(phash(image), phash(scene(1))) > 10


def test_layout_is_near_for_alike_and_far_for_others() -> None:
    """Norm 1; a brighter crop stays nearer than another scene."""
    image = scene()
    alike = cv2.convertScaleAbs(image[20:-20, 20:-20], alpha=1.1, beta=5).astype(np.uint8)
    own, near, other = (layout_embedding(one) for one in (image, alike, scene(1)))
    assert own.shape == (SIZE,)
    assert abs(float(np.linalg.norm(own)) - 1) < 1e-5
    assert own @ near > 0.85 > own @ other


def test_layout_of_nothing_is_still_a_direction() -> None:
    """A plain grey picture has a finite embedding of norm 1."""
    plain = layout_embedding(np.full((10, 10, 3), 119, dtype=np.uint8))
    assert abs(float(np.linalg.norm(plain)) - 1) < 1e-5


def test_each_cue_falls_with_its_fault() -> None:
    """Blur lowers sharpness, overexposure exposure, fog contrast, grey colourfulness; each lowers the score."""
    image = scene()
    good = cues_of(image)
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    faults = {
        "sharpness": cv2.GaussianBlur(image, (0, 0), 3),
        "exposure": cv2.convertScaleAbs(image, alpha=1, beta=150),
        "contrast": cv2.convertScaleAbs(image, alpha=0.2, beta=100),
        "colourfulness": grey,
    }
    for name, faulty in faults.items():
        bad = cues_of(faulty.astype(np.uint8))
        assert getattr(bad, name) < getattr(good, name)
        assert bad.score < good.score
        assert 0 <= bad.score <= 1


@pytest.mark.parametrize("value", [0, 255])
def test_a_plain_picture_has_cues(value: int) -> None:
    """Black and white frames, and one of a single pixel, give numbers, and poor ones."""
    for size in (1, 300):
        cues = cues_of(np.full((size, size, 3), value, dtype=np.uint8))
        assert cues.exposure == 0
        assert cues.score < 0.2
