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
    before_person: frozenset[str]
    """After these, a part of a name is enough: «with Anna» finds Anna Meier."""
    before_place: frozenset[str]
    silent: frozenset[str]
    """Words that carry no wish; left out where they stand alone."""
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

ENGLISH = Language(
    months={name: number for number, names in enumerate(_ENGLISH_MONTHS, 1) for name in names},
    favourite=frozenset({"favourite", "favourites", "favorite", "favorites", "starred"}),
    video=frozenset({"video", "videos", "clip", "clips", "film", "films", "movie", "movies"}),
    screenshot=frozenset({"screenshot", "screenshots"}),
    before_person=frozenset({"with", "and", "of"}),
    before_place=frozenset({"at", "in", "near", "from"}),
    silent=_ENGLISH_SILENT,
    possessive=("'s", "’s"),
    ordinal=("st", "nd", "rd", "th"),
)
