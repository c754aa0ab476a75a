"""The library's own words with their meanings, kept in memory and made anew when the library changed."""

import asyncio
from typing import Protocol

from pictopy_search.domain.nearness import Lexicon, Wanted, lexicon_of, wanted
from pictopy_search.domain.text import Term
from pictopy_search.domain.word_vectors import WordVectors


class LexiconSource(Protocol):
    @property
    def writes(self) -> int: ...

    async def lexicon(self) -> tuple[dict[str, int], int]: ...


class Wordbook:
    def __init__(self, words: WordVectors) -> None:
        self._words = words
        self._lexicon: Lexicon | None = None
        self._at = -1
        self._making = asyncio.Lock()

    async def refresh(self, source: LexiconSource) -> None:
        """Does nothing if nothing was written since."""
        async with self._making:
            writes = source.writes
            if writes == self._at:
                return
            counted, photos = await source.lexicon()
            self._lexicon = await asyncio.to_thread(lexicon_of, counted, photos, self._words, self._lexicon)
            self._at = writes

    async def wanted(self, terms: tuple[Term, ...], source: LexiconSource) -> Wanted:
        """By the words as of the last `refresh`; the first question waits for one."""
        if self._lexicon is None:
            await self.refresh(source)
        return wanted(terms, self._lexicon or Lexicon(), self._words)
