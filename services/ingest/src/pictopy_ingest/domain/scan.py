"""What a scan means: which files to read, and which are gone."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from pictopy_contracts.ids import PhotoId


@dataclass(frozen=True)
class Stamp:
    """What a look at the folder tells of a file: as long as all of it is the same, the file is not opened."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    sidecars: str = ""
    """Names, sizes and times of the sidecars, as one digest."""


@dataclass(frozen=True)
class Seen:
    """A file as the walk met it. `path` is relative to the root, in bytes, with `/`."""

    path: bytes
    stamp: Stamp
    xmp: bytes | None = None
    takeout: bytes | None = None
    """Paths of the sidecars, relative to the root."""


@dataclass(frozen=True)
class Known:
    """A file as it was read last. Without `photo_id` it failed then."""

    stamp: Stamp | None
    photo_id: PhotoId | None = None


@dataclass(frozen=True)
class Walk:
    """Everything below a root. `unreadable`: folders that could not be listed, with the reason."""

    files: tuple[Seen, ...]
    unreadable: Mapping[bytes, str] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    """Ending to number of files that are no pictures."""
    is_empty: bool = False
    """The root holds nothing at all, not even other files: more likely an unmounted disk than a wish."""


@dataclass(frozen=True)
class Difference:
    to_read: tuple[Seen, ...]
    missing: tuple[bytes, ...]
    """Known files that a complete look did not find."""


def difference(walk: Walk, known: Mapping[bytes, Known]) -> Difference:
    """New and changed files in the order of the walk. Nothing below an unreadable folder is missing, nor
    anything of a root that is suddenly empty."""
    found = {seen.path for seen in walk.files}
    to_read = tuple(seen for seen in walk.files if _is_news(seen, known.get(seen.path)))
    if walk.is_empty:
        return Difference((), ())
    missing = (path for path in known if path not in found and not _is_below(path, walk.unreadable.keys()))
    return Difference(to_read, tuple(sorted(missing)))


def _is_news(seen: Seen, known: Known | None) -> bool:
    return known is None or known.stamp != seen.stamp


def _is_below(path: bytes, folders: Set[bytes]) -> bool:
    """Of such a folder, or the folder itself."""
    if not folders:
        return False
    parts = path.split(b"/")
    return any(b"/".join(parts[:depth]) in folders for depth in range(1, len(parts) + 1))


def is_same_library(known: Set[tuple[bytes, int]], found: Set[tuple[bytes, int]]) -> bool:
    """Whether a folder holds a library that lay elsewhere: at least half of its files, by name and size, and
    at least half of the folder is of it."""
    if not known or not found:
        return False
    shared = len(known & found)
    return shared * 2 >= len(known) and shared * 2 >= len(found)
