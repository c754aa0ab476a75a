"""What stands beside the photos is read with care: one broken line costs itself, a newer journal is left alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from pictopy_local.journals import PATH, JournalError, read_journal, united

HEAD = {"format": "pictopy-journal", "version": 1}


def _journal(root: Path, *lines: Any) -> Path:
    file = root / PATH
    file.parent.mkdir(parents=True, exist_ok=True)
    told = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("".join(f"{line}\n" for line in told), encoding="utf-8")
    return root


def _entry(key: str, revision: int = 1, kind: str = "photo", owner: str = "ingest") -> dict[str, Any]:
    return {"owner": owner, "kind": kind, "id": key, "revision": revision, "by": "user", "photo_ids": [key], "body": {}}


def test_a_library_without_a_journal_is_no_error(tmp_path: Path) -> None:
    """Its photos speak for themselves."""
    assert read_journal(tmp_path) is None


def test_a_broken_line_costs_itself(tmp_path: Path) -> None:
    """It is named by its number; the others, and strange fields, are taken."""
    lines = [HEAD, _entry("a"), "{half a li", "", {**_entry("b"), "later": 1}, {"owner": "ingest"}]
    journal = read_journal(_journal(tmp_path, *lines))
    assert journal is not None
    assert [entry.id for entry in journal.entries] == ["a", "b"]
    assert [number for number, _ in journal.broken] == [3, 6]


def test_a_cut_off_end_costs_the_last_line(tmp_path: Path) -> None:
    """Nothing before it."""
    root = _journal(tmp_path, HEAD, _entry("a"), _entry("b"))
    file = root / PATH
    file.write_bytes(file.read_bytes()[:-20])
    journal = read_journal(root)
    assert journal is not None
    assert ([entry.id for entry in journal.entries], len(journal.broken)) == (["a"], 1)


@pytest.mark.parametrize(
    ("head", "why"),
    [({**HEAD, "version": 2}, "newer PictoPy"), ({"format": "x", "version": 1}, "no journal"), ("", "no journal")],
)
def test_a_strange_journal_is_refused(head: Any, why: str, tmp_path: Path) -> None:
    """Better nothing than half of what a newer PictoPy knew."""
    with pytest.raises(JournalError, match=why):
        read_journal(_journal(tmp_path, head, _entry("a")))


def test_several_libraries_are_one(tmp_path: Path) -> None:
    """The newest revision of each statement, those first that others speak of, by owner."""
    first = _journal(
        tmp_path / "1", HEAD, _entry("a", 1), _entry("x", 2), _entry("q", kind="decision", owner="cluster")
    )
    second = _journal(tmp_path / "2", HEAD, _entry("a", 3), _entry("x", 1), _entry("z", kind="album"))
    journals = [journal for root in (first, second) if (journal := read_journal(root))]
    found = united(journals)
    assert [(one.id, one.revision) for one in found["ingest"]] == [("z", 1), ("a", 3), ("x", 2)]
    assert [one.id for one in found["cluster"]] == ["q"]
    assert found["ingest"][0].as_item().keys() == {"kind", "id", "revision", "photo_ids", "body", "is_gone"}
