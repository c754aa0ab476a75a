"""Exiv2 through pyexiv2: EXIF, XMP and IPTC of stills and of sidecars.

It takes no file names that are not UTF-8 and is not safe in threads: bytes in, and only in worker processes.
"""

from collections.abc import Callable
from typing import Any

import pyexiv2

from pictopy_ingest.domain.metadata import ours
from pictopy_ingest.domain.metadata.tags import Tags

pyexiv2.set_log_level(4)  # it would write each oddity of a file to stderr
pyexiv2.registerNs(ours.URI, ours.PREFIX)  # a writer may have called it otherwise


class Unreadable(Exception):
    """Exiv2 does not know this file, or its metadata are damaged."""


def read(data: bytes) -> Tags:
    """Raises Unreadable."""
    try:
        with pyexiv2.ImageData(data) as image:
            return Tags(_read(image.read_exif), _read(image.read_xmp), _read(image.read_iptc))
    except RuntimeError as error:
        raise Unreadable(str(error)) from error


def read_xmp(packet: bytes) -> Tags:
    """A sidecar or an XMP packet, in UTF-8 or UTF-16. Exiv2 mirrors XMP into EXIF and IPTC: only XMP is kept."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if packet.startswith(mark):
            packet = packet.decode(encoding, "replace").encode()
    return Tags(xmp=read(packet).xmp)


def _read(family: Callable[..., Any]) -> dict[str, Any]:
    """Old programs wrote Latin-1 where UTF-8 belongs."""
    try:
        found = family()
    except UnicodeDecodeError:
        found = family(encoding="ISO-8859-1")
    return dict(found)
