"""What search does for ever beside its consumers."""

import asyncio

from pictopy_search import changes
from pictopy_search.ports import Deps

LOOK_S = 10.0  # how old the words may be that a search by meaning knows


async def keep_words(deps: Deps) -> None:
    while True:
        await deps.wordbook.refresh(deps.store)
        await asyncio.sleep(LOOK_S)


async def keep_models(deps: Deps) -> None:
    await changes.keep_following(deps)
