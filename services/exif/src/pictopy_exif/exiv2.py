"""exiv2 as the second reader: it shares no code with the writer, and other programs are built on it."""

import threading

import pyexiv2

from pictopy_exif.domain.readout import Found, Readout
from pictopy_exif.ports import Unreadable

_KEYWORDS = "Iptc.Application2.Keywords"
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
        return Readout(xmp, _keywords(image), packet.encode() or None)


def _keywords(image: pyexiv2.ImageData) -> tuple[str, ...]:
    """IPTC text is UTF-8 if it says so, and often if it does not; old files are Latin-1."""
    try:
        iptc = image.read_iptc()
    except UnicodeDecodeError:
        iptc = image.read_iptc(encoding="latin-1")
    return tuple(iptc.get(_KEYWORDS, ()))
