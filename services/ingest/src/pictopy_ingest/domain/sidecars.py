"""Which files beside a picture speak about it: XMP sidecars and the JSON of Google Takeout.

Takeout cuts names to 46 characters before `.json`, and moves the number of a double to the end:
`IMG(1).jpg` has `IMG.jpg(1).json` or `IMG.jpg.supplemental-metadata(1).json`. An edited picture shares the
sidecar of its original.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pictopy_ingest.domain.formats import RAW_SUFFIXES, is_wanted, suffix

_TAKEOUT_TAIL = ".supplemental-metadata"
_TAKEOUT_CHARACTERS = 46
_NUMBERED = re.compile(r"(.*)(\(\d+\))", re.DOTALL)
_EDITED = ("-edited", "-bearbeitet", "-modifié", "-editado", "-modificato", "-bewerkt", "-編集済み")


@dataclass(frozen=True)
class Sidecars:
    """Names in the picture's own folder."""

    xmp: str | None = None
    takeout: str | None = None


NONE = Sidecars()


class Folder:
    """The sidecars of one folder. `names`: every file in it."""

    def __init__(self, names: Sequence[str]) -> None:
        endings = (".xmp", ".json")
        self._by_lower: Mapping[str, str] = {n.lower(): n for n in names if n.lower().endswith(endings)}
        self._has_takeout = any(name.endswith(".json") for name in self._by_lower)
        self._pictures: dict[str, list[str]] = defaultdict(list)
        """Stem to the pictures and videos of that stem, all in lower case."""
        for name in map(str.lower, names):
            if is_wanted(os.fsencode(name)):
                self._pictures[name.rpartition(".")[0]].append(name)

    def of(self, name: str) -> Sidecars:
        """Case does not count: cameras write .JPG and programs .xmp."""
        if not self._by_lower:
            return NONE
        stem = name.rpartition(".")[0]
        xmp = self._first((f"{name}.xmp",)) or (self._first((f"{stem}.xmp",)) if self._owns_stem(name, stem) else None)
        return Sidecars(xmp, self._first(takeout_names(name)) if self._has_takeout else None)

    def _owns_stem(self, name: str, stem: str) -> bool:
        """`x.xmp` speaks of the only picture of that stem, or of the one RAW among several, as Adobe has it."""
        rivals = [one for one in self._pictures[stem.lower()] if one != name.lower()]
        return not (any(map(_is_raw, rivals)) if _is_raw(name) else rivals)

    def _first(self, wanted: Iterator[str] | tuple[str, ...]) -> str | None:
        return next((found for name in wanted if (found := self._by_lower.get(name.lower()))), None)


def _is_raw(name: str) -> bool:
    return suffix(os.fsencode(name)) in RAW_SUFFIXES


def takeout_names(name: str) -> Iterator[str]:
    """Names that Takeout may have given to the JSON of a picture, the likeliest first."""
    stem, dot, ending = name.rpartition(".")
    plain = next((stem.removesuffix(mark) for mark in _EDITED if stem.endswith(mark)), stem)
    numbered = _NUMBERED.fullmatch(plain)
    yield from _tails(name, "")
    if plain != stem:
        yield from _tails(plain + dot + ending, "")
    if numbered:
        yield from _tails(numbered[1] + dot + ending, numbered[2])
    yield f"{plain}.json"


def _tails(name: str, number: str) -> Iterator[str]:
    for length in range(len(_TAKEOUT_TAIL), -1, -1):
        yield (name + _TAKEOUT_TAIL[:length])[:_TAKEOUT_CHARACTERS] + number + ".json"
