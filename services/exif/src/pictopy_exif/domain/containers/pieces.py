"""What all containers share: the shape of a container, and the word for what it will not do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pictopy_exif.domain import tiff
from pictopy_exif.domain.blocks import Blocks
from pictopy_exif.domain.digest import digest_of
from pictopy_exif.domain.patch import Patch, Splice, spliced

Block: TypeAlias = Literal["xmp", "iptc", "exif"]
Piece: TypeAlias = bytes | memoryview
SIGNED = "the file carries content credentials (C2PA), which any change would break"


class Unsafe(ValueError):
    """Embedding here could harm what others put into the file; the reason is for people."""


@dataclass(frozen=True)
class Container:
    """One file format. All functions raise Unsafe for what they do not understand.

    splices: from what `blocks` found to what is wanted; picture: what a decoder makes the picture of; rest: all that is
    in neither, apart from lengths, offsets and checksums that have to follow them. What of an EXIF block we do
    not write is part of the rest, too.
    """

    name: str
    holds: tuple[Block, ...]
    blocks: Callable[[bytes], Blocks]
    splices: Callable[[bytes, Blocks, Blocks], Iterable[Splice]]
    picture: Callable[[bytes], Iterable[Piece]]
    rest: Callable[[bytes], Iterable[Piece]]
    front: Callable[[bytes], int] | None = None
    """How many bytes from the start hold all but the end of the coded picture: all functions, and the second reader, do
    with these alone, and what follows is the end of `picture`. None: they need the whole."""

    def with_blocks(self, data: bytes, wanted: Blocks, found: Blocks | None = None) -> tuple[bytes, Patch]:
        """The file with these blocks, and what undoes it. `found`: its blocks, where they were read before."""
        found = self.blocks(data) if found is None else found
        if found == wanted:
            return data, Patch(())
        for block in ("xmp", "iptc", "exif"):
            if getattr(found, block) != getattr(wanted, block) and block not in self.holds:
                raise Unsafe(f"{self.name} files hold no {block.upper()} block")
        return spliced(data, self.splices(data, found, wanted))

    def picture_digest(self, data: bytes) -> str:
        """BLAKE3 of the coded picture."""
        return digest_of(*self.picture(data))

    def rest_digest(self, data: bytes, picture: str | None = None) -> str:
        """BLAKE3 of all that a write must leave as it is: the picture, and what others put beside it. `picture`: its
        digest, where that is known; it must be where `data` is the front of the file only."""
        picture = self.picture_digest(data) if picture is None else picture
        exif = self.blocks(data).exif
        return digest_of(picture.encode(), *self.rest(data), *(() if exif is None else _kept(exif)))


def _kept(exif: bytes) -> list[Piece]:
    """A damaged block is not changed at all."""
    try:
        return list(tiff.said(exif))
    except tiff.Damaged:
        return [exif]
