"""Real photos of many makers: each file is done or has a reason."""

import csv
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictopy_ingest.adapters.prepare import Workplace, prepare
from pictopy_ingest.adapters.walker import walk
from pictopy_ingest.domain.sizes import Limits
from pictopy_ingest.ports import Job, Outcome, PictureFiles, Prepared, Refused
from pictopy_testing import shared

pytestmark = pytest.mark.photos
Read = Callable[[str], dict[str, Outcome]]


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(Limits(), PictureFiles(tmp_path))


@pytest.fixture
def read(place: Workplace) -> Read:
    """Outcome of each file of a set, by path."""

    def of(name: str) -> dict[str, Outcome]:
        root = os.fsencode(shared.photos(name))
        now = datetime.now(UTC)
        return {os.fsdecode(s.path): prepare(Job(root, s, now), place) for s in walk(root, b"/none").files}

    return of


def _labels(name: str) -> dict[str, dict[str, str]]:
    with (shared.photos(name) / "labels.csv").open(newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(("name", "refused"), [("exif_samples", 0), ("immich_assets", 1), ("coco128", 0)])
def test_each_file_is_done_or_has_a_reason(name: str, refused: int, read: Read, place: Workplace) -> None:
    """Done: with a preview and a thumbnail. Not done: with a reason. Nothing between."""
    outcomes = read(name)
    reasons = {path: one.reason for path, one in outcomes.items() if isinstance(one, Refused)}
    assert len(reasons) == refused, reasons
    assert all(reasons.values())
    done = [one for one in outcomes.values() if isinstance(one, Prepared)]
    assert len(done) == len(outcomes) - refused
    for one in done:
        assert place.pictures.preview(one.photo_id).stat().st_size > 0
        assert place.pictures.thumbnail(one.photo_id).stat().st_size > 0


def test_damaged_photos_carry_a_warning(read: Read) -> None:
    """The 14 damaged pictures of coco128 are shown as far as they go, and say so."""
    damaged = [path for path, one in read("coco128").items() if isinstance(one, Prepared) and one.facts.warnings]
    assert len(damaged) == 14


@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_all_orientations_look_the_same(shape: str, read: Read, place: Workplace) -> None:
    """Eight files of one scene in eight orientations: the same upright thumbnail."""
    outcomes = read("exif_orientation")
    thumbnails = []
    for number in range(1, 9):
        one = outcomes[f"{shape}_{number}.jpg"]
        assert isinstance(one, Prepared)
        assert one.facts.orientation == number
        with Image.open(place.pictures.thumbnail(one.photo_id)) as opened:
            thumbnails.append(np.asarray(opened.convert("L").resize((64, 64)), np.float32))
    for other in thumbnails[1:]:
        assert np.abs(other - thumbnails[0]).mean() < 12  # of 255; the scene bears a number that differs


def test_sizes_cameras_and_times_are_those_of_the_labels(read: Read) -> None:
    """Where another reader found make, model or time, so did we."""
    labels = _labels("exif_samples")
    for path, one in read("exif_samples").items():
        row = labels.get(path)
        if not isinstance(one, Prepared) or row is None or row["orientation"] not in {"", "0", "1"}:
            continue
        if row["make"]:
            assert (one.facts.camera_make or "").lower()[:4] == row["make"].strip().lower()[:4], path
        if row["w"] and row["format"] not in {"HEIF", "MPO"}:
            assert (one.facts.width_px, one.facts.height_px) == (int(row["w"]), int(row["h"])), path


def test_people_drawn_by_others_are_where_the_labels_say(read: Read) -> None:
    """The same scene, lying and upright: the same people in the same boxes."""
    outcomes = read("immich_assets")
    upright, lying = (outcomes[f"metadata/faces/{name}.jpg"] for name in ("portrait", "portrait-orientation-6"))
    assert isinstance(upright, Prepared)
    assert isinstance(lying, Prepared)
    for one, other in zip(upright.facts.regions, lying.facts.regions, strict=True):
        assert one.name == other.name
        assert one.box.iou(other.box) > 0.99
    assert [region.name for region in upright.facts.regions] == ["Marie Curie", "Pierre Curie"]
