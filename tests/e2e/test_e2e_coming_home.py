"""What other programs change in files comes home, and reading and writing never chase each other."""

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from pictopy_testing.folders import hashes, write_photo
from pictopy_testing.stack import Running, wait_until

pytest_plugins = ["pictopy_testing.stack_plugin"]
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is the other program"),
]
QUIET_S = 8.0
"""Longer than a changed file rests, a watch settles and a wish is written."""


def _photo(running: Running, library: str) -> dict[str, Any]:
    return running.items("ingest", "/v1/photos", library=library)[0]


def _is_written(file: Path, text: bytes) -> bool:
    return text in file.read_bytes()


def test_words_of_another_program_come_home_once(running: Running, tmp_path: Path) -> None:
    """Keywords of both sides are kept, a later rating holds, and then nothing moves any more."""
    root = tmp_path / "photos"
    file = write_photo(root / "a.jpg", 5100)
    library = running.add_library(root)
    running.settle()
    photo_id = _photo(running, library)["photo_id"]
    said = {"keywords": ["sea", "ours"], "rating": 3, "caption": "By the sea"}
    running.call("PATCH", "ingest", f"/v1/photos/{photo_id}", json=said)
    wait_until(lambda: _is_written(file, b"By the sea"), 60, running.left)
    running.settle()
    before = running.get("ingest", f"/v1/photos/{photo_id}")
    assert (before["keywords"], before["rating"]) == (["sea", "ours"], 3)
    assert not [one for one in running.items("ingest", "/v1/conflicts") if one["photo_id"] == photo_id]

    edit = [
        "-XMP-dc:Subject+=theirs",
        "-XMP-dc:Subject-=ours",
        "-XMP-digiKam:TagsList=",
        "-XMP-lr:all=",
        "-XMP:Rating=5",
    ]
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *edit, str(file)], check=True)
    wait_until(lambda: _photo(running, library)["rating"] == 5, 60, running.left)
    running.settle()
    after = running.get("ingest", f"/v1/photos/{photo_id}")
    assert sorted(after["keywords"]) == ["sea", "theirs"]
    assert after["caption"] == "By the sea"
    assert {"keywords", "rating", "caption"} <= set(after["stated"])
    time.sleep(QUIET_S)
    running.settle()
    content, revision = hashes(root), running.get("ingest", f"/v1/photos/{photo_id}")["revision"]
    time.sleep(QUIET_S)
    running.settle()
    assert hashes(root) == content
    assert running.get("ingest", f"/v1/photos/{photo_id}")["revision"] == revision
    assert sorted(running.get("ingest", f"/v1/photos/{photo_id}")["keywords"]) == ["sea", "theirs"]
