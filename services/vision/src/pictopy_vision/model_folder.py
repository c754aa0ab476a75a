"""The store of model files: `<root>/<id>/<first 16 of the fingerprint>/<file>`, one folder a version.

A file stands under its name only after its hash was verified, so what is there can be used. When all files of an
entry are there, `entry.json` and `LICENCE.txt` are laid beside them: a version explains itself, also to a later
PictoPy whose catalogue knows only a newer one, and to the vision service of a stack that was handed the folder by a
model container.
"""

import contextlib
import hashlib
import logging
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry, ModelFile
from pictopy_vision.domain.errors import ModelError

log = logging.getLogger(__name__)
CHUNK_BYTES = 1 << 20
RECORD, LICENCE = "entry.json", "LICENCE.txt"


@dataclass(frozen=True)
class Version:
    """One version of a model on the disk."""

    digest: str
    bytes: int
    is_removable: bool
    """False where it lies in a folder that somebody else fills."""


class ModelFolder:
    def __init__(self, root: Path, others: Sequence[Path] = (), texts: Mapping[str, str] | None = None) -> None:
        """`others`: folders of the same layout that are only read; `texts`: licence file name to text."""
        self.root = root
        self._roots = (root, *others)
        self._texts = texts or {}
        self._spoilt: set[Path] = set()

    def path_of(self, entry: Entry, file: ModelFile | None = None) -> Path:
        """Of the model's own file, or of another of its files; where it is, or else where a pull will put it."""
        return self._home_of(entry) / (file or entry).file

    def part_of(self, entry: Entry, file: ModelFile | None = None) -> Path:
        """Where a pull collects bytes that are not yet verified."""
        return self._own_home_of(entry) / f"{(file or entry).file}.part"

    def installed(self, catalogue: Collection[Entry]) -> frozenset[ModelId]:
        return frozenset(entry.id for entry in catalogue if any(_is_whole(home, entry) for home in self._homes(entry)))

    def stored(self) -> list[Entry]:
        """Every whole version that explains itself, the newest of a model first."""
        records = [path for root in self._roots for path in root.glob(f"*/*/{RECORD}")]
        newest_first = sorted(records, key=lambda path: (-path.stat().st_mtime_ns, str(path)))
        found = ((path, self._record(path)) for path in newest_first)
        return [entry for path, entry in found if entry and _is_whole(path.parent, entry)]

    def versions(self, model_id: ModelId) -> list[Version]:
        """Also those that no catalogue knows any more."""
        return [
            Version(home.name, sum(path.stat().st_size for path in _whole_files(home)), root == self.root)
            for root in self._roots
            for home in sorted((root / model_id).glob("*"))
            if home.is_dir() and any(_whole_files(home))
        ]

    def free_bytes(self) -> int:
        self.root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free

    def start_part(self, entry: Entry, file: ModelFile | None = None) -> Path:
        """The part file, its folder made."""
        part = self.part_of(entry, file)
        part.parent.mkdir(parents=True, exist_ok=True)
        return part

    def has(self, entry: Entry, file: ModelFile) -> bool:
        """Whether this file is verified and in its place."""
        path = self._own_home_of(entry) / file.file
        return path.is_file() and (file.is_size_rounded or path.stat().st_size == file.bytes)

    def accept_part(self, entry: Entry, file: ModelFile | None = None) -> None:
        """Verify size and hash of the part file, then give it its name. Raises ModelError; a wrong part is removed."""
        part = self.part_of(entry, file)
        reason = _mismatch(part, file or entry)
        if reason:
            part.unlink(missing_ok=True)
            raise ModelError(entry.id, reason)
        with part.open("rb") as handle:
            os.fsync(handle.fileno())
        part.replace(part.with_suffix(""))
        if all(self.has(entry, each) for each in entry.every_file):
            self.seal(entry)

    def verify(self, entry: Entry) -> None:
        """Raises ModelError where an installed file is not, or no longer, the one of the catalogue."""
        for file in entry.every_file:
            path = self.path_of(entry, file)
            if not path.is_file():
                raise ModelError(entry.id, "is not installed" if file is entry else f"{file.file} is missing")
            reason = _mismatch(path, file)
            if reason:
                raise ModelError(entry.id, reason)

    def remove(self, entry: Entry, digest: str | None = None) -> None:
        """All versions of the model, or one; nothing happens where there is none.

        Raises ModelError where it lies in a folder that is not ours to change.
        """
        if any(
            version.digest == (digest or version.digest) and not version.is_removable
            for version in self.versions(entry.id)
        ):
            raise ModelError(
                entry.id, "comes from a folder that PictoPy only reads; take its model container away instead"
            )
        shutil.rmtree(self.root / entry.id / (digest or ""), ignore_errors=True)

    def seal(self, entry: Entry) -> None:
        """Last, so that a record never stands beside half of the files."""
        home = self._own_home_of(entry)
        with contextlib.suppress(KeyError):
            (home / LICENCE).write_text(self._texts[entry.licence.text], encoding="utf-8")
        draft = home / f".{RECORD}.{os.getpid()}"
        draft.write_text(entry.model_dump_json(indent=1, exclude_defaults=True) + "\n", encoding="utf-8")
        draft.replace(home / RECORD)

    def _record(self, path: Path) -> Entry | None:
        """None for one that is spoilt or of another time: the model then counts by the catalogue alone."""
        try:
            entry = Entry.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            if path not in self._spoilt:
                log.warning("%s is not read: %s", path, str(error).splitlines()[0])
            self._spoilt.add(path)
            return None
        is_at_home = (path.parent.parent.name, path.parent.name) == (entry.id, entry.digest)
        return entry if is_at_home else None

    def _homes(self, entry: Entry) -> Iterator[Path]:
        return (root / entry.id / entry.digest for root in self._roots)

    def _own_home_of(self, entry: Entry) -> Path:
        return self.root / entry.id / entry.digest

    def _home_of(self, entry: Entry) -> Path:
        return next((home for home in self._homes(entry) if _is_whole(home, entry)), self._own_home_of(entry))


def _is_whole(home: Path, entry: Entry) -> bool:
    """By names and sizes, which is quick; where a size is not known the record, which is written last, tells."""
    sizes = {file.file: None if file.is_size_rounded else file.bytes for file in entry.every_file}
    if None in sizes.values() and not (home / RECORD).is_file():
        return False
    return all(
        (home / name).is_file() and (size is None or (home / name).stat().st_size == size)
        for name, size in sizes.items()
    )


def _whole_files(home: Path) -> list[Path]:
    apart = {RECORD, LICENCE}
    return [path for path in home.iterdir() if path.is_file() and path.suffix != ".part" and path.name not in apart]


def _mismatch(path: Path, file: ModelFile) -> str | None:
    """A sentence where size or hash differ from the entry, else None."""
    size = path.stat().st_size
    if size != file.bytes and not file.is_size_rounded:
        return f"{path.name} has {size:,} bytes, the catalogue says {file.bytes:,}"
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != file.sha256:
        return f"{path.name} is not the file of the catalogue: its SHA-256 starts with {digest.hexdigest()[:16]}"
    return None
