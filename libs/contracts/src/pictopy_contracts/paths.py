"""Names of files as text that survives JSON, whatever bytes they are made of.

In Python a path is what `os.fsdecode` gives: bytes that are not UTF-8 are lone surrogates, which JSON cannot carry.
On the wire each such byte is one private-use character U+F780..U+F7FF, and so is each byte of a name that
really contains one of those: the way there and back is exact.
"""

from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, ValidationInfo

_FIRST, _LAST = 0xF780, 0xF7FF
_SHIFT = 0xF700 - 0xDC00  # from surrogateescape's U+DC80..U+DCFF to ours


def to_wire(path: str) -> str:
    """Text that JSON can carry."""
    if path.isascii():
        return path
    escaped = "".join(_as_bytes(letter) if _FIRST <= ord(letter) <= _LAST else letter for letter in path)
    return "".join(chr(ord(letter) + _SHIFT) if "\udc80" <= letter <= "\udcff" else letter for letter in escaped)


def from_wire(path: str) -> str:
    """What `os.fsdecode` would give on the machine that has the file."""
    if path.isascii():
        return path
    escaped = "".join(chr(ord(letter) - _SHIFT) if _FIRST <= ord(letter) <= _LAST else letter for letter in path)
    return escaped.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _as_bytes(letter: str) -> str:
    return letter.encode().decode("ascii", "surrogateescape")


def _parsed(path: str, info: ValidationInfo) -> str:
    return from_wire(path) if info.mode == "json" else path


FilePath = Annotated[str, AfterValidator(_parsed), PlainSerializer(to_wire, return_type=str, when_used="json")]
"""A path with `/`: surrogateescape in Python, private-use characters in JSON."""
