"""The user saw what would be written, and wants it."""

from collections.abc import AsyncIterator, Iterable

from pictopy_contracts.ids import PhotoId
from pictopy_exif.ports import Deps

_BATCH = 100


async def confirm_photos(photo_ids: Iterable[PhotoId] | None, deps: Deps) -> int:
    """None: all that anything was ever stated about. Returns how many there are."""
    count = 0
    async for photo_id in _all(deps) if photo_ids is None else _each(photo_ids):
        count += await confirm_photo(photo_id, deps)
    return count


async def confirm_photo(photo_id: PhotoId, deps: Deps) -> bool:
    """False where there is no such photo."""
    state = await deps.store.photo(photo_id)
    if state is None:
        return False
    async with deps.store.unit() as unit:
        await unit.confirm(photo_id, state.said)
        await unit.mark([photo_id], 0.0)
    return True


async def _all(deps: Deps) -> AsyncIterator[PhotoId]:
    page = await deps.store.wished("", _BATCH)
    while page:
        for photo_id in page:
            yield photo_id
        page = await deps.store.wished(page[-1], _BATCH)


async def _each(photo_ids: Iterable[PhotoId]) -> AsyncIterator[PhotoId]:
    for photo_id in photo_ids:
        yield photo_id
