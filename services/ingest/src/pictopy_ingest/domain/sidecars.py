"""Which files beside a picture speak about it: XMP sidecars and the JSON of Google Takeout.

Takeout cuts names to 46 characters before `.json`, and moves the number of a double to the end:
`IMG(1).jpg` has `IMG.jpg(1).json` or `IMG.jpg.supplemental-metadata(1).json`. An edited picture shares the
sidecar of its original.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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

    def of(self, name: str) -> Sidecars:
        """Case does not count: cameras write .JPG and programs .xmp."""
        if not self._by_lower:
            return NONE
        stem = name.rpartition(".")[0]
        xmp = self._first((f"{name}.xmp", f"{stem}.xmp"))
        return Sidecars(xmp, self._first(takeout_names(name)) if self._has_takeout else None)

    def _first(self, wanted: Iterator[str] | tuple[str, ...]) -> str | None:
        return next((found for name in wanted if (found := self._by_lower.get(name.lower()))), None)


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
