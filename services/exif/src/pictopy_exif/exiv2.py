"""exiv2 as the second reader: it shares no code with the writer, and other programs are built on it."""

import threading
from collections.abc import Callable

import pyexiv2

from pictopy_exif.domain.readout import Found, Readout
from pictopy_exif.ports import Unreadable

_KEYWORDS = "Iptc.Application2.Keywords"
_CARRIERS = ("Exif.Image.XMLPacket", "Exif.Image.IPTCNAA")  # of a TIFF: the other blocks, compared by themselves
_SIDECAR = "application/rdf+xml"
_MUTE = 4


class Exiv2Reader:
    """exiv2's XMP part is one global thing: one read at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        pyexiv2.set_log_level(_MUTE)

    @property
    def version(self) -> str:
        return f"pyexiv2 {pyexiv2.__version__}, exiv2 {pyexiv2.__exiv2_version__}"

    def read(self, data: bytes) -> Readout:
        with self._lock:
            try:
                return _read(data)
            except (RuntimeError, UnicodeDecodeError, ValueError) as error:
                raise Unreadable(f"exiv2 cannot read it: {error}") from error


def _read(data: bytes) -> Readout:
    with pyexiv2.ImageData(data) as image:
        xmp: dict[str, Found] = image.read_xmp()
        packet: str = image.read_raw_xmp()
        if image.get_mime_type() == _SIDECAR:  # what it says beside XMP is made from the XMP
            return Readout(xmp, (), packet.encode() or None)
        iptc = _in_any_alphabet(image.read_iptc)
        exif = _in_any_alphabet(image.read_exif)
        exif = {key: value for key, value in exif.items() if key not in _CARRIERS}
        keywords = iptc.get(_KEYWORDS, ())
        return Readout(xmp, tuple(keywords), packet.encode() or None, iptc, exif)


def _in_any_alphabet(read: Callable[..., dict[str, Found]]) -> dict[str, Found]:
    """Text is UTF-8 if it says so, and often if it does not; that of old files is Latin-1."""
    try:
        return read()
    except UnicodeDecodeError:
        return read(encoding="latin-1")
