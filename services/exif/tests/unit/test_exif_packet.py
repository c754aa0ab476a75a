"""XMP in and out of bytes: nothing that others wrote is lost, and nothing hostile gets in."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_exif.domain import packet, rdf
from pictopy_exif.domain.packet import PacketError

FOREIGN = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<!-- kept -->
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Other 1.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:my="http://example.org/my/"
    my:attr="a &quot;b&quot;&#10;c" my:other='x'>
   <!-- inner -->
   <my:struct rdf:parseType="Resource"><my:a>1 &lt; 2 &amp; 3</my:a><my:b my:q="&#9;"/></my:struct>
   <dc:subject><rdf:Bag><rdf:li>beach</rdf:li></rdf:Bag></dc:subject>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:my="http://example.org/other/"><my:same>prefix</my:same></rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
   \n
<?xpacket end="w"?>\0"""


def test_what_is_not_changed_means_the_same_afterwards() -> None:
    """Canonical XML of a packet with comments, qualifiers and clashing prefixes is equal, and so is what is around."""
    tree = packet.parse(FOREIGN.encode())
    written = packet.to_bytes(tree).decode()
    assert written.startswith(tree.head)
    assert written.endswith(tree.tail)
    assert "<!-- kept -->" in tree.head
    start, end = FOREIGN.index("<x:xmpmeta"), FOREIGN.index("</x:xmpmeta>") + len("</x:xmpmeta>")
    again = written[len(tree.head) : len(written) - len(tree.tail)]
    assert _canonical(again) == _canonical(FOREIGN[start:end])


def _canonical(text: str) -> str:
    return ET.canonicalize(text, with_comments=True, rewrite_prefixes=True)


def test_prefixes_of_others_stay() -> None:
    """Readers that know a namespace by its prefix still do; only a clashing one gets a number."""
    written = packet.to_bytes(packet.parse(FOREIGN.encode())).decode()
    assert "<my:struct" in written
    assert "<my1:same" in written


def test_writing_twice_gives_the_same_bytes() -> None:
    """A packet of ours, read and written again, is byte for byte the same."""
    once = packet.to_bytes(packet.parse(FOREIGN.encode()))
    assert packet.to_bytes(packet.parse(once)) == once


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_encodings_are_read(encoding: str) -> None:
    """XMP may be UTF-16; what is written is UTF-8."""
    tree = packet.parse("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>".encode(encoding))
    assert packet.is_empty(tree)
    assert b"rdf:RDF" in packet.to_bytes(tree)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\xff",
        b"plain text",
        b"<a>",
        b"<a><b></a>",
        b"<a></a>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b"<a>&undeclared;</a>",
        b"<a>" * 200 + b"</a>" * 200,
    ],
)
def test_what_is_no_packet_is_refused(data: bytes) -> None:
    """No document type, no endless depth, no half a packet: the file is left to a sidecar."""
    with pytest.raises(PacketError):
        packet.parse(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but a PacketError ever comes out."""
    try:
        packet.parse(data)
    except PacketError:
        return


@given(st.text().map(packet.sayable))
def test_any_text_survives_as_item_text_and_value(text: str) -> None:
    """Whatever XML can hold comes back as it went in."""
    tree = packet.new()
    rdf.add_item(tree, "dc:subject", text, "Bag")
    rdf.set_text(tree, "dc:description", text)
    again = packet.parse(packet.to_bytes(tree))
    assert rdf.items(again, "dc:subject") == [text]
    assert rdf.text(again, "dc:description") == text


def test_what_xml_cannot_hold_is_dropped() -> None:
    """Control characters and halves of surrogate pairs go; line ends become one kind."""
    assert packet.sayable("a\0b\x1fc\ud800d\r\ne\rf\tg") == "abcd\ne\nf\tg"
