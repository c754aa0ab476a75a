"""Files whose own names are not known, and samples to measure any file with."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision.by_position import NamedByPosition
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.sample import sample_of
from pictopy_vision.fakes import FakeSession
from pictopy_vision.heads import check_fit
from pictopy_vision.ports import TensorSpec

ENTRIES = read_catalogue(CHECKOUT).entries
ONE, TWO = np.ones((1, 2), dtype=np.float32), np.full((1, 3), 2, dtype=np.float32)
YOLOX, WORDS = ENTRIES[ModelId("yolox_s_2022nov")], ENTRIES[ModelId("siglip2_base_text")]


def test_the_entrys_names_stand_for_the_files_own() -> None:
    """What is fed by our name reaches the file by its own, and its first output is ours; more are left out."""
    fed: list[str] = []

    def answer_to(feed: Mapping[str, Array]) -> Sequence[Floats]:
        fed.extend(feed)
        return [ONE, TWO]

    inner = FakeSession(
        (TensorSpec("its_input", (1, 3, 640, 640)),),
        (TensorSpec("its_first", (1, 2)), TensorSpec("its_second", (1, 3))),
        answer_to,
    )
    session = NamedByPosition(YOLOX, inner)
    check_fit(session, YOLOX)
    (answer,) = session.run({"images": ONE})
    assert fed == ["its_input"]
    assert answer is ONE
    assert [spec.name for spec in session.outputs] == ["output"]


def test_a_texts_inputs_keep_their_names() -> None:
    """Their order is not told anywhere, and which is the mask must be known."""
    inputs = (TensorSpec("attention_mask", (None, 64)), TensorSpec("input_ids", (None, 64)))
    session = NamedByPosition(WORDS, FakeSession(inputs, (TensorSpec("pooled", (None, 768)),), lambda feed: [ONE]))
    assert session.inputs == inputs
    assert [spec.name for spec in session.outputs] == ["feature"]


def test_other_numbers_are_refused_by_name() -> None:
    """Two pictures in, or no answer out: not what the entry describes."""
    picture = TensorSpec("x", (1, 3, 640, 640))
    for inputs, outputs in (((picture, picture), (picture,)), ((picture,), ())):
        with pytest.raises(ModelError, match="yolox_s_2022nov"):
            NamedByPosition(YOLOX, FakeSession(inputs, outputs, lambda feed: []))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: str(entry.id))
def test_each_model_can_be_measured(entry: Entry) -> None:
    """A sample has the names, sizes and kind of numbers that the entry states; the same each time."""
    channels = 1 if entry.input.colour == "grey" else 3
    sample = sample_of(entry, (1, channels, None, None))
    array = sample[entry.input.name]
    if entry.input.fit == "tokens":
        assert array.dtype == np.int64
        assert array.shape == (1, entry.input.length)
        assert set(sample) == {entry.input.name, entry.input.mask}
        return
    assert array.dtype == np.float32
    assert array.shape[:2] == (1, channels)
    if entry.input.fit != "line":
        assert entry.input.height_px in (None, array.shape[2])
        assert entry.input.width_px in (None, array.shape[3])
    assert np.array_equal(array, sample_of(entry, (1, channels, None, None))[entry.input.name])
