"""How a write ended, told from the file itself: after each write, after an error, and after a crash."""

from pathlib import Path
from typing import Literal

from pictopy_exif.domain.records import Write
from pictopy_exif.domain.targets import temp_name
from pictopy_exif.performing import hash_at
from pictopy_exif.places import Refused, inside
from pictopy_exif.ports import Disk

Verdict = Literal["before", "after", "other", "unknown"]


def judge(write: Write, root: str | None, disk: Disk) -> Verdict:
    """`unknown`: the folder cannot be looked into now. Sweeps the temporary file of the write where there is one."""
    if root is None:
        return "unknown"
    try:
        path = inside(root, write.written_path)
        disk.remove(path.with_name(temp_name(path.name, write.write_id)))
        if not disk.exists(path.parent):
            return "unknown"
        found = hash_at(path, disk)
    except (OSError, Refused):
        return "unknown"
    if found == write.hash_after:
        return "after"
    return "before" if found == write.hash_before else "other"


def moved(written_path: str, path: str, now: str) -> str:
    """Where the written file would be if the photo went from `path` to `now`."""
    if written_path.startswith(path):
        return now + written_path.removeprefix(path)
    old, new = Path(path), Path(now)
    return new.with_suffix(Path(written_path).suffix).as_posix() if old.stem else now
