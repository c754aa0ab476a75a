"""New bytes for a JPEG or a sidecar, with what undoes them: the whole of a write that needs no disk."""

from collections.abc import Iterable
from dataclasses import dataclass

from pictopy_exif.domain import jpeg, packet, rdf
from pictopy_exif.domain.jpeg import Unsafe
from pictopy_exif.domain.merge import Change, Ours, merge, with_keywords_kept_in_view
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
    tree = packet.new() if parts.xmp is None else _parsed(parts.xmp)
    wanted, change = _merged(tree, wanted, ours, iim_keywords)
    if change.is_nothing:
        return None
    _refuse_if_split(parts.extended, change)
    made, patch = jpeg.splice(data, parts, None if _is_spent(tree, ours) else packet.to_bytes(tree))
    return Built(made, patch, change, wanted)


def sidecar(
    old: bytes | None, seed: bytes | None, wanted: Iterable[Statement], ours: Ours, iim_keywords: Iterable[str]
) -> Built | None:
    """The sidecar with all wishes; a new one starts as a copy of `seed`, the file's own XMP. Raises: Unsafe.

    Readers look no further than the sidecar for what stands in it, so it must not say less than the file does.
    """
    source = seed if old is None else old
    tree = packet.new() if source is None else _parsed(source)
    if old is None:
        rdf.remove(tree, _EXTENDED_NOTE)
    wanted, change = _merged(tree, wanted, ours, iim_keywords)
    if change.is_nothing:
        return None
    change = change.model_copy(update={"made_packet": old is None})
    is_spent = old is not None and (_is_spent(tree, ours) or (ours.made_packet and _is_copy(tree, seed)))
    made = None if is_spent else packet.to_bytes(tree)
    return Built(made, whole(old or b"", made or b""), change, wanted)


def _merged(
    tree: Packet, wanted: Iterable[Statement], ours: Ours, iim_keywords: Iterable[str]
) -> tuple[tuple[Statement, ...], Change]:
    wanted = with_keywords_kept_in_view(tree, wanted, ours, iim_keywords)
    return wanted, merge(tree, wanted, ours)


def _parsed(data: bytes) -> Packet:
    try:
        return packet.parse(data)
    except PacketError as error:
        raise Unsafe(str(error)) from error


def _is_spent(tree: Packet, ours: Ours) -> bool:
    """We made the packet and nothing stands in it any more."""
    return ours.made_packet and packet.is_empty(tree)


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
