"""Text in pictures: lines out of a map of probabilities, characters out of steps."""

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_vision import reading
from pictopy_vision.catalogue_files import catalogue_folder, read_catalogue
from pictopy_vision.domain import ctc, text_lines
from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.picture import picture_of
from pictopy_vision.domain.tensors import Prepared
from pictopy_vision.fakes import FakeSession
from pictopy_vision.ports import TensorSpec

CATALOGUE = read_catalogue(catalogue_folder(None))
FINDER, READER = (CATALOGUE.entries[ModelId(name)] for name in ("ppocr_v4_det", "ppocr_v4_rec"))
LETTERS = ["", "a", "b", " "]


def steps(classes: list[int], likely: float = 0.9) -> Floats:
    rows = np.full((len(classes), len(LETTERS)), (1 - likely) / (len(LETTERS) - 1), dtype=np.float32)
    rows[np.arange(len(classes)), classes] = likely
    return rows


def prepared(width: int, height: int) -> Prepared:
    return Prepared(np.zeros((1, 3, height, width), np.float32), (1 / width, 1 / height))


def found(likely: Floats) -> text_lines.FoundLines:
    height, width = likely.shape
    return text_lines.read({FINDER.output.names[0]: likely[None, None]}, prepared(width, height), FINDER)


class TestCharacters:
    """What steps say."""

    @pytest.mark.parametrize(
        ("classes", "text"),
        [([1, 1, 0, 1, 2], "aab"), ([0, 0], ""), ([1, 3, 2], "a b"), ([3, 1, 3, 3], "a"), ([2, 2, 2], "b")],
    )
    def test_repeats_are_one_character_and_nothing_is_none(self, classes: list[int], text: str) -> None:
        """As CTC has it; blanks at the ends go."""
        assert ctc.decode(steps(classes), LETTERS).text == text

    def test_the_score_is_that_of_its_characters(self) -> None:
        """Steps of nothing do not count."""
        assert ctc.decode(steps([1, 0, 2]), LETTERS).score == pytest.approx(0.9)
        assert ctc.decode(steps([0, 0]), LETTERS).score == 0.0

    def test_what_comes_before_softmax_reads_the_same(self) -> None:
        """Some models leave that to the reader."""
        read = ctc.decode(np.log(steps([1, 0, 2])) + 3, LETTERS)
        assert read.text == "ab"
        assert read.score == pytest.approx(0.9, abs=1e-5)

    @pytest.mark.parametrize(("classes", "fits"), [(3, True), (4, True), (5, False), (2, False)])
    def test_characters_must_fit_the_classes(self, classes: int, fits: bool) -> None:
        """Nothing, the labels, and at most a space beyond."""
        assert (ctc.characters_of(["a", "b"], classes) is not None) == fits


