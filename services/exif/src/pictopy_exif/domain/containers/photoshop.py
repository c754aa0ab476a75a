"""Photoshop's image resources in a JPEG: the block that IPTC datasets lie in, beside paths, thumbnails and more."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pictopy_exif.domain.containers.pieces import Unsafe

HEADING = b"Photoshop 3.0\0"
_IPTC, _DIGEST = 0x0404, 0x0425
_MAX_BYTES = 65_533 - len(HEADING)  # of one segment, besides its heading


@dataclass(frozen=True)
class _Resource:
    """`raw`: without the byte that makes its length even; `end`: with it."""

    number: int
    data: bytes
    raw: bytes
    end: int


def iptc_of(joined: bytes) -> bytes | None:
    """The datasets; None where there are none, or where the resources are damaged before them."""
    return next((each.data for each in _resources(joined) if each.number == _IPTC), None)


def with_iptc(joined: bytes, iptc: bytes | None) -> bytes:
    """The resources with these datasets, and with the digest by which Photoshop sees that they fit its XMP."""
    found = list(_resources(joined))
    left = joined[found[-1].end if found else 0 :]
    if left.strip(b"\0"):
        raise Unsafe("the Photoshop resources of the JPEG are damaged")
    if sum(each.number == _IPTC for each in found) > 1:
        raise Unsafe("the JPEG holds IPTC twice")
    ours = b""
    if iptc is not None:
        digest = hashlib.md5(iptc, usedforsecurity=False).digest()
        ours = _resource(_IPTC, iptc) + _resource(_DIGEST, digest)
    place = next((index for index, each in enumerate(found) if each.number in (_IPTC, _DIGEST)), len(found))
    front, back = (
        [each.raw + bytes(len(each.raw) % 2) for each in part if each.number not in (_IPTC, _DIGEST)]
        for part in (found[:place], found[place:])
    )
    return b"".join([*front, ours, *back]) + left


def without_iptc(joined: bytes) -> Iterator[bytes]:
    """What a write must leave as it is."""
    end = 0
    for each in _resources(joined):
        end = each.end
        if each.number not in (_IPTC, _DIGEST):
            yield each.raw
    yield joined[end:]


def segments(joined: bytes) -> bytes:
    """APP13 segments; none for no resources."""
    parts = [joined[at : at + _MAX_BYTES] for at in range(0, len(joined), _MAX_BYTES)]
    return b"".join(b"\xff\xed" + (2 + len(HEADING) + len(each)).to_bytes(2, "big") + HEADING + each for each in parts)


def _resource(number: int, data: bytes) -> bytes:
    padding = bytes(len(data) % 2)
    return b"8BIM" + number.to_bytes(2, "big") + b"\0\0" + len(data).to_bytes(4, "big") + data + padding


def _resources(joined: bytes) -> Iterator[_Resource]:
    """Up to the first that is damaged. The last may lack its padding."""
    at = 0
    while at + 7 <= len(joined):
        name = 1 + joined[at + 6]
        start = at + 6 + name + name % 2 + 4
        size = int.from_bytes(joined[start - 4 : start], "big")
        if not joined[at : at + 4].isalnum() or start + size > len(joined):
            return
        end = min(start + size + size % 2, len(joined))
        number = int.from_bytes(joined[at + 4 : at + 6], "big")
        yield _Resource(number, joined[start : start + size], joined[at : start + size], end)
        at = end
