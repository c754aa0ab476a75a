"""Where a model file can come from, in the order in which to try: a mirror first, then its publisher."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pictopy_vision.domain.entry import Entry

RESERVE_BYTES = 64 * 1024 * 1024  # left free on the disk after a pull


@dataclass(frozen=True)
class FileSource:
    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class UrlSource:
    url: str

    def __str__(self) -> str:
        return self.url


Source = FileSource | UrlSource


def sources_of(entry: Entry, mirror: str) -> tuple[Source, ...]:
    """`mirror`: a folder, an http(s) address, or empty."""
    mirrored: list[Source] = []
    if mirror.startswith(("http://", "https://")):
        mirrored = [UrlSource(f"{mirror.rstrip('/')}/{quote(entry.mirror)}")]
    elif mirror:
        mirrored = [FileSource(Path(mirror.removeprefix("file://")) / entry.mirror)]
    return (*mirrored, *(UrlSource(url) for url in entry.sources))


def why_nowhere(entry: Entry) -> str:
    """The sentence for a model that has no source at all."""
    return (
        f"its publisher offers no such file, so it comes only from a mirror: set PICTOPY_MODELS_MIRROR to a folder "
        f"or address that has {entry.mirror}"
    )


def lacks_space(entry: Entry, already_bytes: int, free_bytes: int) -> str | None:
    """A sentence where the disk is too full for what is still to come, else None."""
    wanted = entry.bytes - already_bytes + RESERVE_BYTES
    if free_bytes >= wanted:
        return None
    return f"the disk has {_mb(free_bytes)} free, and it needs {_mb(wanted)} ({_mb(RESERVE_BYTES)} of it as a reserve)"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
