"""The metadata blocks of a file, free of the container that carries them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Blocks:
    """What containers read and put back, and what the mapping builds. None: the file has no such block.

    xmp: the whole packet, UTF-8 (of a JPEG the main and the extended packet put together); iptc: IIM datasets as they
    follow each other (of a JPEG without the Photoshop resource around them); exif: the TIFF stream, from `II` or `MM`.
    """

    xmp: bytes | None = None
    iptc: bytes | None = None
    exif: bytes | None = None
