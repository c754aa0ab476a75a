"""The journal's lines: what they hold, what is kept of others', and what undoes a write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_exif.domain import journal
from pictopy_exif.domain.journal import Entry, JournalError


def entry(entry_id: str, revision: int = 1, owner: str = "cluster", by: str = "user") -> Entry:
    given_fields = {"owner": owner, "kind": "decision", "id": entry_id, "revision": revision, "by": by}
    return Entry.model_validate({**given_fields, "photo_ids": ["p"], "body": {"name": "Анна\n"}})


def test_a_line_is_an_object_and_the_first_says_what_the_file_is() -> None:
    """Sorted, whatever the order in which it was said."""
    data = journal.render([entry("b"), entry("a")])
    head, first, second, end = data.split(b"\n")
    assert json.loads(head) == {"format": "pictopy-journal", "version": 1}
    assert [json.loads(line)["id"] for line in (first, second)] == ["a", "b"]
    assert set(json.loads(first)) == {"owner", "kind", "id", "revision", "by", "photo_ids", "body"}
    assert end == b""
    assert journal.parse(data) == [entry("a"), entry("b")]


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b'{"format":"other","version":1}', b'{"format":"pictopy-journal","version":2}'],
)
def test_what_is_no_journal_of_ours_is_not_written_over(data: bytes) -> None:
    """Nor one by a newer PictoPy."""
    with pytest.raises(JournalError):
        journal.parse(data)


def test_a_damaged_line_is_named() -> None:
    """It may be all that is left of something that was said."""
    with pytest.raises(JournalError, match="line 3"):
        journal.parse(journal.render([entry("a")]) + b'{"owner"\n')


def test_what_an_earlier_pictopy_wrote_is_kept() -> None:
    """What this database never heard of stays; what is gone here goes; of two versions the later one holds."""
    known = {entry(each).key for each in ("both", "gone")}
    there = [entry("both", 5), entry("gone"), entry("theirs")]
    found = journal.merged([entry("both", 2)], known, there, is_ours=False)
    assert {(each.id, each.revision) for each in found} == {("both", 5), ("theirs", 1)}
    found = journal.merged([entry("both", 2)], known, there, is_ours=True)
    assert {(each.id, each.revision) for each in found} == {("both", 2), ("theirs", 1)}


def test_only_a_person_begins_a_journal() -> None:
    """What PictoPy showed by itself does not."""
    assert not journal.is_begun_by([entry("a", by="auto")])
    assert journal.is_begun_by([entry("a", by="auto"), entry("b")])


@given(st.binary(max_size=50), st.binary(max_size=50), st.binary(max_size=20))
def test_any_change_is_undone_to_the_byte(old: bytes, new: bytes, shared: bytes) -> None:
    """By the part that differs alone."""
    for one, other in ((old, new), (shared + old + shared, shared + new + shared)):
        assert journal.change(one, other).undo(other) == one
