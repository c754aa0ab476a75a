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


@pytest.mark.parametrize("uri", ["http://ns.microsoft.com/photo/1.0", "http://ns.microsoft.com/photo/1.0/"])
def test_a_namespace_without_its_last_slash_is_the_same_and_stays_as_it_is(uri: str) -> None:
    """Microsoft's stands in files in both spellings, and exiftool turns one into the other: a second rating beside the
    first would leave readers the wrong one."""
    text = FOREIGN.replace("dc:subject", "ms:Rating").replace("xmlns:dc", f'xmlns:ms="{uri}" xmlns:dc')
    tree = packet.parse(text.replace("<rdf:Bag><rdf:li>beach</rdf:li></rdf:Bag>", "50").encode())
    assert rdf.text(tree, "MicrosoftPhoto:Rating") == "50"
    rdf.set_value(tree, "MicrosoftPhoto:Rating", "99")
    written = packet.to_bytes(tree).decode()
    assert written.count(f'"{uri}"') == 1
    assert written.count(":Rating>") == 2
    assert rdf.text(packet.parse(written.encode()), "MicrosoftPhoto:Rating") == "99"


def test_a_property_in_both_spellings_of_its_namespace_becomes_one() -> None:
    """As an attribute, where XML has no room for both, the standard's spelling counts and the other stays."""
    both = 'xmlns:a="http://ns.microsoft.com/photo/1.0" xmlns:b="http://ns.microsoft.com/photo/1.0/"'
    rdf_ns = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    elements = f"<rdf:Description {both}><a:Rating>50</a:Rating><b:Rating>75</b:Rating></rdf:Description>"
    tree = packet.parse(f"<rdf:RDF {rdf_ns}>{elements}</rdf:RDF>".encode())
    rdf.remove(tree, "MicrosoftPhoto:Rating")
    assert packet.is_empty(tree)
    attributes = f'<rdf:Description {both} a:Rating="50" b:Rating="75"/>'
    tree = packet.parse(f"<rdf:RDF {rdf_ns}>{attributes}</rdf:RDF>".encode())
    assert rdf.text(tree, "MicrosoftPhoto:Rating") == "75"
    assert rdf.text(packet.parse(packet.to_bytes(tree)), "MicrosoftPhoto:Rating") == "75"
