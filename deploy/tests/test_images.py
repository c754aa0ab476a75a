"""What deploy/ and models/images/ promise, read from their files: no container engine is needed."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import catalogue_folder, read_catalogue

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "deploy/compose.yaml"
SERVICES = ("ingest", "vision", "cluster", "search", "memories", "exif", "ui")


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"deploy/images/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """Of compose.yaml, anchors and merges resolved."""
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"])


def test_layers_hold_each_pin_once() -> None:
    """The layers below a service and its own are together just what was pinned for it; shared ones are not empty."""
    layers = script("layers")
    pins = {service: layers.read(ROOT / f"requirements/{service}.txt") for service in SERVICES}
    split = layers.split(pins)
    for service, below in layers.UNDER.items():
        pile = [split[layer] for layer in (*below, service)]
        names = [pin for layer in pile for pin in layer]
        assert len(names) == len(set(names)), service
        assert set(pins[service]) <= set(names), service
        more = {layers.name_of(pin) for pin in set(names) - set(pins[service])}
        assert more <= layers.COMMON_TOO, service
    assert all(split[layer] for layer in ("common", "pictures", "vectors"))
    assert all("--hash=sha256:" in block for layer in split.values() for block in layer.values())


def test_opencv_is_asked_for_nothing_that_images_lack() -> None:
    """Videos and large systems of equations were taken out of OpenCV: our code calls nothing that needs them."""
    used = {name for path in ROOT.glob("services/*/src/**/*.py") for name in _attributes_of("cv2", path)}
    assert used & set(script("slim").OPENCV_LOST.split()) == set()


def _attributes_of(module: str, path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module:
            yield node.attr


def test_model_images_are_those_of_the_catalogue(services: dict[str, dict[str, Any]]) -> None:
    """Each names a model and the version of its files that the vision service of this tree looks for; each is waited
    for, and each of its shelves is the profile that brings it."""
    catalogue = read_catalogue(catalogue_folder(None)).entries
    brought = {name: each for name, each in services.items() if name.startswith("model-")}
    for name, each in brought.items():
        model_id, digest = re.fullmatch(r".*/model-(.+):([0-9a-f]{16})", each["image"]).groups()  # type: ignore[union-attr]  # a name of another form fails here
        assert catalogue[ModelId(model_id)].digest == digest, name
        assert catalogue[ModelId(model_id)].licence.commercial, name
        assert each["environment"]["SHELVES"].split() == each["profiles"], name
    assert brought.keys() == {name for name in services["vision"]["depends_on"] if name.startswith("model-")}


def test_nobody_reaches_more_than_it_must(services: dict[str, dict[str, Any]]) -> None:
    """Databases are reached by their owners only, photos are written by exif only, one port is open, secrets are per
    service, and nobody may become more than it is."""
    on = {
        network: {name for name, each in services.items() if network in each.get("networks", ())}
        for network in ("data", "vectors")
    }
    assert on["data"] == {"postgres", "roles", "ingest", "cluster", "search", "memories", "exif"}
    assert on["vectors"] == {"qdrant", "cluster", "search"}
    assert [name for name, each in services.items() if "ports" in each] == ["proxy"]
    mounts = {
        name: [volume for volume in each.get("volumes", ()) if ":/photos" in volume] for name, each in services.items()
    }
    assert {name for name, volumes in mounts.items() if volumes} == {"ingest", "exif"}
    assert mounts["ingest"][0].endswith(":/photos:ro")
    for name, each in services.items():
        assert each["read_only"] is True, name
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert each["logging"]["options"]["max-file"] == "3", name
        assert each["restart"] in ("unless-stopped", "on-failure:3"), name
        assert each["mem_limit"], name
        if name != "secrets":
            own = [volume for volume in each.get("volumes", ()) if volume.startswith("${PICTOPY_SECRETS:-./secrets}")]
            assert all(volume.startswith("${PICTOPY_SECRETS:-./secrets}/" + name) for volume in own), name
    text = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert {name for name, network in text["networks"].items() if network} == {"api", "bus", "data", "vectors"}


def test_every_setting_has_its_line() -> None:
    """.env.example names each setting of the compose files once, with the value that counts without it."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "deploy").glob("compose*.yaml"))]
    used = {name for text in texts for name in re.findall(r"\$\{([A-Z_]+)", text)}
    lines = (ROOT / "deploy/.env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert given.keys() == used
    assert not [
        name for name, value in given.items() if value.lstrip().startswith("#")
    ]  # Compose reads it as the value
    defaults = dict(re.findall(r"\$\{([A-Z_]+):-([^${}]*)\}", texts[1]))
    told = {name: value.split("#")[0].strip().strip('"') for name, value in given.items()}
    differ = {name for name, value in defaults.items() if told[name] != value}
    assert differ == {"COMPOSE_PROFILES", "PICTOPY_PHOTOS"}
