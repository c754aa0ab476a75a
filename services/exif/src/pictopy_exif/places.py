"""From a path in a library to the real file, which must lie inside the library."""

import os
from pathlib import Path

from pictopy_exif.domain.targets import sidecar_name
from pictopy_exif.ports import Disk


class Refused(Exception):
    """Nothing was written; the reason is for people."""


def inside(root: str, relative: str) -> Path:
    """The file itself, behind all links. Raises: Refused."""
    real_root = Path(os.path.realpath(root))
    real = Path(os.path.realpath(real_root / relative))
    if not real.is_relative_to(real_root):
        raise Refused("the path leads out of its library")
    return real


def relative_to(root: str, real: Path) -> str:
    return real.relative_to(os.path.realpath(root)).as_posix()


def sidecar_of(photo: Path, disk: Disk) -> Path:
    """The sidecar that is continued or begun; the folder is listed only where two names compete."""
    stem = photo.name.rpartition(".")[0] or photo.name
    candidates = {base + extension for base in (photo.name, stem) for extension in (".xmp", ".XMP")}
    there = {name for name in candidates if disk.exists(photo.parent / name)}
    is_contested = any(name.rpartition(".")[0] == stem for name in there)
    return photo.parent / sidecar_name(photo.name, disk.names(photo.parent) if is_contested else there)


def in_words(error: OSError | ValueError | Refused) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file is not there"
    if isinstance(error, OSError):
        return f"{error.strerror or error}"
    return str(error)
