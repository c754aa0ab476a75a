"""`pictopy models` on a data folder that no stack runs on: the vision package's own desk answers."""

import json
import tarfile
from pathlib import Path

import pytest

from pictopy_local.cli import main
from pictopy_testing.shared import models

pytestmark = pytest.mark.timeout(300)  # each call of the command starts a process that imports the engine
STARTER = ["face-reidentification-retail-0095", "yolox_nano", "yunet_n_dynamic"]


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = models()
    monkeypatch.setenv("PICTOPY_MODELS_MIRROR", str(folder))
    monkeypatch.setenv("PICTOPY_MODELS_OFFLINE", "1")
    return folder


def run(data: Path, *words: str) -> int:
    return main(["models", words[0], "--data", str(data), *words[1:]])


def told(data: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert run(data, *words, "--json") == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def installed(data: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    items = told(data, capsys, "list")["items"]
    assert isinstance(items, list)
    return sorted(item["id"] for item in items if item["installed"])


def test_looking_makes_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list works before anything was ever started, and leaves nothing behind."""
    assert run(tmp_path / "data", "list") == 0
    assert "yunet_n_dynamic" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


@pytest.mark.photos
def test_pull_use_off_and_remove(mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is pulled, chosen and turned off is so at the next call, and a removed model is gone."""
    data = tmp_path / "data"
    assert run(data, "pull") == 0
    assert run(data, "pull", "fastestdet") == 0
    assert installed(data, capsys) == sorted([*STARTER, "fastestdet"])
    assert run(data, "use", "fastestdet") == 0
    assert run(data, "off", "faces") == 0
    capsys.readouterr()
    tasks = told(data, capsys, "list")["tasks"]
    assert isinstance(tasks, dict)
    assert (tasks["objects"]["model"], tasks["faces"]["on"]) == ("fastestdet", False)
    assert run(data, "remove", "fastestdet") == 0
    assert installed(data, capsys) == STARTER


@pytest.mark.photos
def test_a_bundle_carries_models_to_a_machine_without_a_network(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made twice it is the same file; the other machine has neither mirror nor publisher and ends with the models."""
    here, there = tmp_path / "here", tmp_path / "there"
    assert run(here, "pull") == 0
    for name in ("one.tar", "two.tar"):
        assert run(here, "bundle", str(tmp_path / name)) == 0
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    with tarfile.open(tmp_path / "one.tar") as bundle:
        assert bundle.getnames()[0] == "manifest.json"
    monkeypatch.delenv("PICTOPY_MODELS_MIRROR")
    assert run(there, "pull", "yolox_nano") == 1
    assert run(there, "take", str(tmp_path / "one.tar")) == 0
    assert installed(there, capsys) == STARTER
    assert run(there, "verify") == 0


@pytest.mark.photos
def test_a_profile_is_fetched_used_and_measured(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One command makes a machine ready, and the measured times stand in the table of this machine."""
    data = tmp_path / "data"
    assert run(data, "profiles", "--use", "small") == 0
    capsys.readouterr()
    profiles = told(data, capsys, "profiles")["items"]
    assert isinstance(profiles, list)
    assert [item["id"] for item in profiles if item["in_use"]] == ["small"]
    times = told(data, capsys, "bench")["items"]
    assert isinstance(times, list)
    assert {item["model"] for item in times} == set(STARTER)
    assert all(item["ms"] > 0 for item in times)


def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An id that nobody knows, a task that is none, a bundle that is none: exit code 1 and a sentence."""
    data = tmp_path / "data"
    (tmp_path / "photo.tar").write_bytes(b"no tar at all")
    for words, sentence in (
        (("pull", "nonesuch"), "the catalogue has no model nonesuch"),
        (("use", "yolox_nano"), "is not installed; pull it first"),
        (("off", "juggling"), "there is no task juggling"),
        (("take", str(tmp_path / "photo.tar")), "this is no whole bundle"),
        (("take", str(tmp_path / "absent.tar")), "No such file"),
        (("bundle", str(tmp_path / "out.tar")), "nothing to bundle"),
    ):
        assert run(data, *words) == 1
        assert sentence in " ".join(capsys.readouterr().err.split())
