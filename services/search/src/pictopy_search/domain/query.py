"""«beach 2023 with Anna favourites» to filters. Pure: the people and places one may name are given.

Left to right, the first reading that fits and within it the longest name wins; what nothing claims is a word to
search for. Text in quotes is never interpreted. Several times make one span: «from 2021 to june 2023».
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pictopy_contracts.ids import PersonId
from pictopy_search.domain.filters import Filters
from pictopy_search.domain.language import ENGLISH, Language
from pictopy_search.domain.meanings import (
    ByKind,
    ByMonth,
    ByPeriod,
    ByPerson,
    ByPlace,
    ByText,
    ByWords,
    IsFavourite,
    IsScreenshot,
    Meaning,
)
from pictopy_search.domain.periods import parse_date, period_of, span
from pictopy_search.domain.text import Chunk, Term, chunks_of, words_of

YEARS = range(1826, 2200)
"""Four digits in a query are a year if there can be a photo of it: the oldest known is of 1826."""

MAX_NAME_CHUNKS = 6

Words: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Names by their folded words."""

    people: Mapping[Words, tuple[PersonId, ...]] = field(default_factory=dict)
    places: frozenset[Words] = frozenset()
    language: Language = ENGLISH

    @classmethod
    def of(cls, names: Iterable[tuple[PersonId, str]], places: Iterable[str]) -> "Vocabulary":
        people: dict[Words, tuple[PersonId, ...]] = {}
        for person_id, name in sorted(names):
            words = words_of(name)
            people[words] = (*people.get(words, ()), person_id)
        return cls(people, frozenset(words_of(place) for place in places))


Reading: TypeAlias = tuple[int, Meaning]
"""How many chunks it takes, and what they mean."""


@dataclass(frozen=True)
class Understood:
    """One part of the query: the text as typed and what it was taken for."""

    text: str
    meaning: Meaning


def understand(query: str, vocabulary: Vocabulary) -> tuple[Understood, ...]:
    chunks = chunks_of(query)
    parts: list[Understood] = []
    while chunks:
        size, meaning = _read(chunks, vocabulary)
        if meaning is not None:
            parts.append(Understood(" ".join(chunk.text for chunk in chunks[:size]), meaning))
        chunks = chunks[size:]
    return tuple(parts)


def words_only(query: str) -> tuple[Understood, ...]:
    """Nothing interpreted: every part is a word or a quoted phrase."""
    terms = ((chunk, Term(chunk.words, chunk.is_quoted)) for chunk in chunks_of(query))
    return tuple(Understood(chunk.text, ByWords(term)) for chunk, term in terms if term.words)


def narrowed(filters: Filters, parts: Sequence[Understood]) -> Filters:
    """The filters with all that was understood added."""
    for part in _with_one_period(parts):
        filters = part.narrow(filters)
    return filters


def _with_one_period(parts: Sequence[Understood]) -> list[Meaning]:
    meanings = [part.meaning for part in parts]
    periods = [meaning.period for meaning in meanings if isinstance(meaning, ByPeriod)]
    others = [meaning for meaning in meanings if not isinstance(meaning, ByPeriod)]
    return [*others, ByPeriod(span(periods))] if periods else others


