"""Videos by FFmpeg (PyAV): one frame from early in the film, and what the container says."""

import itertools
import os
from typing import Any

import av
import numpy as np

from pictopy_ingest.adapters.pixels import Decoded, Image, Undecodable, shrunk
from pictopy_ingest.domain.metadata.resolve import Container
from pictopy_ingest.domain.metadata.times import parse_instant
from pictopy_ingest.domain.sizes import Limits, fitted, refusal

POSTER_SHARE, POSTER_MAX_S = 0.1, 3.0
"""The poster is the key frame before this share of the film, at most this far in: the first is often black."""
MAX_PACKETS_TRIED = 200
_TURN_OF_DEGREES = {0: 1, 90: 8, 180: 3, 270: 6}
"""Counter-clockwise rotation of the display matrix, as EXIF orientation."""


def decode(fd: int, limits: Limits) -> tuple[Decoded, Container, int]:
    """Poster frame, container, and how to turn the frame. Raises Undecodable."""
    try:
        os.lseek(fd, 0, os.SEEK_SET)
        with os.fdopen(os.dup(fd), "rb") as file, av.open(file, metadata_errors="replace") as film:
            if not film.streams.video:
                raise Undecodable("the file has no moving picture")
            image, degrees = _poster(film, limits)
            context = film.streams.video[0].codec_context
            decoded = Decoded(image, context.width, context.height)
            return decoded, _container(film), _TURN_OF_DEGREES.get(round(degrees / 90) * 90 % 360, 1)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise Undecodable(f"the video cannot be read: {error}") from error


def _poster(film: Any, limits: Limits) -> tuple[Image, float]:
    stream = film.streams.video[0]
    if reason := refusal(stream.codec_context.width, stream.codec_context.height, limits):
        raise Undecodable(reason)
    stream.thread_type = "NONE"
    _seek(film)
    for packet in itertools.islice(film.demux(stream), MAX_PACKETS_TRIED):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            frames = []
        for frame in frames:
            small = fitted(frame.width, frame.height, limits.preview_side_px)
            pixels = frame.to_ndarray(format="rgb24")
            return shrunk(np.ascontiguousarray(pixels), *small), frame.rotation
    raise Undecodable("no frame of the video can be decoded")


def _seek(film: Any) -> None:
    if film.duration:
        where = min(film.duration * POSTER_SHARE, POSTER_MAX_S * av.time_base)
        try:
            film.seek(int(where), backward=True)
        except av.FFmpegError:  # a film that cannot be sought is read from where it stands
            return


def _container(film: Any) -> Container:
    said = {**film.streams.video[0].metadata, **film.metadata}
    return Container(
        created_at=parse_instant(said, "com.apple.quicktime.creationdate", "creation_time", "date"),
        place=said.get("com.apple.quicktime.location.ISO6709") or said.get("location"),
        duration_s=round(film.duration / av.time_base, 3) if film.duration else None,
        make=said.get("com.apple.quicktime.make") or said.get("com.android.manufacturer"),
        model=said.get("com.apple.quicktime.model") or said.get("com.android.model"),
    )
