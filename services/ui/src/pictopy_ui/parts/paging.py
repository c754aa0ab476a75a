"""Lists that come page by page."""

from collections.abc import Callable
from typing import TypeVar

from pictopy_ui.answers import Listing
from pictopy_ui.parts.trouble import ask

T = TypeVar("T")


def gathered(fetch: Callable[[str | None], Listing[T]], enough: Callable[[int, int], bool]) -> Listing[T] | None:
    """Pages put together until `enough(pages, items)`; None where one of them cannot be had."""
    found: list[T] = []
    cursor: str | None = None
    pages = 0
    while True:
        page = ask(lambda: fetch(cursor), None)  # noqa: B023  # called at once, within this turn
        if page is None:
            return None
        found += page.items
        cursor, pages = page.next, pages + 1
        if not cursor or enough(pages, len(found)):
            return Listing(items=tuple(found), next=cursor)


def first_pages(fetch: Callable[[str | None], Listing[T]], count: int) -> Listing[T] | None:
    return gathered(fetch, lambda pages, _: pages >= count)
