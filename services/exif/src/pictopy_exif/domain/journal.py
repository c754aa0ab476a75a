"""The journal of a library: one JSON object a line, sorted, so that what changed is a line and not the whole."""

from collections.abc import Collection, Iterable
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from pictopy_exif.domain.patch import Edit, Patch

CLAIM_S = 60.0  # a journal that is being written is due again after so long, should the process end meanwhile
FOLDER, PATH = ".pictopy", ".pictopy/journal.jsonl"
FORMAT, VERSION = "pictopy-journal", 1
Key: TypeAlias = tuple[str, str, str]


class JournalError(ValueError):
    """What stands there is no journal that we could add to; the reason is for people."""


class Entry(BaseModel):
    """A statement as it stands in a line. `id` is unique among those of its owner and kind, beyond one database."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    owner: str
    kind: str
    id: str
    revision: int
    by: Literal["user", "auto"] = "user"
    photo_ids: tuple[str, ...] = ()
    body: dict[str, JsonValue]

    @property
    def key(self) -> Key:
        return self.owner, self.kind, self.id


class _Head(BaseModel):
    format: str
    version: int


_HEAD = TypeAdapter(_Head)
_ENTRY = TypeAdapter(Entry)


def render(entries: Iterable[Entry]) -> bytes:
    lines = [_Head(format=FORMAT, version=VERSION).model_dump_json()]
    lines += [each.model_dump_json() for each in sorted(entries, key=lambda each: each.key)]
    return "".join(f"{line}\n" for line in lines).encode()


def parse(data: bytes) -> list[Entry]:
    """Raises: JournalError; what cannot be read must not be written over."""
    head, *lines = data.split(b"\n")
    try:
        first = _HEAD.validate_json(head)
    except ValidationError as error:
        raise JournalError("the file that stands there is no journal of PictoPy") from error
    if first.format != FORMAT or first.version > VERSION:
        raise JournalError(f"the journal is {first.format} {first.version}, of a newer PictoPy")
    entries = []
    for number, line in enumerate(lines, 2):
        try:
            entries += [_ENTRY.validate_json(line)] if line.strip() else []
        except ValidationError as error:
            raise JournalError(f"line {number} of the journal cannot be read") from error
    return entries


def is_begun_by(entries: Iterable[Entry]) -> bool:
    """An import, or what PictoPy did by itself, is no reason to begin a journal."""
    return any(each.by == "user" for each in entries)


def merged(said: Iterable[Entry], known: Collection[Key], there: Iterable[Entry], *, is_ours: bool) -> list[Entry]:
    """What the journal is to hold: all that is said now, and what stands in it that this database never heard of, such
    as what an earlier PictoPy wrote. Of what we know ours holds if we wrote the file, else the later revision."""
    found = {each.key: each for each in said}
    for each in there:
        ours = found.get(each.key)
        is_later = not is_ours and ours is not None and each.revision > ours.revision
        if each.key not in known or is_later:
            found[each.key] = each
    return list(found.values())


def change(old: bytes, new: bytes) -> Patch:
    """What undoes the write: the part between the first and the last byte that differ."""
    start = _same(old, new)
    room = min(len(old), len(new)) - start
    end = _same(old[start:][::-1][:room], new[start:][::-1][:room])
    return Patch((Edit(start, len(new) - start - end, old[start : len(old) - end]),))


def _same(one: bytes, other: bytes) -> int:
    """How many bytes are the same from the start: found by halves, since comparing slices is fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
