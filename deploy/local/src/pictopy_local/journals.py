"""What people said, as it stands beside their photos: `<library>/.pictopy/journal.jsonl`, one JSON object a line."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

PATH = Path(".pictopy") / "journal.jsonl"
FORMAT, VERSION = "pictopy-journal", 1
OWNERS = ("ingest", "cluster", "memories")
"""Who can take statements back, in the order in which they do."""
FIRST = {"library": 0, "album": 1}
"""Kinds that others speak of."""


class JournalError(Exception):
    """A journal that must not be used at all; the message is for people."""


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    owner: str
    kind: str
    id: str
    revision: int
    photo_ids: tuple[str, ...] = ()
    body: dict[str, JsonValue] = {}
    is_gone: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.owner, self.kind, self.id

    def as_item(self) -> dict[str, Any]:
        """As the owner takes it back."""
        return self.model_dump(mode="json", exclude={"owner"})


@dataclass(frozen=True)
class Journal:
    """`broken`: number of a line and what is wrong with it."""

    file: Path
    entries: tuple[Entry, ...]
    broken: tuple[tuple[int, str], ...] = ()


class _Head(BaseModel):
    format: str
    version: int


def read_journal(library: Path) -> Journal | None:
    """None where none stands. A broken line costs itself.

    Raises: JournalError for a file that is none of ours or of a newer PictoPy, OSError."""
    file = library / PATH
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return None
    _check_head(file, lines[0])
    entries, broken = [], []
    for number, line in enumerate(lines[1:], 2):
        if line.strip():
            try:
                entries.append(Entry.model_validate_json(line))
            except ValidationError as error:
                broken.append((number, str(error.errors()[0]["msg"])))
    return Journal(file, tuple(entries), tuple(broken))


def _check_head(file: Path, line: bytes) -> None:
    try:
        head = _Head.model_validate_json(line)
    except ValidationError as error:
        raise JournalError(f"{file} is no journal: its first line does not say so") from error
    if head.format != FORMAT:
        raise JournalError(f"{file} is no journal but «{head.format}»")
    if head.version > VERSION:
        raise JournalError(f"{file} was written by a newer PictoPy (version {head.version}): update this one first")


def united(journals: Iterable[Journal]) -> dict[str, list[Entry]]:
    """Owner to its statements, the newest revision of each, in the order in which they can be taken back."""
    newest: dict[tuple[str, str, str], Entry] = {}
    for entry in (entry for journal in journals for entry in journal.entries):
        held = newest.get(entry.key)
        if held is None or entry.revision > held.revision:
            newest[entry.key] = entry
    found: dict[str, list[Entry]] = {}
    for entry in sorted(newest.values(), key=lambda one: (FIRST.get(one.kind, 9), one.kind, one.id)):
        found.setdefault(entry.owner, []).append(entry)
    return found
