"""New bytes for a file or its sidecar, with what undoes them: the whole of a write that needs no disk."""

from collections.abc import Iterable
from dataclasses import dataclass

from pictopy_exif.domain import packet
from pictopy_exif.domain.apply import SIDECAR, Applied, Block, apply
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.containers import Container, Unsafe
from pictopy_exif.domain.merge import Change, Ours
from pictopy_exif.domain.packet import PacketError
from pictopy_exif.domain.patch import Patch, whole
from pictopy_exif.domain.statements import Statement


@dataclass(frozen=True)
class Built:
    """`data` is None where nothing is left to say and the sidecar, made by us, goes. `left_out`: what an older block
    could not take, and why."""

    data: bytes | None
    patch: Patch
    change: Change
    wanted: tuple[Statement, ...]
    left_out: tuple[str, ...] = ()


def embedded(
    container: Container, data: bytes, wanted: Iterable[Statement], ours: Ours, iim_keywords: Iterable[str]
) -> Built | None:
    """The file with all wishes in its blocks; None if it says them already. Raises: Unsafe."""
    found = container.blocks(data)
    applied = _applied(found, wanted, ours, container.holds, iim_keywords)
    if applied.change.is_nothing:
        return None
    made, patch = container.with_blocks(data, applied.blocks, found)
    return Built(made, patch, applied.change, applied.wanted, applied.left_out)


def sidecar(
    old: bytes | None, seed: bytes | None, wanted: Iterable[Statement], ours: Ours, iim_keywords: Iterable[str]
) -> Built | None:
    """The sidecar with all wishes; a new one starts as a copy of `seed`, the file's own XMP. Raises: Unsafe.

    Readers look no further than the sidecar for what stands in it, so it must not say less than the file does.
    """
    start = seed if old is None else old
    applied = _applied(Blocks(xmp=start), wanted, ours, SIDECAR, iim_keywords)
    if applied.change.is_nothing:
        return None
    change = applied.change.model_copy(update={"made_packet": old is None})
    made = applied.blocks.xmp
    if made is not None and old is not None and ours.made_packet and _is_copy(made, seed):
        made = None
    return Built(made, whole(old or b"", made or b""), change, applied.wanted, applied.left_out)


def _applied(
    blocks: Blocks, wanted: Iterable[Statement], ours: Ours, into: tuple[Block, ...], iim_keywords: Iterable[str]
) -> Applied:
    try:
        return apply(blocks, wanted, ours, into, iim_keywords)
    except PacketError as error:
        raise Unsafe(str(error)) from error


def _is_copy(made: bytes, seed: bytes | None) -> bool:
    """The sidecar says again what the file says, which is how we began it."""
    return seed is not None and packet.same_content(packet.parse(made), packet.parse(seed))
