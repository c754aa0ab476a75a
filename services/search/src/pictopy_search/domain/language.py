"""The words of a query that mean something to PictoPy. Another language is another table."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """All words folded (see `text.fold`)."""

    months: Mapping[str, int]
    favourite: frozenset[str]
    video: frozenset[str]
    screenshot: frozenset[str]
    text: str
    """With a colon behind it: what follows can be read in the picture."""
    before_person: frozenset[str]
    """After these, a part of a name is enough: «with Anna» finds Anna Meier."""
    before_place: frozenset[str]
    silent: frozenset[str]
    """Words that carry no wish; left out where they stand alone."""
    fillers: frozenset[str]
    """Silent words, and those that describe nothing one could see; a search by meaning passes over them."""
    kinds: Mapping[str, str]
    """Words for which models know a common name only: «girl» is found by «person»."""
    possessive: tuple[str, ...]
    ordinal: tuple[str, ...]


_ENGLISH_MONTHS = (
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may",),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep", "sept"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)

_ENGLISH_SILENT = frozenset(
    {"a", "an", "and", "at", "by", "during", "for", "from", "in", "me", "my", "near", "of", "on", "our", "show", "that"}
    | {"the", "to", "was", "where", "with", "image", "images", "photo", "photos", "pic", "pics", "picture", "pictures"}
)

_ENGLISH_FILLERS = _ENGLISH_SILENT | frozenset(
    {"about", "along", "another", "are", "around", "as", "be", "been", "behind", "being", "down", "each", "front"}
    | {"had", "has", "have", "he", "her", "his", "into", "is", "it", "its", "next", "off", "one", "onto", "other"}
    | {"out", "over", "s", "several", "she", "some", "something", "t", "their", "them", "there", "they", "this"}
    | {"three", "through", "two", "up", "us", "we", "were", "which", "while", "who"}
)

_ENGLISH_PEOPLE = (
    {"baby", "biker", "boxer", "boy", "boys", "child", "children", "climber", "couple", "crowd", "dancer", "girl"}
    | {"girls", "guy", "guys", "kid", "kids", "ladies", "lady", "man", "men", "people", "player", "players", "persons"}
    | {"rider", "skier", "surfer", "toddler", "woman", "women"}
)

ENGLISH = Language(
    months={name: number for number, names in enumerate(_ENGLISH_MONTHS, 1) for name in names},
    favourite=frozenset({"favourite", "favourites", "favorite", "favorites", "starred"}),
    video=frozenset({"video", "videos", "clip", "clips", "film", "films", "movie", "movies"}),
    screenshot=frozenset({"screenshot", "screenshots"}),
    text="text",
    before_person=frozenset({"with", "and", "of"}),
    before_place=frozenset({"at", "in", "near", "from"}),
    silent=_ENGLISH_SILENT,
    fillers=_ENGLISH_FILLERS,
    kinds=dict.fromkeys(_ENGLISH_PEOPLE, "person"),
    possessive=("'s", "’s"),
    ordinal=("st", "nd", "rd", "th"),
)
