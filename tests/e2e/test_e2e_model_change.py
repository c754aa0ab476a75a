"""Another face model on a library with names: nobody is away meanwhile, nobody is lost, it can be taken back."""

import hashlib
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import yaml
from onnx import helper, numpy_helper

from pictopy_testing import shared
from pictopy_testing.stack import Running, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.photos, pytest.mark.timeout(280)]

FIRST, SECOND = "face-reidentification-retail-0095", "turned"
CATALOGUE = Path(__file__).parents[2] / "models" / "catalogue"
PEOPLE, PHOTOS_EACH = 6, 5
CHANGE_S = 150.0


def test_names_stay_through_a_change_of_face_model_and_back(tmp_path: Path) -> None:
    """People are never away and no name is lost: while both models are computed, after the swap, and taken back."""
    library, catalogue = _library(tmp_path / "photos"), tmp_path / "catalogue"
    mirror = _second_model(tmp_path / "mirror", catalogue)
    env = {"PICTOPY_MODELS_MIRROR": str(mirror), "VISION_CATALOGUE_DIR": str(catalogue)}
    with Stack(tmp_path / "data", **env).up(library) as running:
        running.settle()
        before = _name_everybody(running)
        running.settle()
        running.post("vision", f"/v1/models/{SECOND}/pull")
        _until(running, lambda: _is_installed(running, SECOND))
        running.post("vision", f"/v1/models/{SECOND}/use", {})
        _until(running, lambda: _is_active(running, SECOND), before)
        assert _named(running) == before
        running.post("vision", "/v1/models/changes/face_embedding/back", {})
        _until(running, lambda: _is_active(running, FIRST), before)
        running.settle()
        assert _named(running) == before
        assert running.items("ingest", "/v1/failures") == []


def _library(folder: Path) -> Path:
    people = [one for one in sorted((shared.photos("lfw_half") / "images").iterdir()) if _count(one) >= PHOTOS_EACH]
    for person in people[:PEOPLE]:
        for photo in sorted(person.iterdir())[:PHOTOS_EACH]:
            (folder / person.name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(photo, folder / person.name / photo.name)
    return folder


def _count(folder: Path) -> int:
    return len(list(folder.iterdir()))


def _second_model(mirror: Path, catalogue: Path) -> Path:
    """The first model with its space turned at random: as good, and not comparable with it."""
    shutil.copytree(shared.models(), mirror)
    shutil.copytree(CATALOGUE, catalogue)
    entry = yaml.safe_load((CATALOGUE / f"{FIRST}.yaml").read_text())
    model = onnx.load(mirror / entry["mirror"])
    (output,) = model.graph.output
    for node in model.graph.node:
        node.output[:] = ["unturned" if name == output.name else name for name in node.output]
    turn = np.linalg.qr(np.random.default_rng(7).standard_normal((256, 256)))[0].astype(np.float32)
    model.graph.initializer.append(numpy_helper.from_array(turn, "turn"))
    model.graph.node.append(helper.make_node("MatMul", ["unturned", "turn"], [output.name]))
    data = model.SerializeToString()
    (mirror / "turned.onnx").write_bytes(data)
    told = {"id": SECOND, "title": "Turned", "file": "turned.onnx", "mirror": "turned.onnx", "bytes": len(data)}
    told |= {"sha256": hashlib.sha256(data).hexdigest(), "starter": False, "preference": 9, "note": "Made by a test."}
    (catalogue / f"{SECOND}.yaml").write_text(yaml.safe_dump(entry | told))
    return mirror


def _name_everybody(running: Running) -> dict[str, int]:
    """Each person with all of their photos gets a name; name to number of faces."""
    people = running.items("cluster", "/v1/people", min_faces=PHOTOS_EACH - 1)
    assert len(people) >= PEOPLE - 1
    for number, person in enumerate(people):
        decision = {"kind": "name", "person_id": person["person_id"], "name": f"Person {number}"}
        running.post("cluster", "/v1/decisions", decision)
    return {f"Person {number}": person["face_count"] for number, person in enumerate(people)}


def _named(running: Running) -> dict[str, int]:
    return {one["name"]: one["face_count"] for one in running.items("cluster", "/v1/people", named=True)}


def _is_installed(running: Running, model: str) -> bool:
    return any(one["id"] == model and one["installed"] for one in running.get("vision", "/v1/models")["items"])


def _is_active(running: Running, model: str) -> bool:
    change: dict[str, Any] = running.get("cluster", "/v1/model-change")
    return bool(change["active"] == model)


def _until(running: Running, is_done: Any, names: dict[str, int] | None = None) -> None:
    """Waits; meanwhile everybody with a name has to be there, in People and in Search, at every look."""
    deadline = time.monotonic() + CHANGE_S
    while not is_done():
        assert time.monotonic() < deadline, running.left()
        if names:
            assert set(_named(running)) == set(names)
            person = running.items("cluster", "/v1/people", named=True)[0]
            assert running.get("search", "/v1/search", person=person["person_id"])["items"]
            assert running.get("search", "/v1/facets")["people"]
        time.sleep(0.5)
