"""Statements into a block that others wrote too: added where missing, taken away only where they are ours."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from pictopy_exif.domain.statements import Item, Single, Statement, Text, Value, unique

KEYWORD_LISTS = ("dc:subject", "digiKam:TagsList", "lr:hierarchicalSubject", "IIM:Keywords", "EXIF:XPKeywords")


class Revert(BaseModel):
    """What gives back a block as it was before us, while it is as we left it: `after` is its digest. `patch`: packed,
    in base 64; None where there was no block."""

    model_config = ConfigDict(frozen=True)

    after: str
    patch: str | None


class Change(BaseModel):
    """What one write did to the blocks of a file; `replaced` is what stood where a text or value of ours went, `begun`
    are the keyword lists in which others had nothing."""

    model_config = ConfigDict(frozen=True)

    added: tuple[Statement, ...] = ()
    removed: tuple[Statement, ...] = ()
    replaced: tuple[Single, ...] = ()
    made_packet: bool = False
    made_exif: bool = False
    reverts: dict[str, Revert] = {}
    begun: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.added or self.removed)

    @property
    def props(self) -> frozenset[str]:
        return frozenset(each.prop for each in (*self.added, *self.removed))


@dataclass(frozen=True)
class Ours:
    """What stands in a file because we put it there."""

    statements: tuple[Statement, ...] = ()
    replaced: Mapping[str, Single] = field(default_factory=dict)
    made_packet: bool = False
    made_exif: bool = False
    reverts: Mapping[str, Revert] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()


class Holder(Protocol):
    """A block whose content changes."""

    def items(self, prop: str) -> list[str]: ...

    def single(self, prop: str) -> str | None: ...

    def says(self, said: Statement) -> bool:
        """True if it means this already, by whomever it was written."""
        ...

    def put(self, said: Statement) -> None: ...

    def take(self, said: Statement, replaced: Single | None) -> bool:
        """Takes a statement of ours away, puts back what it replaced; False if it no longer stands as we wrote it."""
        ...


def ours_after(changes: Iterable[Change]) -> Ours:
    """What is ours in a file after these writes, oldest first, none of them undone."""
    statements: dict[Statement, None] = {}
    replaced: dict[str, Single] = {}
    reverts: dict[str, Revert] = {}
    begun: set[str] = set()
    made_packet = made_exif = False
    for change in changes:
        for gone in change.removed:
            statements.pop(gone, None)
            replaced.pop(gone.prop, None)
        statements.update(dict.fromkeys(change.added))
        replaced.update({each.prop: each for each in change.replaced})
        reverts.update(change.reverts)
        begun = (begun | set(change.begun)) & {each.prop for each in statements}
        made_packet, made_exif = made_packet or change.made_packet, made_exif or change.made_exif
    return Ours(tuple(statements), replaced, made_packet, made_exif, reverts, frozenset(begun))


def merge(holder: Holder, wanted: Iterable[Statement], ours: Ours) -> Change:
    """Changes the holder so that it says all that is wanted and nothing of ours that is not."""
    wanted = unique(wanted)
    removed = [said for said in ours.statements if said not in wanted]
    is_taken = [holder.take(said, ours.replaced.get(said.prop)) for said in removed]
    added, replaced = [], []
    for said in wanted:
        if holder.says(said):
            continue
        if isinstance(said, Text | Value) and (before := holder.single(said.prop)) is not None:
            replaced.append(said.model_copy(update={"value": before}))
        holder.put(said)
        added.append(said)
    if not added and not any(is_taken):
        return Change()
    return Change(added=tuple(added), removed=tuple(removed), replaced=tuple(replaced))


def with_keywords_kept_in_view(
    foreign: Mapping[str, list[str]], wanted: Iterable[Statement], begun: Collection[str] = ()
) -> tuple[Statement, ...]:
    """The wanted statements, and the foreign keywords for each keyword list that only we would fill, or that we began
    before others added to it.

    Readers take the first list that is there (digiKam and immich: TagsList, then hierarchicalSubject, then dc:subject,
    then IPTC): a new list with our names alone would hide the keywords of the older ones. `foreign`: those of others,
    list by list; `begun`: lists that were empty before us.
    """
    wanted = unique(wanted)
    opened = [prop for prop in KEYWORD_LISTS if any(said.prop == prop for said in wanted)]
    lists = ("dc:subject", "IIM:Keywords", "EXIF:XPKeywords")
    kept = next((found for prop in lists if (found := foreign.get(prop))), [])
    shadowed = [prop for prop in KEYWORD_LISTS if prop in (begun if foreign.get(prop) else opened)]
    return unique((*wanted, *(Item(prop=prop, value=value) for prop in shadowed for value in kept)))


def foreign_items(holder: Holder, prop: str, ours: Ours) -> list[str]:
    """Entries of a list that we did not put there."""
    mine = {said.value for said in ours.statements if isinstance(said, Item) and said.prop == prop}
    return [value for value in holder.items(prop) if value not in mine]