class TestLines:
    """Where text stands."""

    def test_a_core_is_grown_to_the_line(self) -> None:
        """By area x grow / circumference on each side."""
        likely = np.zeros((100, 200), np.float32)
        likely[40:50, 20:120] = 0.9
        lines = found(likely)
        assert len(lines) == 1
        left, top = lines.corners[0].min(axis=0) * (200, 100)
        right, bottom = lines.corners[0].max(axis=0) * (200, 100)
        assert (left, top) == (pytest.approx(20 - 7.3, abs=2), pytest.approx(40 - 7.3, abs=2))
        assert (right, bottom) == (pytest.approx(119 + 7.3, abs=2), pytest.approx(49 + 7.3, abs=2))

    def test_lines_come_in_reading_order(self) -> None:
        """Row by row, from the left."""
        likely = np.zeros((120, 300), np.float32)
        for top, left in ((80, 20), (22, 160), (20, 20)):
            likely[top : top + 10, left : left + 80] = 0.9
        corners = found(likely).corners
        starts = [(int(one[:, 1].min() * 120) // 50, one[:, 0].min() > 0.4) for one in corners]
        assert starts == [(0, False), (0, True), (1, False)]

    def test_faint_and_tiny_regions_are_none(self) -> None:
        """Below the thresholds of the entry."""
        likely = np.zeros((100, 100), np.float32)
        likely[10:20, 10:60] = 0.4
        likely[50:51, 10:12] = 0.99
        assert len(found(likely)) == 0

    def test_a_crowded_page_is_bounded(self) -> None:
        """Memory and time stay so."""
        likely = np.zeros((960, 960), np.float32)
        for top in range(4, 950, 12):
            for left in range(4, 950, 60):
                likely[top : top + 6, left : left + 40] = 0.9
        assert len(found(likely)) == text_lines.MAX_LINES

    def test_a_slanted_line_is_cut_out_upright(self) -> None:
        """As wide as it is long."""
        image = np.zeros((200, 200, 3), np.uint8)
        rect = ((100.0, 100.0), (120.0, 20.0), 30.0)
        cv2.fillPoly(image, [np.rint(cv2.boxPoints(rect)).astype(np.int32)], (255, 255, 255))
        strip = text_lines.cut_out(image, text_lines._corners(rect) / np.float32(200))
        assert strip.shape[1] == pytest.approx(120, abs=2)
        assert strip.mean() > 240


class TestReading:
    """The two models together."""

    @staticmethod
    def finder(likely_at: float) -> FakeSession:
        def answer(feed: Mapping[str, Array]) -> list[Floats]:
            (tensor,) = feed.values()
            likely = np.zeros((1, 1, *tensor.shape[2:]), np.float32)
            height, width = tensor.shape[2:]
            likely[..., height // 3 : height // 3 + height // 6, width // 5 : width * 4 // 5] = likely_at
            return [likely]

        spec = TensorSpec("x", (None, 3, None, None))
        return FakeSession((spec,), (TensorSpec(FINDER.output.names[0], (None,)),), answer)

    @staticmethod
    def reader(classes: int) -> FakeSession:
        def answer(feed: Mapping[str, Array]) -> list[Floats]:
            (tensor,) = feed.values()
            out = np.zeros((len(tensor), 3, classes), np.float32)
            out[:, [0, 1, 2], [50, 0, 51]] = 1.0
            return [out]

        spec = TensorSpec("x", (None, 3, 48, None))
        return FakeSession((spec,), (TensorSpec(READER.output.names[0], (None,)),), answer)

    def test_a_picture_without_text_costs_a_quarter(self) -> None:
        """One look at half the size, and no reader."""
        session = self.finder(0.0)
        assert len(reading.find_lines(session, FINDER, picture_of(np.zeros((900, 1200, 3), np.uint8)))) == 0
        assert len(session.batches) == 1

    @pytest.mark.parametrize("shape", [(1, 1), (40, 3000), (2000, 30), (900, 1200)])
    def test_pictures_of_any_shape_are_read(self, shape: tuple[int, int]) -> None:
        """Panoramas and a single pixel, too; boxes stay inside."""
        picture = picture_of(np.full((*shape, 3), 200, np.uint8))
        lines = reading.find_lines(self.finder(0.9), FINDER, picture)
        labels = CATALOGUE.labels_of(READER)
        for line in reading.read_lines(self.reader(len(labels) + 2), READER, labels, picture, lines):
            assert line.text == labels[49] + labels[50]
            assert 0 <= line.box.x1 <= line.box.x2 <= 1

    def test_a_reader_of_other_characters_is_told(self) -> None:
        """With its id."""
        picture = picture_of(np.full((300, 400, 3), 200, np.uint8))
        lines = reading.find_lines(self.finder(0.9), FINDER, picture)
        assert len(lines) == 1
        with pytest.raises(ModelError, match="ppocr_v4_rec: tells 99 classes apart"):
            reading.read_lines(self.reader(99), READER, CATALOGUE.labels_of(READER), picture, lines)
