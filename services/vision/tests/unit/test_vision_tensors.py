"""From picture to tensor and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pictopy_vision.domain.entry import Input
from pictopy_vision.domain.tensors import coarse, prepare, to_tensor

PAD = Input(name="x", colour="bgr", fit="pad", long_side_px=96, close_up_px=32, multiple_px=32)
LETTERBOX = Input(name="x", colour="bgr", fit="letterbox", width_px=64, height_px=64, pad_value=114)
STRETCH = Input(name="x", colour="rgb", fit="stretch", width_px=32, height_px=16, mean=(128,) * 3, std=(128,) * 3)


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([PAD, LETTERBOX, STRETCH]))
def test_the_whole_picture_comes_back(width: int, height: int, spec: Input) -> None:
    """The picture's own corner, as the model sees it, is the fraction 1, 1 of the picture for every way to fit."""
    prepared = prepare(np.full((height, width, 3), 200, dtype=np.uint8), spec)
    right, bottom = 1 / prepared.to_picture[0], 1 / prepared.to_picture[1]
    assert right <= prepared.width_px + 1e-6
    assert bottom <= prepared.height_px + 1e-6
    box = np.array([[0, 0, right, bottom]], dtype=np.float32)
    np.testing.assert_allclose(prepared.boxes(box), [[0, 0, 1, 1]], atol=1e-6)


def test_pad_never_enlarges() -> None:
    """A small picture keeps its pixels and gets black to the next multiple, right and below."""
    prepared = prepare(np.full((20, 40, 3), 9, dtype=np.uint8), PAD)
    assert prepared.tensor.shape == (1, 3, 32, 64)
    assert (prepared.tensor[0, :, :20, :40] == 9).all()
    assert (prepared.tensor[0, :, 20:, :] == 0).all()


def test_letterbox_fills_with_its_value() -> None:
    """A wide picture is enlarged to the width, and what is left below has the pad value."""
    prepared = prepare(np.full((16, 32, 3), 7, dtype=np.uint8), LETTERBOX)
    assert (prepared.tensor[0, :, :32] == 7).all()
    assert (prepared.tensor[0, :, 32:] == 114).all()


def test_colour_order_and_range() -> None:
    """Blue comes first for bgr and last for rgb; mean and standard deviation apply in the model's order."""
    blue = np.zeros((1, 16, 32, 3), dtype=np.uint8)
    blue[..., 0] = 255
    rgb = to_tensor(blue, STRETCH)
    assert rgb[0, :, 0, 0].tolist() == [-1.0, -1.0, (255 - 128) / 128]
    assert to_tensor(blue, PAD)[0, :, 0, 0].tolist() == [255.0, 0.0, 0.0]


def test_boxes_outside_are_cut() -> None:
    """No fraction leaves 0..1."""
    prepared = prepare(np.zeros((64, 64, 3), dtype=np.uint8), LETTERBOX)
    boxes = prepared.boxes(np.array([[-5, -5, 500, 20]], dtype=np.float32))
    assert boxes.min() >= 0
    assert boxes.max() <= 1


def test_the_second_look_is_smaller() -> None:
    """An entry that asks for close-ups gets the same input at that size; others get none."""
    smaller = coarse(PAD)
    assert smaller is not None
    assert smaller.long_side_px == 32
    assert coarse(LETTERBOX) is None


@pytest.mark.parametrize(
    "wrong", [{"fit": "pad"}, {"fit": "stretch"}, {"fit": "aligned", "width_px": 112, "height_px": 112}]
)
def test_an_input_without_its_sizes_is_refused(wrong: dict[str, object]) -> None:
    """What a way to fit needs must stand in the entry."""
    with pytest.raises(ValidationError):
        Input.model_validate({"name": "x", "colour": "bgr", **wrong})
