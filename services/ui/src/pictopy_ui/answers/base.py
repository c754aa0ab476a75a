"""What every answer of a service has in common.

Readers are lenient on purpose: an older or newer service must not take a page down.
"""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

ItemT = TypeVar("ItemT")


def _texts(value: object) -> object:
    """Reasons come as plain sentences or as objects that hold one."""
    if not isinstance(value, list | tuple):
        return value
    return [item.get("text") or item.get("reason") or "" if isinstance(item, dict) else str(item) for item in value]


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


def _cursor(value: object) -> object:
    """Cursors are opaque; some services count, some spell."""
    return str(value) if isinstance(value, int) else value


Cursor = Annotated[str | None, BeforeValidator(_cursor)]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Nothing(Answer):
    """An answer of which only the success matters."""


class Listing(Answer, Generic[ItemT]):
    """One page of a list; `next` is the cursor of the page after it."""

    items: tuple[ItemT, ...] = ()
    next: Cursor = None


class Health(Answer):
    """`GET /status` of a service; `reachable` is the client's own finding."""

    service: str = ""
    version: str = ""
    ready: bool = False
    settled: bool = True
    outbox: int = 0
    pending: dict[str, int] = {}
    backlog: dict[str, int] = {}
    reachable: bool = True
