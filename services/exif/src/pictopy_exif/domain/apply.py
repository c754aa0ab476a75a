"""Wishes into the metadata blocks of a file: what the mapping says, free of the container that carries it.

XMP holds everything. The older blocks follow where the file has them (MWG 2.0), so that no reader finds in them what is
no longer so; a place or a time that a person corrected makes an EXIF block, since that is where everyone looks for it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from pictopy_exif.domain import iim, packet, regions, tiff
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.exif_tags import Exif
from pictopy_exif.domain.iim import Iim, IimError
from pictopy_exif.domain.merge import (
    KEYWORD_LISTS,
    Change,
    Holder,
    Ours,
    foreign_items,
    merge,
    with_keywords_kept_in_view,
)
from pictopy_exif.domain.older import OlderBlock, opened, renewed
from pictopy_exif.domain.statements import Region, Statement, Value, block_of, unique
from pictopy_exif.domain.xmp import Xmp

Block: TypeAlias = Literal["xmp", "iptc", "exif"]
ALL: tuple[Block, ...] = ("xmp", "iptc", "exif")
_OLDER: tuple[OlderBlock, ...] = ("iptc", "exif")
SIDECAR: tuple[Block, ...] = ("xmp",)
MAKES_EXIF = ("EXIF:DateTimeOriginal", "EXIF:GPSLatitude")
LEGACY_DIGEST = "photoshop:LegacyIPTCDigest"
_ONLY_WHERE_NONE = ("EXIF:GPSVersionID",)
_MAX_EXIF_BYTES = 65_527  # of a JPEG's segment behind `Exif\0\0`; a block that is larger is no JPEG's


@dataclass(frozen=True)
class Applied:
    """`blocks`: as they are to be written, None where a block that we made has nothing left to say. `wanted`: what a
    second reader must find. `left_out`: for people, what an older block could not take and why; XMP holds it all.

    Where `blocks.iptc` changed, a container that keeps `iim.digest` of it (Photoshop's resource 0x0425) renews that.
    """

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
    """The blocks with all wishes and nothing of ours that is not wished; `change.is_nothing` where they were so.

    `into`: the blocks that the container can take; a sidecar is `apply(Blocks(xmp=sidecar or the file's own), ...,
    SIDECAR, iim_keywords=those of the picture's file)`. Raises: PacketError where the XMP cannot be merged with.
    """
    given, blocks = blocks, Blocks(*(getattr(blocks, each) if each in into else None for each in ALL))
    desk = _Desk.open(blocks, tuple(wanted), ours, into)
    desk = desk.with_view(ours, iim_keywords)
    done = {each: renewed(each, getattr(blocks, each), desk.of(each), ours) for each in desk.older}
    if "exif" in done and _is_too_large(done["exif"].data, blocks.exif):
        desk = desk.without("exif", "its EXIF block would be too large for the file")
        del done["exif"]
    after = Blocks(None, *(done[each].data if each in done else getattr(blocks, each) for each in _OLDER))
    changes: dict[Block, Change] = {each: one.change for each, one in done.items()}
    in_xmp = (*desk.of("xmp"), *_digest(desk.xmp, after.iptc, changes.get("iptc", Change()), ours))
    changes["xmp"] = merge(desk.xmp, in_xmp, _in_xmp(ours, desk.xmp, in_xmp))
    change = _together(changes, desk, made_exif=blocks.exif is None and after.exif is not None)
    found = (*in_xmp, *(said for each in desk.older for said in desk.of(each)))
    if change.is_nothing:
        return Applied(given, Change(), found, desk.left_out)
    if ours.made_exif and after.exif is not None and Exif(after.exif).is_empty:
        after = replace(after, exif=None)
    made = replace(after, xmp=_packet_bytes(desk.xmp, ours) if not changes["xmp"].is_nothing else blocks.xmp)
    kept = {each: getattr(given, each) for each in ALL if each not in into}
    return Applied(replace(made, **kept), change, found, desk.left_out)


@dataclass(frozen=True)
class _Desk:
    """The blocks laid open, and what each is to say."""

    xmp: Xmp
    older: Mapping[OlderBlock, Iim | Exif]
    wanted: tuple[Statement, ...]
    left_out: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    """Keyword lists in which others have nothing."""

    @classmethod
    def open(cls, blocks: Blocks, wanted: tuple[Statement, ...], ours: Ours, into: Collection[Block]) -> "_Desk":
        tree = packet.new() if blocks.xmp is None else packet.parse(blocks.xmp)
        older: dict[OlderBlock, Iim | Exif] = {}
        left_out: list[str] = []
        is_exif_made = "exif" in into and any(said.prop in MAKES_EXIF for said in wanted)
        has_exif = is_exif_made or (blocks.exif is not None and not ours.made_exif)
        for each in _OLDER:
            data: bytes | None = getattr(blocks, each)
            try:
                if data is not None or (each == "exif" and is_exif_made):
                    older[each] = opened(each, data)
            except (IimError, tiff.Damaged) as error:
                left_out.append(str(error))
        said_there = [each for each in wanted if block_of(each.prop) == "xmp" or block_of(each.prop) in older]
        if not has_exif:
            said_there = [each for each in said_there if block_of(each.prop) != "exif"]
        return cls(Xmp(tree), older, tuple(said_there), tuple(left_out))._without_the_unsayable(ours)

    def of(self, block: Block) -> tuple[Statement, ...]:
        return tuple(each for each in self.wanted if block_of(each.prop) == block)

    def without(self, block: Block, why: str) -> "_Desk":
        older = {key: holder for key, holder in self.older.items() if key != block}
        wanted = tuple(each for each in self.wanted if block_of(each.prop) != block)
        return replace(self, older=older, wanted=wanted, left_out=(*self.left_out, why))

    def with_view(self, ours: Ours, iim_keywords: Iterable[str]) -> "_Desk":
        foreign = {"IIM:Keywords": list(iim_keywords)}
        for prop in KEYWORD_LISTS:
            block = block_of(prop)
            holder: Holder | None = self.xmp if block == "xmp" else self.older.get(block)
            if holder is not None:
                foreign[prop] = foreign_items(holder, prop, ours)
        wanted = with_keywords_kept_in_view(foreign, self.wanted, ours.begun)
        begun = tuple(prop for prop in KEYWORD_LISTS if not foreign.get(prop))
        return replace(self, wanted=wanted, begun=begun)._without_the_unsayable(ours)

    def _without_the_unsayable(self, ours: Ours) -> "_Desk":
        """Without what an older block cannot hold, and what it needs only where nobody said it yet."""
        wanted, left_out = [], list(self.left_out)
        for said in self.wanted:
            block = block_of(said.prop)
            holder = None if block == "xmp" else self.older[block]
            why = None if holder is None else holder.why_not(said)
            is_needless = said.prop in _ONLY_WHERE_NONE and said not in ours.statements
            if why is not None:
                left_out.append(why)
            elif not (holder is not None and is_needless and holder.single(said.prop) is not None):
                wanted.append(said)
        return replace(self, wanted=tuple(wanted), left_out=tuple(dict.fromkeys(left_out)))


def _in_xmp(ours: Ours, xmp: Xmp, wanted: Iterable[Statement]) -> Ours:
    """What is ours there, also the faces that we drew and another program named otherwise."""
    mine = [each for each in ours.statements if block_of(each.prop) == "xmp"]
    faces = [each for each in mine if isinstance(each, Region)]
    renamed = regions.renamed(xmp.packet, faces, [each for each in wanted if isinstance(each, Region)])
    return replace(ours, statements=unique((*mine, *renamed)))


def _is_too_large(after: bytes | None, before: bytes | None) -> bool:
    return after is not None and len(after) > _MAX_EXIF_BYTES >= len(before or b"")


def _digest(xmp: Xmp, iptc: bytes | None, change: Change, ours: Ours) -> list[Statement]:
    """Old Photoshops keep the digest of the IPTC block in the XMP: it must tell that the XMP knows of the change."""
    is_ours = any(each.prop == LEGACY_DIGEST for each in ours.statements)
    if iptc is None or xmp.single(LEGACY_DIGEST) is None or (change.is_nothing and not is_ours):
        return []
    return [Value(prop=LEGACY_DIGEST, value=iim.digest(iptc).hex().upper())]


def _together(changes: Mapping[Block, Change], desk: _Desk, *, made_exif: bool) -> Change:
    ordered = [changes[each] for each in ALL if each in changes]
    added = tuple(said for each in ordered for said in each.added)
    return Change(
        added=added,
        removed=tuple(said for each in ordered for said in each.removed),
        replaced=tuple(said for each in ordered for said in each.replaced),
        made_packet=desk.xmp.packet.is_new and not changes["xmp"].is_nothing,
        made_exif=made_exif,
        reverts={key: revert for each in ordered for key, revert in each.reverts.items()},
        begun=tuple(prop for prop in desk.begun if any(said.prop == prop for said in added)),
    )


def _packet_bytes(xmp: Xmp, ours: Ours) -> bytes | None:
    """None: we made the packet and nothing stands in it any more."""
    return None if ours.made_packet and packet.is_empty(xmp.packet) else packet.to_bytes(xmp.packet)