def _read(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> tuple[int, Meaning | None]:
    if not chunks[0].is_quoted:
        for reader in _READERS:
            reading = reader(chunks, vocabulary)
            if reading is not None:
                return reading
    words = chunks[0].words
    is_silent = not words or (not chunks[0].is_quoted and set(words) <= vocabulary.language.silent)
    return 1, None if is_silent else ByWords(Term(words, chunks[0].is_quoted))


def _person(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> Reading | None:
    """A whole name; or after «with» and its like a whole name, else a part of one."""
    people, language = vocabulary.people, vocabulary.language
    named = _longest(chunks, people, language)
    if named is not None:
        return named[0], ByPerson(people[named[1]])
    if not _one_of(chunks[0], language.before_person):
        return None
    named = _longest(chunks[1:], people, language) or _longest(chunks[1:], _parts_of(people), language)
    if named is None:
        return None
    bearers = people.get(named[1]) or _bearers(named[1], people)
    return named[0] + 1, ByPerson(bearers)


def _place(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> Reading | None:
    if not _one_of(chunks[0], vocabulary.language.before_place):
        return None
    named = _longest(chunks[1:], vocabulary.places, vocabulary.language)
    return None if named is None else (named[0] + 1, ByPlace(named[1]))


def _favourite(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> Reading | None:
    return (1, IsFavourite()) if _one_of(chunks[0], vocabulary.language.favourite) else None


def _kind(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> Reading | None:
    if _one_of(chunks[0], vocabulary.language.video):
        return 1, ByKind("video")
    return (1, IsScreenshot()) if _one_of(chunks[0], vocabulary.language.screenshot) else None


def _read_in_picture(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> Reading | None:
    """«text:receipt», or «text:» before a word or a phrase in quotes."""
    prefix, colon, rest = chunks[0].text.partition(":")
    if not colon or words_of(prefix) != (vocabulary.language.text,):
        return None
    if words_of(rest):
        return 1, ByText(Term(words_of(rest)))
    if rest or len(chunks) < 2 or not chunks[1].words:
        return None
    return 2, ByText(Term(chunks[1].words, chunks[1].is_quoted))


def _time(chunks: Sequence[Chunk], vocabulary: Vocabulary) -> Reading | None:
    """An ISO date, or up to three chunks that together give a year, a month and a day in any order."""
    text = chunks[0].text.strip(",.;")
    iso = parse_date(text) if "-" in text else None
    if iso is not None:
        return 1, ByPeriod(iso)
    for size in (3, 2, 1):
        dated = _dated(chunks[:size], vocabulary.language) if len(chunks) >= size else None
        if dated is not None:
            return size, dated
    return None


def _dated(chunks: Sequence[Chunk], language: Language) -> ByPeriod | ByMonth | None:
    parts = [_calendar_part(chunk, language) for chunk in chunks]
    known = dict(part for part in parts if part is not None)
    if len(known) < len(chunks) or known.keys() in ({"day"}, {"day", "month"}, {"day", "year"}):
        return None
    if "year" not in known:
        return ByMonth(known["month"])
    period = period_of(known["year"], known.get("month"), known.get("day"))
    return None if period is None else ByPeriod(period)


def _calendar_part(chunk: Chunk, language: Language) -> tuple[str, int] | None:
    words = () if chunk.is_quoted else chunk.words
    if len(words) != 1:
        return None
    if words[0] in language.months:
        return "month", language.months[words[0]]
    digits = _without_ending(words[0], language.ordinal)
    if not digits.isascii() or not digits.isdigit():
        return None
    number = int(digits)
    if len(digits) == 4 and digits == words[0] and number in YEARS:
        return "year", number
    return ("day", number) if len(digits) <= 2 and 1 <= number <= 31 else None


_READERS: tuple[Callable[[Sequence[Chunk], Vocabulary], Reading | None], ...] = (
    _read_in_picture,
    _person,
    _place,
    _time,
    _favourite,
    _kind,
)


def _longest(
    chunks: Sequence[Chunk], names: Mapping[Words, object] | frozenset[Words], language: Language
) -> tuple[int, Words] | None:
    """The most chunks from the start that together are a name, with or without its possessive ending."""
    for size in range(min(len(chunks), MAX_NAME_CHUNKS), 0, -1):
        if any(chunk.is_quoted for chunk in chunks[:size]):
            continue
        last = chunks[size - 1].text
        for ending in (last, _without_ending(last.rstrip(",.;"), language.possessive)):
            texts = [*(chunk.text for chunk in chunks[: size - 1]), ending]
            words = tuple(word for text in texts for word in Chunk(text, is_quoted=False).words)
            if words in names:
                return size, words
    return None


def _parts_of(people: Iterable[Words]) -> frozenset[Words]:
    """Any words of a name that stand side by side."""
    return frozenset(part for name in people for part in _parts(name))


def _parts(name: Words) -> Iterator[Words]:
    for start in range(len(name)):
        for end in range(start + 1, min(start + MAX_NAME_CHUNKS, len(name)) + 1):
            yield name[start:end]


def _bearers(part: Words, people: Mapping[Words, tuple[PersonId, ...]]) -> tuple[PersonId, ...]:
    bearers = (ids for name, ids in people.items() if part in _parts(name))
    return tuple(sorted({person_id for ids in bearers for person_id in ids}))


def _one_of(chunk: Chunk, words: frozenset[str]) -> bool:
    return not chunk.is_quoted and len(chunk.words) == 1 and chunk.words[0] in words


def _without_ending(text: str, endings: Sequence[str]) -> str:
    return next((text.removesuffix(ending) for ending in endings if text.endswith(ending)), text)
