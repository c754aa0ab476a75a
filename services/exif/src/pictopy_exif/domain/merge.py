"""Statements into a packet that others wrote too: added where missing, taken away only where they are ours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from pictopy_exif.domain import rdf, regions
from pictopy_exif.domain.mapping import ARRAYS, KEYWORD_LISTS
from pictopy_exif.domain.packet import Packet
from pictopy_exif.domain.statements import Item, Region, Single, Statement, Text, Value, unique


class Change(BaseModel):
    """What one write did to one packet; `replaced` is what stood where a text or value of ours went."""

    model_config = ConfigDict(frozen=True)

    added: tuple[Statement, ...] = ()
    removed: tuple[Statement, ...] = ()
    replaced: tuple[Single, ...] = ()
    made_packet: bool = False

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


def ours_after(changes: Iterable[Change]) -> Ours:
    """What is ours in a file after these writes, oldest first, none of them undone."""
    statements: dict[Statement, None] = {}
    replaced: dict[str, Single] = {}
    made_packet = False
    for change in changes:
        for gone in change.removed:
            statements.pop(gone, None)
            replaced.pop(gone.prop, None)
        statements.update(dict.fromkeys(change.added))
        replaced.update({each.prop: each for each in change.replaced})
        made_packet = made_packet or change.made_packet
    return Ours(tuple(statements), replaced, made_packet)


def merge(packet: Packet, wanted: Iterable[Statement], ours: Ours) -> Change:
    """Changes `packet` so that it says all that is wanted and nothing of ours that is not."""
    wanted = unique(wanted)
    removed = [said for said in ours.statements if said not in wanted]
    is_taken = [_take(packet, said, ours.replaced.get(said.prop)) for said in removed]
    added, replaced = [], []
    for said in wanted:
        if says(packet, said):
            continue
        if isinstance(said, Text | Value) and (before := rdf.text(packet, said.prop)) is not None:
            replaced.append(said.model_copy(update={"value": before}))
        _put(packet, said)
        added.append(said)
    if not added and not any(is_taken):
        return Change()
    return Change(added=tuple(added), removed=tuple(removed), replaced=tuple(replaced), made_packet=packet.is_new)


def says(packet: Packet, said: Statement) -> bool:
    """True if the packet means this already, by whomever it was written."""
    match said:
        case Region():
            return regions.holds(packet, said)
        case Item():
            return said.value in rdf.items(packet, said.prop)
        case Text() | Value():
            return rdf.text(packet, said.prop) == said.value


def with_keywords_kept_in_view(
    packet: Packet, wanted: Iterable[Statement], ours: Ours, iim_keywords: Iterable[str]
) -> tuple[Statement, ...]:
    """The wanted statements, and the foreign keywords for each keyword list that only we would fill.

    Readers take the first list that is there (digiKam and immich: TagsList, then hierarchicalSubject, then dc:subject,
    then IPTC): a new list with our names alone would hide the keywords of the older ones.
    """
    wanted = unique(wanted)
    opened = [prop for prop in KEYWORD_LISTS if any(said.prop == prop for said in wanted)]
    foreign = {prop: _foreign_items(packet, prop, ours) for prop in KEYWORD_LISTS}
    kept = foreign["dc:subject"] or list(iim_keywords)
    shadowed = [prop for prop in opened if not foreign[prop]]
    return unique((*wanted, *(Item(prop=prop, value=value) for prop in shadowed for value in kept)))


def _foreign_items(packet: Packet, prop: str, ours: Ours) -> list[str]:
    mine = {said.value for said in ours.statements if isinstance(said, Item) and said.prop == prop}
    return [value for value in rdf.items(packet, prop) if value not in mine]


def _put(packet: Packet, said: Statement) -> None:
    match said:
        case Region():
            regions.add(packet, said)
        case Item():
            rdf.add_item(packet, said.prop, said.value, ARRAYS[said.prop])
        case Text():
            rdf.set_text(packet, said.prop, said.value)
        case Value():
            rdf.set_value(packet, said.prop, said.value)


def _take(packet: Packet, said: Statement, replaced: Single | None) -> bool:
    """Takes a statement of ours away, puts back what it replaced; False if it no longer stands as we wrote it."""
    match said:
        case Region() if regions.holds_exactly(packet, said):
            regions.remove(packet, said)
        case Item() if said.value in rdf.items(packet, said.prop):
            rdf.remove_item(packet, said.prop, said.value)
        case Text() | Value() if rdf.text(packet, said.prop) == said.value:
            rdf.remove_text(packet, said.prop)
            if replaced is not None:
                _put(packet, replaced)
        case _:
            return False
    return True
