"""XMP too long for one JPEG segment: a main and an extended packet, put together and parted (XMP part 3, 1.1.3.1)."""

import hashlib
import xml.etree.ElementTree as ET

from pictopy_exif.domain import packet, rdf
from pictopy_exif.domain.containers.pieces import Unsafe
from pictopy_exif.domain.namespaces import BY_URI, tag, uri_of
from pictopy_exif.domain.packet import Packet, PacketError

NOTE = "xmpNote:HasExtendedXMP"


def guid_in(main: bytes) -> str | None:
    """Of the extended packet that a main one points to."""
    return rdf.text(_parsed(main), NOTE) if NOTE.partition(":")[2].encode() in main else None


def joined(main: bytes, extension: bytes) -> bytes:
    """One packet that says what the two say. Raises: Unsafe."""
    whole, more = _parsed(main), _parsed(extension)
    rdf.remove(whole, NOTE)
    whole.rdf.extend(each for each in more.descriptions if len(each) or set(each.attrib) - {tag("rdf:about")})
    whole.prefixes.update({uri: each for uri, each in more.prefixes.items() if uri not in whole.prefixes})
    return packet.to_bytes(whole)


def parted(whole: bytes, room: int) -> tuple[bytes, str, bytes]:
    """The main packet of at most `room` bytes, the GUID of the extended one, and that one. Raises: Unsafe.

    The largest properties go, and of those that other programs look for only what they find in the extended packet
    too: many of them read the main one alone.
    """
    main = _parsed(whole)
    more = packet.new()
    rdf.remove(main, NOTE)
    for holder, element in _movable(main):
        holder.remove(element)
        more.descriptions[0].append(element)
        more.prefixes.update(main.prefixes)
        extension = _bare(more)
        guid = hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()
        rdf.set_value(main, NOTE, guid)
        made = packet.to_bytes(main)
        if len(made) <= room:
            return made, guid, extension
        rdf.remove(main, NOTE)
    raise Unsafe(f"the XMP would be {len(whole)} bytes, of which a JPEG takes {room} in one piece")


def _movable(main: Packet) -> list[tuple[ET.Element, ET.Element]]:
    """Properties of namespaces that we do not write in, with what holds them, largest first."""
    found = [(each, element) for each in main.descriptions for element in each if _is_foreign(element)]
    return sorted(found, key=lambda pair: -len(ET.tostring(pair[1])))


def _is_foreign(element: ET.Element) -> bool:
    return uri_of(str(element.tag)) not in BY_URI  # a comment has a function for a tag, and moves too


def _bare(more: Packet) -> bytes:
    """Without the wrapper, which stands around the main packet only."""
    return packet.to_bytes(Packet(more.root, more.prefixes, head="", tail=""))


def _parsed(data: bytes) -> Packet:
    try:
        return packet.parse(data)
    except PacketError as error:
        raise Unsafe(str(error)) from error
