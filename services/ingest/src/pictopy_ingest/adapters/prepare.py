"""One file, start to end, in a worker process: open, identify, read, decode once, write preview and thumbnail."""

import errno
import signal
from dataclasses import dataclass, replace

from blake3 import blake3

from pictopy_ingest.adapters import jpeg_codec, raw_codec, still_codec, video_codec
from pictopy_ingest.adapters.opened import Changed, Opened, opened
from pictopy_ingest.adapters.pictures import made_before, write_pictures
from pictopy_ingest.adapters.pixels import Decoded, Undecodable
from pictopy_ingest.adapters.tag_reader import evidence_of, sidecar_digest
from pictopy_ingest.domain import formats, identity
from pictopy_ingest.domain.metadata import words
from pictopy_ingest.domain.metadata.resolve import Evidence, Pixels, changed_at, facts_of
from pictopy_ingest.domain.metadata.tags import Notes
from pictopy_ingest.domain.sizes import Limits
from pictopy_ingest.domain.turning import container_orientation
from pictopy_ingest.ports import Job, Outcome, PictureFiles, Prepared, Refused, Vanished

FRESH_S = 3.0
"""A damaged file that was written to this recently is probably still being copied."""
_PASSING = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE}
)
_TURNED_BY_CONTAINER = frozenset({formats.HEIF, formats.AVIF})
"""Their own `irot` and `imir` count alone; EXIF orientation there says it a second time."""


@dataclass(frozen=True)
class Workplace:
    """Settings of a worker."""

    limits: Limits
    pictures: PictureFiles


def prepare(job: Job, place: Workplace) -> Outcome:
    """Never raises for the sake of the file. A decoder that hangs ends this process (SIGALRM), not the service."""
    is_video = formats.suffix(job.seen.path) in formats.VIDEO_SUFFIXES
    signal.alarm(place.limits.max_video_s if is_video else place.limits.max_photo_s)
    try:
        with opened(job.root, job.seen.path) as file:
            return _with_digests(job, file, _prepare(job, file, place))
    except Undecodable as error:
        return Refused(job.seen, str(error))
    except Changed:
        return Refused(job.seen, "the file is being written to", is_unsettled=True)
    except MemoryError:
        return Refused(job.seen, "there is not enough memory for this picture", is_passing=True)
    except FileNotFoundError:
        return Vanished(job.seen)
    except OSError as error:
        return Refused(job.seen, error.strerror or str(error), is_passing=error.errno in _PASSING)
    finally:
        signal.alarm(0)


def _prepare(job: Job, file: Opened, place: Workplace) -> Outcome:
    form = _format(file, place.limits)
    photo_id = identity.picture_id(form, file.data)
    evidence = evidence_of(job, form, file.data, place.limits)
    if form in formats.VIDEOS:
        decoded, container, orientation = video_codec.decode(file.fd, place.limits)
        evidence = replace(evidence, container=container)
        pixels = Pixels(decoded.width_px, decoded.height_px, orientation)
    else:
        orientation = _orientation(form, file.data, evidence)
        made = made_before(photo_id, place.pictures)
        if made and made.orientation == orientation:
            return Prepared(job.seen, photo_id, facts_of(evidence, made), changed_at(evidence))
        decoded = _decoded(form, file, place.limits)
        pixels = Pixels(decoded.width_px, decoded.height_px, orientation, decoded.warnings)
    if decoded.warnings and _is_fresh(job):
        return Refused(job.seen, decoded.warnings[0], is_unsettled=True)
    write_pictures(photo_id, decoded, pixels, place.pictures, place.limits)
    return Prepared(job.seen, photo_id, facts_of(evidence, pixels), changed_at(evidence))


def _orientation(form: str, data: memoryview, evidence: Evidence) -> int:
    if form in _TURNED_BY_CONTAINER:
        return container_orientation(data)
    return words.orientation(evidence.embedded, Notes())


def _with_digests(job: Job, file: Opened, outcome: Outcome) -> Outcome:
    """Of files that were known before, so that our own writing is recognised."""
    if not job.is_known or not isinstance(outcome, Prepared):
        return outcome
    return replace(outcome, digest=blake3(file.data).hexdigest(), sidecar_digest=sidecar_digest(job))


def _is_fresh(job: Job) -> bool:
    return job.read_at.timestamp() - job.seen.stamp.mtime_ns / 1e9 < FRESH_S


def _format(file: Opened, limits: Limits) -> str:
    if not file.data:
        raise Undecodable("the file is empty")
    form = formats.sniff(bytes(file.data[: formats.HEAD_BYTES]), file.path)
    if form is None:
        raise Undecodable("the file is no picture and no video that is known here")
    if form not in formats.VIDEOS and len(file.data) > limits.max_image_bytes:
        raise Undecodable(f"the file has {len(file.data) >> 20} MiB, more than the limit for a picture")
    return form


def _decoded(form: str, file: Opened, limits: Limits) -> Decoded:
    if form == formats.RAW:
        return raw_codec.decode(file.data, limits)
    if form == formats.JPEG:
        try:
            return jpeg_codec.decode(file.data, limits)
        except jpeg_codec.Unusual:
            return still_codec.decode(file.data, form, limits)
    return still_codec.decode(file.data, form, limits)
