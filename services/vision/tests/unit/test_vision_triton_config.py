"""Configurations for a Triton server: from entry and file, and the committed ones are the current ones."""

from pathlib import Path

import pytest

from pictopy_contracts.ids import ModelId
from pictopy_testing.shared import models
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.triton import config_of
from pictopy_vision.ports import TensorSpec
from pictopy_vision.triton_repository import found, write_model

CATALOGUE = read_catalogue(CHECKOUT)
REID = CATALOGUE.entries[ModelId("face-reidentification-retail-0095")]
COMMITTED = sorted((CHECKOUT.parent / "triton").glob("*/config.pbtxt"))


def test_a_file_that_takes_batches_gets_them() -> None:
    """The batch axis leaves the dims, and requests wait a little for company."""
    text = config_of(
        REID, [TensorSpec("input", (None, 3, 128, 128))], [TensorSpec("embedding", (None, 256))], "onnxruntime"
    )
    assert "max_batch_size: 64" in text
    assert 'input [ { name: "input" data_type: TYPE_FP32 dims: [ 3, 128, 128 ] } ]' in text
    assert "dynamic_batching { max_queue_delay_microseconds: 2000 }" in text
    assert REID.fingerprint in text
    assert "instance_group" not in text


def test_a_file_of_one_picture_stays_so() -> None:
    """No batching where the file has a fixed first axis; a size that may change is -1; words are int64."""
    text = config_of(REID, [TensorSpec("ids", (1, None), "int64")], [TensorSpec("embedding", (1, 256))], "python")
    assert "max_batch_size: 0" in text
    assert "TYPE_INT64 dims: [ 1, -1 ]" in text
    assert "dynamic_batching" not in text
    assert "KIND_CPU" in text


@pytest.mark.parametrize("path", COMMITTED, ids=[path.parent.name for path in COMMITTED])
def test_a_committed_configuration_is_of_the_catalogue(path: Path) -> None:
    """Its model is known, and its names and file are those of the entry."""
    entry = CATALOGUE.entries[ModelId(path.parent.name)]
    text = path.read_text(encoding="utf-8")
    assert all(f'name: "{name}"' in text for name in (entry.id, entry.input.name, *entry.output.names))
    assert entry.fingerprint in text


@pytest.mark.photos
def test_committed_configurations_are_what_is_made(tmp_path: Path) -> None:
    """Making them anew from the files changes nothing."""
    for entry, path in found(CATALOGUE, models(), ()):
        made = write_model(entry, path, tmp_path, "onnxruntime") / "config.pbtxt"
        committed = CHECKOUT.parent / "triton" / entry.id / "config.pbtxt"
        assert committed.read_text(encoding="utf-8") == made.read_text(encoding="utf-8")
