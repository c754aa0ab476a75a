"""Text in a picture: one model finds the lines, another reads them, a few at a time."""

from collections.abc import Sequence
from math import ceil

import cv2
import numpy as np

from pictopy_contracts.geometry import Box
from pictopy_contracts.messages import TextLine
from pictopy_vision.domain import ctc, text_lines
from pictopy_vision.domain.arrays import Floats, Image
from pictopy_vision.domain.entry import Entry, Input
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.domain.picture import Picture
from pictopy_vision.domain.result import box_of
from pictopy_vision.domain.tensors import prepare, reading_size_px, to_tensor
from pictopy_vision.domain.text_lines import FoundLines
from pictopy_vision.heads import answers, takes_batches
from pictopy_vision.ports import Session

LINES_AT_ONCE = 6  # of about one length, so that little is padding; as published
SHORTEST = 320  # width in pixels that a strip is padded to at least: what the model was trained on
MAX_CHARS = 300  # of one line: keeps the message small


def find_lines(session: Session, entry: Entry, picture: Picture) -> FoundLines:
    """Most photos have no text: a look at half the size, a quarter of the work, says so."""
    half = _glance(entry.input)
    if half is not None and not len(_look(session, entry, picture, half)):
        return FoundLines(np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32))
    return _look(session, entry, picture, entry.input)


def _look(session: Session, entry: Entry, picture: Picture, spec: Input) -> FoundLines:
    prepared = prepare(picture.level_for(reading_size_px(spec)), spec)
    return text_lines.read(answers(session, entry, prepared.tensor), prepared, entry)


def _glance(spec: Input) -> Input | None:
    if spec.fit != "pad" or not spec.long_side_px:
        return None
    return spec.model_copy(update={"long_side_px": max(spec.long_side_px // 2, 1)})


def read_lines(
    session: Session, entry: Entry, labels: Sequence[str], picture: Picture, found: FoundLines
) -> tuple[TextLine, ...]:
    """What can be read with enough certainty, in reading order. Raises ModelError, BadOutputError."""
    strips = [_strip(text_lines.cut_out(picture.full, corners), entry.input) for corners in found.corners]
    read: dict[int, ctc.ReadLine] = {}
    by_length = sorted(range(len(strips)), key=lambda one: strips[one].shape[1])
    size = LINES_AT_ONCE if takes_batches(session) else 1
    for start in range(0, len(by_length), size):
        batch = by_length[start : start + size]
        read |= dict(zip(batch, _read(session, entry, labels, [strips[one] for one in batch]), strict=True))
    least = entry.threshold("show")
    return tuple(
        TextLine(text=read[one].text[:MAX_CHARS], score=round(read[one].score, 5), box=_box(found.corners[one]))
        for one in range(len(strips))
        if read[one].score >= least and any(char.isalnum() for char in read[one].text)
    )


def _strip(line: Image, spec: Input) -> Image:
    """As high as the model wants it; as wide as it is, up to the model's width, or stretched to that width."""
    height, most = spec.height_px or 1, spec.width_px or 1
    width = min(most, max(1, ceil(line.shape[1] * height / line.shape[0]))) if spec.fit == "line" else most
    return cv2.resize(line, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _read(session: Session, entry: Entry, labels: Sequence[str], strips: Sequence[Image]) -> list[ctc.ReadLine]:
    steps = answers(session, entry, _tensor(strips, entry.input))[entry.output.names[0]]
    if steps.ndim != 3:
        raise ModelError(entry.id, f"gives {steps.ndim} axes, a reader of lines gives steps of classes")
    if len(steps) != len(strips) and steps.shape[1] == len(strips):
        steps = steps.transpose(1, 0, 2)  # some count the steps first
    characters = ctc.characters_of(labels, steps.shape[2])
    if characters is None:
        raise ModelError(entry.id, f"tells {steps.shape[2]} classes apart, its entry names {len(labels)} characters")
    return [ctc.decode(line, characters) for line in steps]


def _tensor(strips: Sequence[Image], spec: Input) -> Floats:
    """(N, C, H, W): side by side, the shorter ones padded with the mean."""
    tensors = [_grey(strip, spec) if spec.colour == "grey" else to_tensor(strip[None], spec) for strip in strips]
    width = max(*(tensor.shape[3] for tensor in tensors), SHORTEST if spec.fit == "line" else 1)
    padded = [np.pad(tensor, ((0, 0), (0, 0), (0, 0), (0, width - tensor.shape[3]))) for tensor in tensors]
    return np.concatenate(padded)


def _grey(strip: Image, spec: Input) -> Floats:
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY).astype(np.float32)
    tensor: Floats = ((grey - np.float32(spec.mean[0])) / np.float32(spec.std[0]))[None, None]
    return tensor


def _box(corners: Floats) -> Box:
    return box_of(np.concatenate([corners.min(axis=0), corners.max(axis=0)]))
