"""`pictopy once`: a folder in, a settled library out, nothing of the folder touched."""

from pathlib import Path

import pytest

from pictopy_testing.folders import hashes, mixed_folder
from pictopy_testing.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

KEYS = {
    "photos", "videos", "done", "failed", "faces", "people", "events", "memories", "seconds", "photos_per_s",
    "stage_seconds", "peak_rss_mb", "settled",
}  # fmt: skip


def test_a_folder_becomes_a_library_and_stays_as_it_was(tmp_path: Path) -> None:
    """Every photo is done, every broken file is listed with a reason, no byte of the folder changes; twice."""
    library = mixed_folder(tmp_path / "photos")
    before = hashes(library)
    stack = Stack(tmp_path / "data")

    result = stack.once(library)

    assert result.keys() >= KEYS
    assert result["settled"]
    # 20 in three folders, 4 other formats, 2 odd names, 1 cut short but readable; a copy is no photo of its own
    assert (result["photos"], result["done"]) == (27, 27)
    assert {item["path"] for item in result["failed"]} == {"odd/empty.jpg", "odd/text.jpg"}
    assert all(item["reason"] for item in result["failed"])
    assert result["peak_rss_mb"].keys() >= {"postgres", "nats", "ingest", "vision", "cluster", "search"}
    assert hashes(library) == before

    again = stack.once(library)
    assert {key: again[key] for key in ("photos", "done", "faces", "people", "events")} == {
        key: result[key] for key in ("photos", "done", "faces", "people", "events")
    }
    assert hashes(library) == before


def test_an_empty_folder_is_done_at_once(tmp_path: Path) -> None:
    """No photo at all is a result like any other."""
    (tmp_path / "photos").mkdir()
    result = Stack(tmp_path / "data").once(tmp_path / "photos")
    assert (result["photos"], result["failed"], result["settled"]) == (0, [], True)
