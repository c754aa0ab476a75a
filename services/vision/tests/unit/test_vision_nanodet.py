"""NanoDet with one output a stride, as OpenCV zoo has it."""

import numpy as np
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain import nanodet
from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.errors import BadOutputError
from pictopy_vision.domain.tensors import Prepared

ENTRY = read_catalogue(CHECKOUT).entries[ModelId("nanodet_2022nov")]
SIDE_PX = 416
PREPARED = Prepared(np.zeros((1, 3, SIDE_PX, SIDE_PX), dtype=np.float32), (1 / SIDE_PX, 1 / SIDE_PX))


def outputs_with_one_dog(column: int, row: int, stride: int) -> list[Floats]:
    """Scores and sides of each stride; one cell sees a dog that reaches two strides to each side."""
    parts = []
    for each in nanodet.STRIDES_PX:
        columns = -(-SIDE_PX // each)
        cells = columns * columns
        scores = np.zeros((1, cells, nanodet.CLASSES), dtype=np.float32)
        sides = np.zeros((1, cells, 4, nanodet.BINS), dtype=np.float32)
        if each == stride:
            scores[0, row * columns + column, 16] = 0.9
            sides[..., 2] = 50.0
        parts += [scores, sides.reshape(1, cells, -1)]
    return parts


@pytest.mark.parametrize("stride", nanodet.STRIDES_PX)
def test_a_box_lies_around_the_middle_of_its_cell(stride: int) -> None:
    """In whatever order the file has its outputs: they are told apart by their shapes."""
    parts = outputs_with_one_dog(3, 2, stride)
    middle = np.array([3, 2]) * stride + (stride - 1) / 2
    wanted = np.concatenate([middle - 2 * stride, middle + 2 * stride])
    orders = (range(8), reversed(range(8)), (0, 2, 4, 6, 1, 3, 5, 7))
    for order in orders:
        outputs = {ENTRY.output.names[n]: parts[source] for n, source in enumerate(order)}
        found = nanodet.read_levels(outputs, PREPARED, ENTRY)
        assert found.scores.argmax(axis=1).tolist() == [16]
        np.testing.assert_allclose(found.boxes, [wanted], atol=1e-3)


def test_other_shapes_are_told() -> None:
    """A file that is another kind of NanoDet is named, not misread."""
    parts = outputs_with_one_dog(0, 0, 8)[:-1]
    with pytest.raises(BadOutputError, match="nanodet_2022nov"):
        nanodet.read_levels({str(n): part for n, part in enumerate(parts)}, PREPARED, ENTRY)
