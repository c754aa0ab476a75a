"""The catalogue that ships with the service."""

import hashlib
import json
import shutil
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
    """An address names a commit or a release, never a branch, and speaks https; a package names version and hash."""
    for file in (file for entry in ENTRIES for file in entry.every_file):
        for source in file.sources:
            assert source.startswith("https://")
            is_commit = any(len(part) == 40 and int(part, 16) for part in source.split("/") if len(part) == 40)
            assert is_commit or "/releases/download/" in source


def test_thresholds_that_the_code_reads_are_there() -> None:
    """Detectors state when to show and when two boxes are one; taggers and readers when to show; labels fit."""
    sizes = {"coco_80.txt": 80, "imagenet_1001.txt": 1001, "ppocr_ch_6623.txt": 6623, "alphanumeric_36.txt": 36}
    for entry in ENTRIES:
        if {"faces", "objects"} & set(entry.tasks):
            assert {"show", "overlap"} <= entry.thresholds.keys()
        if {"tags", "text_boxes", "ocr"} & set(entry.tasks):
            assert "show" in entry.thresholds
        if entry.output.labels:
            assert len(CATALOGUE.labels_of(entry)) == sizes[entry.output.labels]
        assert bool(entry.output.labels) == bool({"objects", "tags", "ocr"} & set(entry.tasks))


def test_each_size_and_embedding_is_stated() -> None:
    """What makes vectors says how long they are, and each entry how much memory it takes, measured or reckoned."""
    for entry in ENTRIES:
        makes_vectors = {"face_embedding", "image_embedding", "text_embedding"} & set(entry.tasks)
        assert bool(entry.output.embedding_size) == bool(makes_vectors)
        assert entry.hardware.memory_mb
        assert entry.hardware.cpu_ms is not None or entry.hardware.is_reckoned


def test_towers_point_at_each_other() -> None:
    """A tower for words names the tower for pictures that its vectors compare to, and the other way round."""
    for entry in ENTRIES:
        if entry.pair:
            other = CATALOGUE.entries[entry.pair]
            assert other.pair == entry.id
            assert other.output.embedding_size == entry.output.embedding_size


def test_the_default_shelf_allows_commercial_use() -> None:
    """No set may name a model whose licence forbids it: whoever wants that has to ask by its name."""
    offered = {model_id for profile in CATALOGUE.profiles.values() for model_id in profile.models}
    assert all(CATALOGUE.entries[model_id].licence.commercial for model_id in offered)
    assert set(CATALOGUE.profiles) == {"small", "medium", "gpu"}


def test_a_set_with_a_forbidding_licence_stops_the_start(tmp_path: Path) -> None:
    """The rule holds for any catalogue that somebody names, not only for ours."""
    shutil.copytree(CHECKOUT, tmp_path / "catalogue")
    changed = tmp_path / "catalogue" / "yolox_nano.yaml"
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace("commercial: true", "commercial: false"), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"yolox_nano.*forbids commercial use"):
        read_catalogue(tmp_path / "catalogue")


def test_licence_texts_travel_with_the_catalogue() -> None:
    """Each entry's licence text is there, and is of the licence that the entry names."""
    marks = {
        "Apache-2.0": "Apache License",
        "MIT": "Permission is hereby granted",
        "BSD-3-Clause": "Redistribution and use",
    }
    for entry in ENTRIES:
        text = CATALOGUE.licences[entry.licence.text]
        assert marks.get(entry.licence.name, "Attribution 4.0 International") in text


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
