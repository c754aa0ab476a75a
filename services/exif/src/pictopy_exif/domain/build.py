"""New bytes for a JPEG or a sidecar, with what undoes them: the whole of a write that needs no disk."""

from collections.abc import Iterable
from dataclasses import dataclass

from pictopy_exif.domain import jpeg, packet, rdf
from pictopy_exif.domain.apply import SIDECAR, Applied, apply
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.jpeg import Unsafe
from pictopy_exif.domain.merge import Change, Ours
from pictopy_exif.domain.packet import Packet, PacketError
from pictopy_exif.domain.patch import Patch, whole
from pictopy_exif.domain.statements import Statement

_EXTENDED_NOTE = "xmpNote:HasExtendedXMP"  # points to more of the packet, in the JPEG that it was taken from


@dataclass(frozen=True)
class Built:
    """`data` is None where nothing is left to say and the sidecar, made by us, goes."""

    data: bytes | None
    patch: Patch
    change: Change
    wanted: tuple[Statement, ...]


def embedded(data: bytes, wanted: Iterable[Statement], ours: Ours, iim_keywords: Iterable[str]) -> Built | None:
    """The JPEG with all wishes in its XMP; None if it says them already. Raises: Unsafe."""
    parts = jpeg.take_apart(data)
    applied = _applied(parts.xmp, wanted, ours, iim_keywords)
    if applied.change.is_nothing:
        return None
    _refuse_if_split(parts.extended, applied.change)
    made, patch = jpeg.splice(data, parts, applied.blocks.xmp)
    return Built(made, patch, applied.change, applied.wanted)


def sidecar(
    old: bytes | None, seed: bytes | None, wanted: Iterable[Statement], ours: Ours, iim_keywords: Iterable[str]
) -> Built | None:
    """The sidecar with all wishes; a new one starts as a copy of `seed`, the file's own XMP. Raises: Unsafe.

    Readers look no further than the sidecar for what stands in it, so it must not say less than the file does.
    """
    start = _without_note(seed) if old is None else old
    applied = _applied(start, wanted, ours, iim_keywords)
    if applied.change.is_nothing:
        return None
    change = applied.change.model_copy(update={"made_packet": old is None})
    made = applied.blocks.xmp
    if made is not None and old is not None and ours.made_packet and _is_copy(_parsed(made), seed):
        made = None
    return Built(made, whole(old or b"", made or b""), change, applied.wanted)


def _applied(xmp: bytes | None, wanted: Iterable[Statement], ours: Ours, iim_keywords: Iterable[str]) -> Applied:
    try:
        return apply(Blocks(xmp=xmp), wanted, ours, SIDECAR, iim_keywords)
    except PacketError as error:
        raise Unsafe(str(error)) from error


def _without_note(seed: bytes | None) -> bytes | None:
    if seed is None or _EXTENDED_NOTE.partition(":")[2].encode() not in seed:
        return seed
    tree = _parsed(seed)
    rdf.remove(tree, _EXTENDED_NOTE)
    return packet.to_bytes(tree)


def _parsed(data: bytes) -> Packet:
    try:
        return packet.parse(data)
    except PacketError as error:
        raise Unsafe(str(error)) from error


def _is_copy(tree: Packet, seed: bytes | None) -> bool:
    """The sidecar says again what the file says, which is how we began it."""
    if seed is None:
        return False
    beginning = _parsed(seed)
    rdf.remove(beginning, _EXTENDED_NOTE)
    return packet.same_content(tree, beginning)


def _refuse_if_split(extended: bytes | None, change: Change) -> None:
    """The main part may be changed alone only where none of its properties goes on in the extended part."""
    if extended is None:
        return
    other = _parsed(extended)
    shared = sorted(prop for prop in change.props if rdf.items(other, prop) or rdf.find(other, prop) is not None)
    if shared:
        raise Unsafe(f"the extended XMP holds {', '.join(shared)} too")
