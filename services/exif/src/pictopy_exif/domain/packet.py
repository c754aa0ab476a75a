"""An XMP packet as a tree that can be changed, and back to bytes without touching what was not changed.

The standard library's parser keeps meaning but not prefixes, comments and the wrapper around the packet; this module
keeps those too. A document type is refused, so no entity can be declared: what is parsed grows by no more than it is.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pictopy_exif.domain.namespaces import BY_URI, RDF, XML, tag, uri_of

_MANY_ELEMENTS = 500  # more are not indented: the segment of a JPEG has room for 65,502 bytes
MAX_DEPTH = 100  # elements inside each other; real packets stay under 20
_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = '\n<?xpacket end="w"?>'
_BEFORE_ROOT = re.compile(r"(?:\s|\ufeff|<\?.*?\?>|<!--.*?-->)*", re.S)
_ROOT_NAME = re.compile(r"<([^\s/>!?]+)")
_NEVER_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_Node: TypeAlias = "ET.Element[Any]"  # an element, or a comment or instruction, whose tag is a function


class PacketError(ValueError):
    """The bytes are no XMP that could be merged with safely."""


@dataclass
class Packet:
    """`head` and `tail`: all that stands around the root element, kept as it is. `spelled`: namespaces that go without
    their last slash here, as Microsoft's own often does; in the tree they have it, since readers take both for one."""

    root: ET.Element
    prefixes: dict[str, str] = field(default_factory=lambda: dict(BY_URI))
    spelled: dict[str, str] = field(default_factory=dict)
    head: str = _HEAD
    tail: str = _TAIL
    is_new: bool = False

    @property
    def rdf(self) -> ET.Element:
        found = self.root if self.root.tag == tag("rdf:RDF") else self.root.find(tag("rdf:RDF"))
        if found is None:
            raise PacketError("the XMP holds no rdf:RDF")
        return found

    @property
    def descriptions(self) -> list[ET.Element]:
        return self.rdf.findall(tag("rdf:Description"))


def new() -> Packet:
    root = ET.Element(tag("x:xmpmeta"), {tag("x:xmptk"): "PictoPy"})
    ET.SubElement(ET.SubElement(root, tag("rdf:RDF")), tag("rdf:Description"), {tag("rdf:about"): ""})
    return Packet(root, is_new=True)


def parse(data: bytes) -> Packet:
    """Raises: PacketError."""
    text = _decoded(data)
    start = _end_of_head(text)
    name = _ROOT_NAME.match(text, start)
    if name is None:
        raise PacketError("the XMP does not begin with an element")
    closing = text.rfind(f"</{name[1]}")
    last = text.find("/>", start) + 1 if closing < 0 else text.find(">", closing)
    end = last + 1
    if last <= 0:
        raise PacketError("the XMP ends before its root element does")
    root, names = _tree(text[start:end])
    packet = Packet(root, {**BY_URI, **names.prefixes}, names.spelled, text[:start], text[end:])
    if not packet.descriptions:
        ET.SubElement(packet.rdf, tag("rdf:Description"), {tag("rdf:about"): ""})
    return packet


def to_bytes(packet: Packet) -> bytes:
    if packet.is_new and sum(1 for _ in packet.root.iter()) < _MANY_ELEMENTS:
        ET.indent(packet.root, " ")
    names = _Names(_distinct(packet.prefixes, packet.root), packet.spelled)
    parts = [packet.head]
    _write(packet.root, {XML}, names, parts)
    return "".join([*parts, packet.tail]).encode()


def is_empty(packet: Packet) -> bool:
    """True if nothing is said but whom the packet is about."""
    return not any(len(each) or set(each.attrib) - {tag("rdf:about")} for each in packet.descriptions)


def is_silent(data: bytes) -> bool:
    """True if the bytes are a packet in which nothing is said."""
    try:
        return is_empty(parse(data))
    except PacketError:
        return False


def same_content(one: Packet, other: Packet) -> bool:
    return ET.canonicalize(ET.tostring(one.rdf), strip_text=True) == ET.canonicalize(
        ET.tostring(other.rdf), strip_text=True
    )


def sayable(text: str) -> str:
    """The text without what no XML can hold (control characters, halves of surrogate pairs), in `\\n` lines."""
    return _NEVER_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(data: bytes) -> str:
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
    try:
        return data.decode(wide.get(data[:2], "utf-8"))
    except UnicodeDecodeError as error:
        raise PacketError(f"the XMP is not valid text: {error}") from error


