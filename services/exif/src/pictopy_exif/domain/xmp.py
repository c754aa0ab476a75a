"""A packet as something that statements are put into and taken from."""

import xml.etree.ElementTree as ET

from pictopy_exif.domain import rdf, regions
from pictopy_exif.domain.namespaces import tag
from pictopy_exif.domain.packet import Packet
from pictopy_exif.domain.statements import Item, Region, Single, Statement, Text, Value

ORDERED = ("digiKam:TagsList",)
"""Lists that are `rdf:Seq`; the others are `rdf:Bag`."""


class Xmp:
    """Holds `packet`, which changes."""

    def __init__(self, packet: Packet) -> None:
        self.packet = packet

    def items(self, prop: str) -> list[str]:
        return rdf.items(self.packet, prop)

    def single(self, prop: str) -> str | None:
        """The plain value, or a text in its default language."""
        outer, _, inner = prop.partition("/")
        if not inner:
            return rdf.text(self.packet, prop)
        entry = self._first(outer)
        return None if entry is None else rdf.field(entry, inner)

    def says(self, said: Statement) -> bool:
        """True if the packet means this already, by whomever it was written."""
        match said:
            case Region():
                return regions.holds(self.packet, said)
            case Item():
                return said.value in self.items(said.prop)
            case Text() | Value():
                return self.single(said.prop) == said.value

    def put(self, said: Statement) -> None:
        match said:
            case Region():
                regions.add(self.packet, said)
            case Item():
                rdf.add_item(self.packet, said.prop, said.value, "Seq" if said.prop in ORDERED else "Bag")
            case Text():
                rdf.set_text(self.packet, said.prop, said.value)
            case Value():
                self._set(said.prop, said.value)

    def take(self, said: Statement, replaced: Single | None) -> bool:
        """Takes a statement of ours away, puts back what it replaced; False if it no longer stands as we wrote it."""
        match said:
            case Region() if regions.holds_exactly(self.packet, said):
                regions.remove(self.packet, said)
            case Item() if said.value in self.items(said.prop):
                rdf.remove_item(self.packet, said.prop, said.value)
            case Text() | Value() if self.single(said.prop) == said.value:
                self._unset(said.prop)
                if replaced is not None:
                    self.put(replaced)
            case _:
                return False
        return True

    def _first(self, prop: str) -> ET.Element | None:
        """The first structure of a list."""
        element = rdf.find(self.packet, prop)
        array = None if element is None else rdf.array_of(element)
        return None if array is None else array.find(tag("rdf:li"))

    def _set(self, prop: str, value: str) -> None:
        outer, _, inner = prop.partition("/")
        if not inner:
            rdf.set_value(self.packet, prop, value)
            return
        entry = self._first(outer)
        if entry is None:
            entry = ET.SubElement(rdf.make_array(self.packet, outer, "Bag"), tag("rdf:li"))
        rdf.set_field(rdf.inside(entry), inner, value)

    def _unset(self, prop: str) -> None:
        outer, _, inner = prop.partition("/")
        entry = self._first(outer) if inner else None
        if entry is None:
            rdf.remove_text(self.packet, prop)
            return
        rdf.remove_field(entry, inner)
        array = rdf.make_array(self.packet, outer, "Bag")
        if not rdf.has_fields(entry):
            array.remove(entry)
        if not array.findall(tag("rdf:li")):
            rdf.remove(self.packet, outer)
