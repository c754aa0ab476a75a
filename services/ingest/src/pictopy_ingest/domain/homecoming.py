"""What another program changed in a file after we knew it: a three-way merge, field by field.

Base is what the file said when we read it last, or what our own write put there; ours is what was stated here;
theirs is what the file says now. Rules, and why: docs/decisions/0017.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pictopy_ingest.domain.facts import Facts, Stated

SINGLES: Mapping[str, tuple[str, ...]] = {
    "caption": ("caption",),
    "title": ("title",),
    "rating": ("rating",),
    "favourite": ("favourite",),
    "hidden": ("hidden",),
    "time": ("taken_at_local", "taken_offset_min"),
    "place": ("latitude_deg", "longitude_deg"),
    "location": ("location",),
    "city": ("city",),
    "country": ("country",),
}
"""Values that are one word: who speaks later is right."""
LISTS = ("keywords", "albums")
"""Values to which each may add and from which each may take."""
WRITTEN_TIMES = frozenset({"exif", "xmp", "iptc", "sidecar"})
"""Times that a program wrote for the picture; the others follow from the file's name or from its own clock."""
OTHERS = ("People/", "Events/", "Machine/")
"""Words that the writer puts among the keywords and that are said elsewhere: of faces, of events, by machines."""
SAME_PLACE_DEG = 2e-6  # degrees, minutes and seconds as rationals round by less
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

Resolved = Literal["ours", "theirs", "merged"]
Values = dict[str, Any]


@dataclass(frozen=True)
class Word:
    """What was stated here. `albums`: names; None where nobody said in which albums the photo is."""

    stated: Stated
    stated_at: Mapping[str, datetime] = field(default_factory=dict)
    albums: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Clash:
    what: str
    ours: Values
    theirs: Values
    resolved: Resolved
    rule: str


@dataclass(frozen=True)
class Merged:
    """The new word; `fields` of it changed."""

    word: Word
    fields: tuple[str, ...] = ()
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True)
class File:
    """The file that changed. A photo's main file speaks through its facts where nothing was stated; the word of a
    copy must be stated to count: `held` is what the photo says now."""

    base: Facts
    theirs: Facts
    changed_at: datetime
    held: Facts | None = None


def with_word(facts: Facts, word: Word) -> Facts:
    """What a file says once our writer has put the word into it."""
    said: dict[str, Any] = {key: getattr(word.stated, key) for key in word.stated.model_fields_set}
    if word.albums is not None:
        said["albums"] = word.albums
    return facts.model_copy(update=said)


def merge(file: File, word: Word) -> Merged:
    """Idempotent: with the file's new facts as base the next merge changes nothing."""
    if is_stripped(file.base, file.theirs):
        return Merged(word)
    said: Values = {}
    clashes: list[Clash] = []
    for what, names in SINGLES.items():
        said |= _single(what, names, file, word, clashes)
    keywords = _list("keywords", file, _said_list(word, "keywords"), clashes)
    if keywords is not None:
        said["keywords"] = keywords
    albums = _list("albums", file, word.albums, clashes)
    at = dict.fromkeys([*said, *(["albums"] if albums is not None else [])], file.changed_at)
    stated = word.stated.merged(Stated(**said)) if said else word.stated
    new = Word(stated, {**word.stated_at, **at}, word.albums if albums is None else albums)
    return Merged(new, tuple(at), tuple(clashes))


def is_stripped(base: Facts, theirs: Facts) -> bool:
    """All words of a file went at once: that was a program that drops metadata, and nobody's wish."""
    return len(_words(base)) > 1 and not _words(theirs)


def _words(facts: Facts) -> set[str]:
    names = [name for group in SINGLES.values() for name in group if name != "taken_offset_min"]
    said = {name for name in (*names, *LISTS, "camera_make", "camera_model") if getattr(facts, name)}
    return said if facts.time_source in WRITTEN_TIMES else said - {"taken_at_local"}


def _single(what: str, names: tuple[str, ...], file: File, word: Word, clashes: list[Clash]) -> Values:
    """What has to be stated now; nothing where the file said nothing new."""
    base, theirs = _values(file.base, names), _values(file.theirs, names)
    if _same(base, theirs) or (what == "time" and file.theirs.time_source not in WRITTEN_TIMES):
        return {}
    if word.stated.model_fields_set.isdisjoint(names):
        return theirs if file.held and not _same(_values(file.held, names), theirs) else {}
    ours = {name: getattr(word.stated if name in word.stated.model_fields_set else file.base, name) for name in names}
    if _same(ours, theirs):
        return {}
    clash = _clash(what, (base, ours, theirs), file.changed_at, _said_at(word, names))
    clashes += [clash] if clash else []
    return {} if clash and clash.resolved == "ours" else theirs


def _clash(what: str, three: tuple[Values, Values, Values], changed_at: datetime, said_at: datetime) -> Clash | None:
    """None where nothing was said here since base: then theirs is simply the newer word."""
    base, ours, theirs = three
    if _same(ours, base):
        is_gone = not any(value is not None and value != "" for value in theirs.values())
        return Clash(what, ours, theirs, "theirs", "another program took it away") if is_gone else None
    if changed_at > said_at:
        return Clash(what, ours, theirs, "theirs", "both changed it, and the file did so later")
    return Clash(what, ours, theirs, "ours", "both changed it, and it was said here later")


def _said_at(word: Word, names: tuple[str, ...]) -> datetime:
    return max((word.stated_at.get(name, LONG_AGO) for name in names), default=LONG_AGO)


def _values(source: Facts, names: tuple[str, ...]) -> Values:
    return {name: getattr(source, name) for name in names}


def _same(one: Values, other: Values) -> bool:
    return all(_equal(one[name], other[name]) for name in one)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < SAME_PLACE_DEG
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs((one - other).total_seconds()) < 1  # EXIF counts whole seconds
    return bool(one == other)


def _said_list(word: Word, name: str) -> tuple[str, ...] | None:
    return getattr(word.stated, name) if name in word.stated.model_fields_set else None


def _list(what: str, file: File, ours: tuple[str, ...] | None, clashes: list[Clash]) -> tuple[str, ...] | None:
    """The list to state now; None where there is nothing new to say."""
    people = _people(file)
    base = _without(getattr(file.base, what), people)
    theirs = _without(getattr(file.theirs, what), people)
    if ours is None and file.held is not None:
        ours = getattr(file.held, what)
    if set(base) == set(theirs) or ours is None:
        return None
    gone = set(base) - set(theirs)
    merged = tuple(dict.fromkeys([*(one for one in ours if one not in gone), *(_added(theirs, base))]))
    if set(merged) == set(ours):
        return None
    if set(ours) != set(base) and set(merged) != set(theirs):
        rule = "both changed it: what was added stays, what was taken away is gone"
        clashes.append(Clash(what, {what: list(ours)}, {what: list(theirs)}, "merged", rule))
    return merged


def _added(theirs: Iterable[str], base: Iterable[str]) -> list[str]:
    known = set(base)
    return [one for one in theirs if one not in known]


def _people(file: File) -> set[str]:
    """Names of people stand among the keywords too; whose face is whose is not told by keywords."""
    return {region.name for facts in (file.base, file.theirs) for region in facts.regions}


def _without(words: Iterable[str], people: set[str]) -> tuple[str, ...]:
    return tuple(
        word
        for word in words
        if not word.startswith(OTHERS) and word not in people and word.rpartition("/")[2] not in people
    )