def _end_of_head(text: str) -> int:
    match = _BEFORE_ROOT.match(text)
    return match.end() if match else 0


@dataclass
class _Names:
    """How namespaces are written: prefix of each, and those that are spelled without their last slash."""

    prefixes: dict[str, str] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)


class _Builder(ET.TreeBuilder):
    """Keeps comments, and notes the first prefix and spelling of each namespace."""

    def __init__(self) -> None:
        super().__init__(insert_comments=True, insert_pis=True)
        self.names = _Names()
        self.depth = 0

    def start_ns(self, prefix: str | None, uri: str) -> None:
        meant = _meant(uri)
        if prefix:
            self.names.prefixes.setdefault(meant, prefix)
        if meant == uri or meant not in self.names.spelled:  # where both stand, the full one holds
            self.names.spelled[meant] = uri

    def start(self, name: str, attrs: dict[str, str]) -> ET.Element:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PacketError(f"the XMP is nested more than {MAX_DEPTH} deep")
        return super().start(
            _full(name), {key if _full(key) in attrs else _full(key): value for key, value in attrs.items()}
        )

    def end(self, name: str) -> ET.Element:
        self.depth -= 1
        return super().end(_full(name))


def _meant(uri: str) -> str:
    """A namespace of ours that lacks its last slash is that namespace: so exiv2 and exiftool take it."""
    return f"{uri}/" if f"{uri}/" in BY_URI else uri


def _full(name: str) -> str:
    uri = uri_of(name)
    return name if _meant(uri) == uri else f"{{{_meant(uri)}}}{name.rpartition('}')[2]}"


def _tree(text: str) -> tuple[ET.Element, _Names]:
    builder = _Builder()
    parser = ET.XMLParser(target=builder)  # noqa: S314  # no document type can stand inside the root: no entities
    try:
        parser.feed(text)
        return parser.close(), builder.names
    except ET.ParseError as error:
        raise PacketError(f"the XMP is not well-formed: {error}") from error


def _uris(element: "_Node") -> set[str]:
    names = [element.tag, *element.attrib] if isinstance(element.tag, str) else []
    return {uri for name in names if (uri := uri_of(name))}


def _distinct(prefixes: dict[str, str], root: ET.Element) -> dict[str, str]:
    """One prefix a namespace and one namespace a prefix, for all that the tree uses."""
    chosen: dict[str, str] = {}
    for uri in sorted({uri for element in root.iter() for uri in _uris(element)} | {RDF}):
        wanted = "xml" if uri == XML else prefixes.get(uri, "ns")
        taken = set(chosen.values())
        spare = (f"{wanted}{number}" for number in range(1, len(taken) + 2))
        chosen[uri] = wanted if wanted not in taken else next(each for each in spare if each not in taken)
    return chosen


def _write(element: "_Node", declared: set[str], names: _Names, parts: list[str]) -> None:
    prefixes = names.prefixes
    if not isinstance(element.tag, str):
        parts.append(_comment(element))
        return
    fresh = _to_declare(element) - declared
    name = _qualified(element.tag, prefixes)
    parts.append(f"<{name}")
    for uri in sorted(fresh, key=prefixes.__getitem__):
        parts.append(f' xmlns:{prefixes[uri]}="{_attribute(names.spelled.get(uri, uri))}"')
    for key, value in element.attrib.items():
        parts.append(f' {_qualified(key, prefixes)}="{_attribute(value)}"')
    if not len(element) and not element.text:
        parts.append("/>")
        return
    parts.append(f">{_text(element.text)}")
    inside = declared | fresh if fresh else declared
    for child in element:
        _write(child, inside, names, parts)
        parts.append(_text(child.tail))
    parts.append(f"</{name}>")


def _to_declare(element: "_Node") -> set[str]:
    """A description declares what is used anywhere in it, as other writers do; anything else only its own names."""
    if element.tag == tag("rdf:Description"):
        return {uri for each in element.iter() for uri in _uris(each)}
    return _uris(element)


def _comment(element: "_Node") -> str:
    return f"<!--{element.text or ''}-->" if element.tag is ET.Comment else f"<?{element.text or ''}?>"


def _qualified(name: str, prefixes: dict[str, str]) -> str:
    uri, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    return f"{prefixes[uri]}:{local}" if uri else name


def _text(text: str | None) -> str:
    escaped = (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\r", "&#13;")


def _attribute(text: str) -> str:
    return _text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
