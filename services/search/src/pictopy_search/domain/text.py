"""Words as the index and a query both see them: without case, accents and punctuation, in any script."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

GAP = "|"
"""Between two texts of one field: it takes a position but is no word, so no phrase runs across."""

MAX_WORDS = 2000  # words of one text; Postgres keeps positions up to 16383
MAX_WORD_CHARS = 64  # longer ones are cut, in index and query alike

_WORD = re.compile(r"[^\W_]+")
_CHUNK = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True)
class Term:
    """Folded words that must stand side by side; the last is a beginning of a word unless `is_exact`."""

    words: tuple[str, ...]
    is_exact: bool = False


@dataclass(frozen=True)
class Chunk:
    """A piece of a query as typed: what stands in quotes, or what stands between blanks."""

    text: str
    is_quoted: bool

    @property
    def words(self) -> tuple[str, ...]:
        return words_of(self.text)


def fold(text: str) -> str:
    """Lower case of any script, without accents; «Ångström» and «angstrom» are the same."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in apart if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFKC", bare.casefold())


def words_of(text: str) -> tuple[str, ...]:
    found = _WORD.findall(fold(text))
    return tuple(word[:MAX_WORD_CHARS] for word in found[:MAX_WORDS])


def key_of(text: str) -> str:
    """What two labels must share to be the same one."""
    return " ".join(words_of(text))


def joined(texts: Iterable[str | None]) -> str:
    """The folded words of several texts, kept apart by gaps."""
    keys = (key_of(text) for text in texts if text)
    return f" {GAP} ".join(key for key in keys if key)


def words_of_each(texts: Iterable[str | None]) -> list[tuple[str, ...]]:
    return [words_of(text) for text in texts if text]


def chunks_of(query: str) -> list[Chunk]:
    """An opening quote that is never closed counts to the end."""
    return [
        Chunk(match[1] if match[2] is None else match[2], is_quoted=match[2] is None)
        for match in _CHUNK.finditer(query)
    ]


def terms_of(query: str) -> tuple[Term, ...]:
    terms = (Term(chunk.words, chunk.is_quoted) for chunk in chunks_of(query))
    return tuple(term for term in terms if term.words)


def plain(text: str) -> str:
    """What Postgres and JSON can hold: no NUL, and bytes of a file name that are not UTF-8 as U+FFFD."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return shown.replace("\x00", "")
