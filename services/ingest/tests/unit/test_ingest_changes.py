"""What is told of a picture whose files changed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pictopy_contracts.ids import LibraryId, PhotoId
from pictopy_ingest.domain.changes import change_of
from pictopy_ingest.domain.facts import Facts, Stated
from pictopy_ingest.domain.photos import FileRow, PhotoRow
from pictopy_ingest.domain.scan import Stamp

AT = datetime(2024, 5, 4, tzinfo=UTC)
PHOTO = PhotoId("0" * 32)
FACTS = Facts(format="jpeg", width_px=4, height_px=3)
FILE = FileRow(LibraryId("lib"), b"a.jpg", PHOTO, Stamp(10, 1, 1), FACTS, AT)
ROW = PhotoRow(PHOTO, 1, FACTS, Stated(), is_present=True, added_at=AT)


@pytest.mark.parametrize(
    ("new", "what"),
    [
        ([FILE], None),
        ([replace(FILE, path=b"b.jpg")], "moved"),
        ([replace(FILE, stamp=replace(FILE.stamp, size_bytes=11))], "moved"),
        ([FILE, replace(FILE, path=b"copy.jpg")], "changed"),
        ([replace(FILE, facts=FACTS.model_copy(update={"caption": "sea"}))], "changed"),
        ([], "removed"),
    ],
)
def test_what_is_told_of_a_known_picture(new: list[FileRow], what: str | None) -> None:
    """A move, a touched file, a copy, another caption and a loss are each told of, and nothing else is."""
    change = change_of(PHOTO, ROW, [FILE], new, AT)
    assert change is not None
    assert change.what == what
    assert change.row.revision == (1 if what is None else 2)
