"""Wishes into the metadata blocks of a file: what the mapping says, free of the container that carries it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pictopy_exif.domain import packet
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.merge import Change, Ours, merge, with_keywords_kept_in_view
from pictopy_exif.domain.packet import Packet
from pictopy_exif.domain.statements import Statement

Block: TypeAlias = Literal["xmp", "iptc", "exif"]
ALL: tuple[Block, ...] = ("xmp", "iptc", "exif")


@dataclass(frozen=True)
class Applied:
    """`blocks`: as they are to be written, the same object a block where nothing changes, None where a block that we
    made has nothing left to say. `wanted`: what a second reader must find. `left_out`: for people, what a block could
    not take and why; XMP always holds it all."""

    blocks: Blocks
    change: Change
    wanted: tuple[Statement, ...]
    left_out: tuple[str, ...] = ()


def apply(
    blocks: Blocks,
    wanted: Iterable[Statement],
    ours: Ours,
    into: Collection[Block] = ALL,
    iim_keywords: Iterable[str] = (),
) -> Applied:
    """The blocks with all wishes and nothing of ours that is not wished; `change.is_nothing` where they were so already.

    `into`: the blocks that may change; a sidecar is `apply(Blocks(xmp=sidecar or the file's own), ..., into=("xmp",),
    iim_keywords=those of the picture's file)`. Raises: PacketError where the XMP cannot be merged with.
    """
    tree = packet.new() if blocks.xmp is None else packet.parse(blocks.xmp)
    wanted = with_keywords_kept_in_view(tree, wanted, ours, iim_keywords)
    change = merge(tree, wanted, ours)
    if change.is_nothing:
        return Applied(blocks, change, wanted)
    return Applied(Blocks(_bytes(tree, ours), blocks.iptc, blocks.exif), change, wanted)


def _bytes(tree: Packet, ours: Ours) -> bytes | None:
    """None: we made the packet and nothing stands in it any more."""
    return None if ours.made_packet and packet.is_empty(tree) else packet.to_bytes(tree)
