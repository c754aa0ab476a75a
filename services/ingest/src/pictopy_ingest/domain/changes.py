"""What happened to a picture, told from its files before and after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import FileRef
from pictopy_ingest.domain.facts import Stated
from pictopy_ingest.domain.photos import FileRow, PhotoRow, file_ref, main_file

What = Literal["added", "changed", "moved", "removed"]


@dataclass(frozen=True)
class Change:
    row: PhotoRow
    what: What | None
    """None: nothing that anyone must hear of."""
    is_turned: bool = False
    """The orientation changed: whoever looked at the old preview must look again."""


def change_of(
    photo_id: PhotoId, before: PhotoRow | None, old: Sequence[FileRow], new: Sequence[FileRow], at: datetime
) -> Change | None:
    """None where there was nothing and is nothing."""
    main = main_file(new)
    if before is None:
        if main is None:
            return None
        return Change(PhotoRow(photo_id, 1, main.facts, Stated(), is_present=True, added_at=at), "added")
    facts = main.facts if main else before.facts
    row = replace(before, facts=facts, is_present=main is not None)
    what = _what(before, row, {file_ref(file) for file in old}, {file_ref(file) for file in new})
    if what is not None:
        row = replace(row, revision=row.revision + 1)
    return Change(row, what, is_turned=facts.orientation != before.facts.orientation)


def _what(before: PhotoRow, row: PhotoRow, old: set[FileRef], new: set[FileRef]) -> What | None:
    """A file that only got another size or time is told of too: who writes files trusts only the one it knows."""
    if not row.is_present:
        return "removed" if before.is_present else None
    is_back = not before.is_present
    if is_back or row.facts != before.facts or len(new) > len(old):
        return "changed"
    return "moved" if new != old else None
