"""Where a photo's wishes go: into the file or beside it, and under which name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pictopy_contracts.messages import FileRef
from pictopy_exif.domain.containers import Unsafe, container_of

Policy: TypeAlias = Literal["off", "sidecar", "embedded", "embedded_else_sidecar"]
Target: TypeAlias = Literal["embedded", "sidecar"]

RAW_SUFFIXES = (
    *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".orf", ".rw2", ".raf", ".pef", ".srw"),
    *(".x3f", ".3fr", ".iiq", ".rwl", ".erf", ".mrw", ".kdc", ".dcr"),
)
SAME_TIME = timedelta(seconds=2)  # FAT keeps modification times to two seconds


@dataclass(frozen=True)
class FileFacts:
    """`head`: the first bytes of the file, of which `container_of` needs 16."""

    name: str
    head: bytes
    size_bytes: int
    modified_at: datetime
    links: int
    is_writable: bool


def is_as_imported(facts: FileFacts, file: FileRef) -> bool:
    """True if size and time are those that ingest saw: the picture at this path is the one that the wishes are for."""
    return facts.size_bytes == file.size_bytes and abs(facts.modified_at - file.modified_at) <= SAME_TIME


def why_not_embedded(facts: FileFacts, max_embed_bytes: int) -> str | None:
    """The reason, for people, why metadata does not go into this file; None if it may."""
    if container_of(facts.head, facts.name) is None:
        return "metadata is embedded in JPEG, PNG, WebP, TIFF, HEIF and AVIF files only"
    if not facts.is_writable:
        return "the file is read-only"
    if facts.links > 1:
        return f"the file has {facts.links} hard links, which an atomic write would part"
    if facts.size_bytes > max_embed_bytes:
        return f"the file is larger than {max_embed_bytes} bytes"
    return None


def target_of(policy: Policy, reason: str | None) -> Target:
    """Raises: Unsafe where the policy wants what the file does not allow."""
    if policy == "sidecar":
        return "sidecar"
    if reason is None:
        return "embedded"
    if policy == "embedded":
        raise Unsafe(f"{reason}, and the policy allows no sidecar")
    return "sidecar"


def sidecar_name(name: str, neighbours: Collection[str]) -> str:
    """The name of a photo's sidecar, given the names in its folder.

    `photo.jpg.xmp` belongs to one file and comes first. `photo.xmp` (Adobe) is continued where it is there and can be
    meant for this file only: no other file has that stem, or this is the one RAW file among them, whose sidecar Adobe's
    programs mean by it. The JPEG beside a RAW gets `photo.jpg.xmp`: a pair is never mixed up.
    """
    for extension in (".xmp", ".XMP"):
        if name + extension in neighbours:
            return name + extension
    stem = name.rpartition(".")[0] or name
    short = next((stem + each for each in (".xmp", ".XMP") if stem + each in neighbours), None)
    rivals = {each for each in neighbours if each.rpartition(".")[0] == stem} - {name, short}
    if is_raw(name):
        rivals = {each for each in rivals if is_raw(each)}
    return short if short is not None and not rivals else f"{name}.xmp"


def is_raw(name: str) -> bool:
    return name.lower().endswith(RAW_SUFFIXES)


def temp_name(name: str, write_id: int) -> str:
    """Hidden, in the same folder, and of this write alone. A long name is cut: 255 bytes is what file systems take."""
    suffix = f".pictopy-{write_id}.tmp"
    room = 255 - len(suffix) - 1
    cut = name.encode(errors="surrogateescape")[:room].decode(errors="surrogateescape")
    return f".{cut}{suffix}"
