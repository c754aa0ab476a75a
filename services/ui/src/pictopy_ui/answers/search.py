"""What was found, and what there is to choose from."""

from datetime import datetime
from typing import Any

from pydantic import AliasChoices, Field

from pictopy_ui.answers.base import Answer, Listing


class Hit(Answer):
    photo_id: str
    kind: str = "photo"
    taken_at_local: datetime | None = None
    people: tuple[Any, ...] = ()
    tags: tuple[Any, ...] = ()
    event_id: str | None = None
    event_title: str | None = None
    places: tuple[str, ...] = ()
    favourite: bool = False
    width_px: int = 0
    height_px: int = 0
    duration_s: float | None = None


class By(Answer):
    """How the words were understood: by looking at pictures, or at words about them."""

    mode: str = ""
    why: str = ""


class Hits(Listing[Hit]):
    understood: Any = None
    by: By | None = None


class Facet(Answer):
    value: str = Field("", validation_alias=AliasChoices("value", "person_id", "event_id", "id", "key", "tag", "label"))
    label: str | None = Field(None, validation_alias=AliasChoices("label", "name", "title", "value"))
    count: int = 0

    @property
    def text(self) -> str:
        return self.label or self.value


class Facets(Answer):
    total: int | None = None
    people: tuple[Facet, ...] = ()
    tags: tuple[Facet, ...] = ()
    events: tuple[Facet, ...] = ()
    places: tuple[Facet, ...] = ()
    kinds: tuple[Facet, ...] = ()
    cameras: tuple[Facet, ...] = ()


class Bucket(Answer):
    """One stretch of the timeline, e.g. `2023-06`; an empty key stands for photos without a date."""

    key: str = Field("", validation_alias=AliasChoices("key", "bucket", "month", "start"))
    count: int = 0
