"""The query string of the lists, checked and turned into filters."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pictopy_contracts.ids import EventId, LibraryId, PersonId
from pictopy_search.domain.filters import BadQuery, Bucket, Filters, Kind, Order, parse_near
from pictopy_search.domain.periods import Period, parse_moment
from pictopy_search.domain.text import key_of, terms_of

MAX_LIMIT = 500
Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]


class FilterParams(BaseModel):
    """What `/v1/search`, `/v1/facets` and `/v1/timeline` have in common. Unknown names are refused: a filter with
    a slip of the pen would otherwise silently show everything."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[Text, Field(description="Words of people, tags, places, events, titles, captions, file names")] = ""
    understand: Annotated[bool, Field(description="Read times, names and kinds out of q; else all of it is words")] = (
        True
    )
    since: Annotated[Text | None, Field(alias="from", description="2023, 2023-06, 2023-06-15 or a local time")] = None
    to: Annotated[Text | None, Field(description="As `from`; the whole of it belongs to the span")] = None
    person: Annotated[list[Text], Field(max_length=50, description="Person ids; all must be in the photo")] = []
    tag: Annotated[list[Text], Field(max_length=50, description="Keywords, tags or objects; all must fit")] = []
    event: Text | None = None
    place: Annotated[Text | None, Field(description="Words of a place's name")] = None
    text: Annotated[Text | None, Field(description="Words that can be read in the picture")] = None
    kind: Kind | None = None
    favourite: bool | None = None
    hidden: Annotated[bool, Field(description="Only hidden photos, instead of none of them")] = False
    screenshot: bool | None = None
    camera: Text | None = None
    library: Text | None = None
    album: Text | None = None
    has_faces: bool | None = None
    min_rating: Annotated[int | None, Field(ge=-1, le=5)] = None
    near: Annotated[Text | None, Field(description="latitude,longitude,radius_km")] = None

    def filters(self) -> Filters:
        """All but `q`. Raises BadQuery."""
        since, until = _moment("from", self.since), _moment("to", self.to)
        return Filters(
            since=since.start if since else None,
            until=_end("from", "to", since, until),
            people=tuple((PersonId(person),) for person in self.person),
            labels=tuple(_key("tag", tag) for tag in self.tag),
            event=EventId(self.event) if self.event else None,
            place=terms_of(self.place or ""),
            reads=terms_of(self.text or ""),
            kind=self.kind,
            is_favourite=self.favourite,
            is_hidden=self.hidden,
            is_screenshot=self.screenshot,
            camera=_key("camera", self.camera) if self.camera else None,
            library=LibraryId(self.library) if self.library else None,
            album=self.album or None,
            has_faces=self.has_faces,
            min_rating=self.min_rating,
            near=parse_near(self.near) if self.near else None,
        )


class SearchParams(FilterParams):
    order: Annotated[Order | None, Field(description="Without one: relevance for words, else newest")] = None
    cursor: Annotated[Text | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 100


class TimelineParams(FilterParams):
    bucket: Bucket = "month"


def _moment(name: str, text: str | None) -> Period | None:
    if not text:
        return None
    period = parse_moment(text)
    if period is None:
        raise BadQuery(f"{name}: write a date such as 2023, 2023-06 or 2023-06-15, or a local time 2023-06-15T10:30:00")
    return period


def _end(first: str, last: str, since: Period | None, until: Period | None) -> datetime | None:
    if since and until and until.end <= since.start:
        raise BadQuery(f"{last}: lies before {first}")
    return until.end if until else None


def _key(name: str, text: str) -> str:
    key = key_of(text)
    if not key:
        raise BadQuery(f"{name}: «{text}» holds no letter and no digit")
    return key
