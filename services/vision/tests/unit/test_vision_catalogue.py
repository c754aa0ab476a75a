"""The catalogue that ships with the service."""

import hashlib
import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # it publishes no types
import pytest
import yaml

from pictopy_testing.shared import models
from pictopy_vision.catalogue_files import CHECKOUT, CatalogueError, catalogue_folder, read_catalogue
from pictopy_vision.domain.entry import TASKS
from pictopy_vision.schema import schema_text

CATALOGUE = read_catalogue(CHECKOUT)
ENTRIES = list(CATALOGUE.entries.values())


def test_schema_is_that_of_the_code() -> None:
    """`python -m pictopy_vision.schema` gives the schema that lies beside the catalogue."""
    assert (CHECKOUT.parent / "catalogue.schema.json").read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("path", sorted(CHECKOUT.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_entry_fits_the_schema(path: Path) -> None:
    """Tools without our code can check an entry."""
    schema = json.loads(schema_text())
    jsonschema.validate(json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")))), schema)


def test_starter_is_small_free_and_useful() -> None:
    """Under 15 MB, commercial use allowed, one model each for faces, telling them apart, and objects."""
    starter = [entry for entry in ENTRIES if entry.starter]
    assert sum(entry.bytes for entry in starter) < 15_000_000
    assert all(entry.licence.commercial for entry in starter)
    assert sorted(task for entry in starter for task in entry.tasks) == ["face_embedding", "faces", "objects"]


def test_every_task_has_one_preferred_model() -> None:
    """So that a set of installed models has one meaning."""
    for task in TASKS:
        preferences = [entry.preference for entry in ENTRIES if task in entry.tasks]
        assert len(set(preferences)) == len(preferences)
        assert preferences.count(1) == bool(preferences)


def test_sources_are_pinned() -> None:
    """An address names a commit, never a branch, and speaks https."""
    for entry in ENTRIES:
        for source in entry.sources:
            assert source.startswith("https://")
            assert any(len(part) == 40 and int(part, 16) for part in source.split("/") if len(part) == 40)


def test_thresholds_that_the_code_reads_are_there() -> None:
    """Detectors state when to show and when two boxes are one; taggers when to show; labels fit the outputs."""
    for entry in ENTRIES:
        if {"faces", "objects"} & set(entry.tasks):
            assert {"show", "overlap"} <= entry.thresholds.keys()
        if "tags" in entry.tasks:
            assert "show" in entry.thresholds
        assert len(CATALOGUE.labels_of(entry)) == {"objects": 80, "tags": 1001}.get(entry.tasks[0], 0)


def test_no_label_stands_twice() -> None:
    """A label is what people search for, so it means one class."""
    for labels in CATALOGUE.labels.values():
        assert len(set(labels)) == len(labels)


def test_a_wrong_entry_is_named(tmp_path: Path) -> None:
    """A misspelt key stops the start and names file and key."""
    text = (CHECKOUT / "yolox_nano.yaml").read_text(encoding="utf-8")
    (tmp_path / "yolox_nano.yaml").write_text(text.replace("starter:", "startr:"), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"(?s)yolox_nano\.yaml.*startr"):
        read_catalogue(tmp_path)


def test_a_file_is_named_after_its_id(tmp_path: Path) -> None:
    """Two entries cannot hide behind one id."""
    (tmp_path / "other.yaml").write_bytes((CHECKOUT / "yolox_nano.yaml").read_bytes())
    with pytest.raises(CatalogueError, match=r"yolox_nano\.yaml"):
        read_catalogue(tmp_path)


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    """A setting that names the wrong folder is told at the start."""
    with pytest.raises(CatalogueError, match="no model entries"):
        read_catalogue(catalogue_folder(tmp_path))


@pytest.mark.photos
def test_the_mirror_has_what_the_catalogue_says() -> None:
    """Each file of the mirror has the size and hash of its entry."""
    mirror = models()
    there = [entry for entry in ENTRIES if (mirror / entry.mirror).is_file()]
    assert len(there) >= 8
    for entry in there:
        data = (mirror / entry.mirror).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry.bytes, entry.sha256)
