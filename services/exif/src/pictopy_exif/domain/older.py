"""The two older blocks, EXIF and IPTC: built anew from what they were before us wherever that is known.

Then they do not grow with each write, and when the last of ours goes they are, byte for byte, what they were.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pictopy_exif.domain import iim
from pictopy_exif.domain.digest import digest_of
from pictopy_exif.domain.exif_tags import Exif
from pictopy_exif.domain.iim import Iim
from pictopy_exif.domain.merge import Change, Ours, Revert, merge
from pictopy_exif.domain.patch import Patch, Splice, spliced
from pictopy_exif.domain.statements import Statement, block_of

OlderBlock: TypeAlias = Literal["iptc", "exif"]
_MAX_BYTES = 1 << 20  # a larger EXIF block is a whole TIFF file, which keeps what was appended to it
_STEP = 64  # bytes that are compared at once: a change of a pointer is 4 long


@dataclass(frozen=True)
class Renewed:
    data: bytes | None
    change: Change


def opened(block: OlderBlock, data: bytes | None) -> Iim | Exif:
    """Raises: IimError, tiff.Damaged."""
    return Exif(data) if block == "exif" else iim.parse(data or b"")


def renewed(block: OlderBlock, current: bytes | None, wanted: Iterable[Statement], ours: Ours) -> Renewed:
    """The block with what is wanted of it and without the rest of ours."""
    wanted = tuple(wanted)
    mine = tuple(each for each in ours.statements if block_of(each.prop) == block)
    is_known, base = _before_us(current, mine, ours.reverts.get(block))
    holder = opened(block, base)
    if is_known:
        change = _since(mine, merge(holder, wanted, Ours()))
    else:
        change = merge(holder, wanted, Ours(mine, ours.replaced))
    if change.is_nothing:
        return Renewed(current, Change())
    data = holder.to_bytes()
    if is_known and len(base or b"") <= _MAX_BYTES and data is not None and data != base:
        change = change.model_copy(update={"reverts": {block: _revert(base, data)}})
    return Renewed(data, change)


def _before_us(current: bytes | None, mine: tuple[Statement, ...], revert: Revert | None) -> tuple[bool, bytes | None]:
    """The block as it was before us, if nobody changed it since we did; else as it is."""
    if not mine:
        return True, current
    if revert is None or current is None or digest_of(current) != revert.after:
        return False, current
    return True, None if revert.patch is None else Patch.unpack(b64decode(revert.patch)).undo(current)


def _since(mine: tuple[Statement, ...], fresh: Change) -> Change:
    """What changes against what we had put there already."""
    added = tuple(said for said in fresh.added if said not in mine)
    removed = tuple(said for said in mine if said not in fresh.added)
    props = {said.prop for said in added}
    return Change(added=added, removed=removed, replaced=tuple(each for each in fresh.replaced if each.prop in props))


def _revert(old: bytes | None, new: bytes) -> Revert:
    patch = None if old is None else spliced(old, _differences(old, new))[1]
    return Revert(after=digest_of(new), patch=None if patch is None else b64encode(patch.pack()).decode())


def _differences(old: bytes, new: bytes) -> list[Splice]:
    """Few and short where `new` was changed in place and appended to, one where bytes were put in between."""
    same = next((at for at in range(0, len(old), _STEP) if old[at : at + _STEP] != new[at : at + _STEP]), len(old))
    end = 0
    while end < min(len(old), len(new)) - same and old[-end - 1] == new[-end - 1]:
        end += 1
    in_between = [Splice(same, len(old) - end, new[same : len(new) - end])]
    if len(new) < len(old):
        return in_between
    starts = (at for at in range(same, len(old), _STEP) if old[at : at + _STEP] != new[at : min(at + _STEP, len(old))])
    in_place = [Splice(at, min(at + _STEP, len(old)), new[at : min(at + _STEP, len(old))]) for at in starts]
    appended = [*in_place, Splice(len(old), len(old), new[len(old) :])]
    return min(in_between, appended, key=lambda each: sum(splice.end - splice.start for splice in each))
