"""All metadata of one file and its sidecars, whichever reader can get at them."""

import os
import re
from dataclasses import replace
from datetime import UTC, datetime

from blake3 import blake3

from pictopy_ingest.adapters import exif_fallback, exiv2, still_codec
from pictopy_ingest.adapters.opened import inside, opened
from pictopy_ingest.domain import formats
from pictopy_ingest.domain.identity import jpeg
from pictopy_ingest.domain.identity.bmff import xmp_packet
from pictopy_ingest.domain.identity.pieces import Malformed
from pictopy_ingest.domain.metadata import takeout
from pictopy_ingest.domain.metadata.resolve import Evidence
from pictopy_ingest.domain.metadata.tags import Notes, Tags
from pictopy_ingest.domain.metadata.takeout import Takeout
from pictopy_ingest.domain.sizes import Limits
from pictopy_ingest.ports import Job

MAX_SIDECAR_BYTES = 16 << 20
_XMP_PACKET = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_BY_EXIV2 = frozenset(
    {formats.JPEG, formats.PNG, formats.WEBP, formats.TIFF, formats.HEIF, formats.AVIF, formats.RAW, formats.BMP}
)
_XMP_BY_PILLOW = frozenset({formats.HEIF, formats.AVIF})
"""Where Exiv2 overlooks XMP that other programs added."""


def evidence_of(job: Job, form: str, data: memoryview, limits: Limits) -> Evidence:
    notes = Notes()
    return Evidence(
        name=job.seen.path.rpartition(b"/")[2].decode("utf-8", "replace"),
        format=form,
        modified_at=datetime.fromtimestamp(job.seen.stamp.mtime_ns / 1e9, UTC),
        read_at=job.read_at,
        embedded=_embedded(form, data, limits, notes),
        sidecar=_xmp_sidecar(job, notes),
        sidecar_modified_at=_sidecar_changed_at(job),
        takeout=_takeout(job, notes),
        warnings=notes.lines,
    )


def _embedded(form: str, data: memoryview, limits: Limits, notes: Notes) -> Tags:
    if form not in _BY_EXIV2:
        return _from_packet(_packet(form, data), notes)
    if len(data) > limits.max_metadata_bytes:
        notes.add("the file is too large to read its metadata")
        return Tags()
    try:
        found = exiv2.read(_with_metadata(form, data))
    except exiv2.Unreadable as error:
        if form == formats.BMP:
            return Tags()
        notes.add(f"the metadata are damaged and were read in part: {error}")
        return exif_fallback.read(bytes(data)) if form == formats.JPEG else Tags()
    if form in _XMP_BY_PILLOW and not found.xmp:
        return replace(found, xmp=_from_packet(still_codec.xmp_packet(data), notes).xmp)
    return found


def _with_metadata(form: str, data: memoryview) -> bytes:
    """The part of the file that Exiv2 needs to see; it copies what it gets."""
    try:
        return jpeg.header(data) if form == formats.JPEG else bytes(data)
    except Malformed:
        return bytes(data)


def _packet(form: str, data: memoryview) -> bytes | None:
    """The XMP of formats that Exiv2 does not read."""
    if form == formats.GIF:
        found = _XMP_PACKET.search(data)
        return bytes(found[0]) if found else None
    try:
        return xmp_packet(data) if form in {formats.MP4, formats.MOV} else None
    except Malformed:
        return None


def _from_packet(packet: bytes | None, notes: Notes) -> Tags:
    if packet is None:
        return Tags()
    try:
        return exiv2.read_xmp(packet)
    except exiv2.Unreadable as error:
        notes.add(f"the XMP cannot be read: {error}")
        return Tags()


def _xmp_sidecar(job: Job, notes: Notes) -> Tags | None:
    packet = _content(job.root, job.seen.xmp, notes)
    return _from_packet(packet, notes) if packet else None


def sidecar_digest(job: Job) -> str:
    """BLAKE3 of the XMP sidecar; empty where there is none."""
    packet = _content(job.root, job.seen.xmp, Notes())
    return blake3(packet).hexdigest() if packet is not None else ""


def _sidecar_changed_at(job: Job) -> datetime | None:
    try:
        found = os.stat(inside(job.root, job.seen.xmp)) if job.seen.xmp else None  # noqa: PTH116  bytes: pathlib has no such paths
    except OSError:
        return None
    return datetime.fromtimestamp(found.st_mtime, UTC) if found else None


def _takeout(job: Job, notes: Notes) -> Takeout | None:
    text = _content(job.root, job.seen.takeout, notes)
    return takeout.parse(text, notes) if text else None


def _content(root: bytes, path: bytes | None, notes: Notes) -> bytes | None:
    if path is None:
        return None
    try:
        with opened(root, path) as file:
            if len(file.data) <= MAX_SIDECAR_BYTES:
                return bytes(file.data)
            notes.add("the sidecar is too large")
    except OSError as error:
        notes.add(f"the sidecar cannot be read: {error.strerror or error}")
    return None
