"""The store of model files: `<root>/<id>/<first 16 of sha256>/<file>`.

A file stands under its name only after its hash was verified, so what is there can be used.
"""

import hashlib
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from pictopy_contracts.ids import ModelId
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError

CHUNK_BYTES = 1 << 20


class ModelFolder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def path_of(self, entry: Entry) -> Path:
        return self._root / entry.id / entry.digest / entry.file

    def part_of(self, entry: Entry) -> Path:
        """Where a pull collects bytes that are not yet verified."""
        path = self.path_of(entry)
        return path.with_name(path.name + ".part")

    def installed(self, catalogue: Collection[Entry]) -> frozenset[ModelId]:
        return frozenset(entry.id for entry in catalogue if self._is_whole(entry))

    def free_bytes(self) -> int:
        self._root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free

    def start_part(self, entry: Entry) -> Path:
        """The part file, its folder made."""
        part = self.part_of(entry)
        part.parent.mkdir(parents=True, exist_ok=True)
        return part

    def accept_part(self, entry: Entry) -> None:
        """Verify size and hash of the part file, then give it its name. Raises ModelError; a wrong part is removed."""
        part = self.part_of(entry)
        reason = _mismatch(part, entry)
        if reason:
            part.unlink(missing_ok=True)
            raise ModelError(entry.id, reason)
        with part.open("rb") as handle:
            os.fsync(handle.fileno())
        part.replace(self.path_of(entry))

    def verify(self, entry: Entry) -> None:
        """Raises ModelError where the installed file is not, or no longer, the one of the catalogue."""
        if not self.path_of(entry).is_file():
            raise ModelError(entry.id, "is not installed")
        reason = _mismatch(self.path_of(entry), entry)
        if reason:
            raise ModelError(entry.id, reason)

    def remove(self, entry: Entry) -> None:
        """All versions of the model; nothing happens where there is none."""
        shutil.rmtree(self._root / entry.id, ignore_errors=True)

    def _is_whole(self, entry: Entry) -> bool:
        path = self.path_of(entry)
        return path.is_file() and path.stat().st_size == entry.bytes


def _mismatch(path: Path, entry: Entry) -> str | None:
    """A sentence where size or hash differ from the entry, else None."""
    size = path.stat().st_size
    if size != entry.bytes:
        return f"{path.name} has {size:,} bytes, the catalogue says {entry.bytes:,}"
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != entry.sha256:
        return f"{path.name} is not the file of the catalogue: its SHA-256 starts with {digest.hexdigest()[:16]}"
    return None
