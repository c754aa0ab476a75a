"""Lists, texts and values in a packet, in whichever of RDF's spellings they stand there."""

import xml.etree.ElementTree as ET

from pictopy_exif.domain.namespaces import tag
from pictopy_exif.domain.packet import Packet

_ARRAYS = (tag("rdf:Bag"), tag("rdf:Seq"), tag("rdf:Alt"))
_LI, _LANG = tag("rdf:li"), tag("xml:lang")
_NO_FIELDS = (tag("rdf:parseType"), tag("rdf:Description"))


def items(packet: Packet, prop: str) -> list[str]:
    """Entries of a list; a plain value where a list should be counts as its only entry."""
    element = find(packet, prop)
    if element is None:
        attribute = _attribute(packet, prop)
        return [] if attribute is None else [attribute]
    array = array_of(element)
    if array is not None:
        return [each.text or "" for each in array.findall(_LI)]
    return [element.text.strip()] if element.text and element.text.strip() else []


def text(packet: Packet, prop: str) -> str | None:
    """The default language of a text, or the plain value."""
    element = find(packet, prop)
    if element is None:
        return _attribute(packet, prop)
    array = array_of(element)
    if array is None:
        return element.text
    default = _default_of(array)
    return None if default is None else default.text or ""


def add_item(packet: Packet, prop: str, value: str, array: str) -> None:
    """`array`: Bag or Seq, for a list that is not there yet."""
    held = make_array(packet, prop, array)
    ET.SubElement(held, _LI).text = value


def remove_item(packet: Packet, prop: str, value: str) -> None:
    """Takes one entry of that text away, and the list with its last entry."""
    held = make_array(packet, prop, "Bag")
    for each in held.findall(_LI):
        if (each.text or "") == value:
            held.remove(each)
            break
    if not held.findall(_LI):
        remove(packet, prop)


def set_text(packet: Packet, prop: str, value: str) -> None:
    array = make_array(packet, prop, "Alt")
    default = _default_of(array)
    if default is None or default.get(_LANG, "x-default") != "x-default":
        default = ET.Element(_LI, {_LANG: "x-default"})
        array.insert(0, default)
    default.text = value


def set_value(packet: Packet, prop: str, value: str) -> None:
    attribute_holder = next((each for each in packet.descriptions if tag(prop) in each.attrib), None)
    if attribute_holder is not None:
        attribute_holder.set(tag(prop), value)
        return
    make(packet, prop).text = value


def remove_text(packet: Packet, prop: str) -> None:
    """Takes the default language away; translations stay."""
    element = find(packet, prop)
    array = None if element is None else array_of(element)
    default = None if array is None else _default_of(array)
    if array is not None and default is not None:
        array.remove(default)
    if array is None or not array.findall(_LI):
        remove(packet, prop)


def remove(packet: Packet, prop: str) -> None:
    for each in packet.descriptions:
        each.attrib.pop(tag(prop), None)
        for element in each.findall(tag(prop)):
            each.remove(element)


def find(packet: Packet, prop: str) -> ET.Element | None:
    found = (each.find(tag(prop)) for each in packet.descriptions)
    return next((each for each in found if each is not None), None)


def make(packet: Packet, prop: str) -> ET.Element:
    """The element of a property; one that stood as an attribute becomes an element of the same text."""
    element = find(packet, prop)
    if element is not None:
        return element
    holder = next((each for each in packet.descriptions if tag(prop) in each.attrib), packet.descriptions[0])
    element = ET.SubElement(holder, tag(prop))
    element.text = holder.attrib.pop(tag(prop), None)
    return element


def make_array(packet: Packet, prop: str, kind: str) -> ET.Element:
    element = make(packet, prop)
    array = array_of(element)
    if array is not None:
        return array
    plain, element.text = element.text, None
    array = ET.SubElement(element, tag(f"rdf:{kind}"))
    if plain and plain.strip():
        ET.SubElement(array, _LI, {_LANG: "x-default"} if kind == "Alt" else {}).text = plain.strip()
    return array


def array_of(element: ET.Element) -> ET.Element | None:
    return next((child for child in element if child.tag in _ARRAYS), None)


def field(element: ET.Element, name: str) -> str | None:
    """A plain field of a structure: attribute or element, with or without a description around it."""
    for holder in (element, *element.findall(tag("rdf:Description"))):
        if (attribute := holder.get(tag(name))) is not None:
            return attribute
        if (child := holder.find(tag(name))) is not None:
            return child.text or ""
    return None


def part(element: ET.Element, name: str) -> ET.Element | None:
    """A field that is itself a structure or a list."""
    holders = (element, *element.findall(tag("rdf:Description")))
    return next((child for each in holders if (child := each.find(tag(name))) is not None), None)


def inside(element: ET.Element) -> ET.Element:
    """Where a new field of a structure belongs; a bare element becomes a structure."""
    description = element.find(tag("rdf:Description"))
    if description is not None:
        return description
    element.set(tag("rdf:parseType"), "Resource")
    return element


def set_field(holder: ET.Element, name: str, value: str) -> None:
    """A plain field, in the spelling that it has or as an element."""
    if tag(name) in holder.attrib:
        holder.set(tag(name), value)
        return
    child = holder.find(tag(name))
    (ET.SubElement(holder, tag(name)) if child is None else child).text = value


def remove_field(element: ET.Element, name: str) -> None:
    for holder in (element, *element.findall(tag("rdf:Description"))):
        holder.attrib.pop(tag(name), None)
        for child in holder.findall(tag(name)):
            holder.remove(child)


def has_fields(element: ET.Element) -> bool:
    holders = (element, *element.findall(tag("rdf:Description")))
    fields = (name for each in holders for name in (*each.attrib, *(child.tag for child in each)))
    return any(name not in _NO_FIELDS for name in fields)


def _attribute(packet: Packet, prop: str) -> str | None:
    return next((each.attrib[tag(prop)] for each in packet.descriptions if tag(prop) in each.attrib), None)


def _default_of(array: ET.Element) -> ET.Element | None:
    entries = array.findall(_LI)
    return next((each for each in entries if each.get(_LANG) == "x-default"), entries[0] if entries else None)
