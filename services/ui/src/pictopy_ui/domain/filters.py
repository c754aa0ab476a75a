"""What is shown in a grid, as it stands in the address of the page: so each view can be linked and Back works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self


@dataclass(frozen=True)
class Filters:
    """Empty text and empty tuples mean «any». `people` are all wanted in one photo."""

    text: str = ""
    people: tuple[str, ...] = ()
    tag: str = ""
    event: str = ""
    place: str = ""
    kind: str = ""
    camera: str = ""
    library: str = ""
    album: str = ""
    """Its name."""
    favourite: bool = False
    hidden: bool = False
    since: str = ""
    until: str = ""
    """ISO dates, both inclusive."""

    @classmethod
    def from_query(cls, query: Mapping[str, Sequence[str]]) -> Self:
        """Of the page's address; nonsense in it counts as not given."""

        def one(name: str) -> str:
            return next(iter(query.get(name, ())), "")

        return cls(
            text=one("q"),
            people=tuple(query.get("person", ())),
            tag=one("tag"),
            event=one("event"),
            place=one("place"),
            kind=one("kind") if one("kind") in {"photo", "video"} else "",
            camera=one("camera"),
            library=one("library"),
            album=one("album"),
            favourite=one("favourite") == "true",
            hidden=one("hidden") == "true",
            since=_iso_date(one("from")),
            until=_iso_date(one("to")),
        )

    def to_query(self) -> dict[str, str | list[str]]:
        """The same for the address line and for the search service; what is not set is absent."""
        named = {"q": self.text, "tag": self.tag, "event": self.event, "place": self.place, "kind": self.kind}
        named |= {
            "camera": self.camera,
            "library": self.library,
            "album": self.album,
            "from": self.since,
            "to": self.until,
        }
        query: dict[str, str | list[str]] = {name: value for name, value in named.items() if value}
        if self.people:
            query["person"] = list(self.people)
        flags = {"favourite": self.favourite, "hidden": self.hidden}
        return query | {name: "true" for name, is_set in flags.items() if is_set}

    @property
    def is_empty(self) -> bool:
        return self == type(self)()

    def without(self, name: str, value: str = "") -> Self:
        """A wider view: one filter (or one of the people) taken away."""
        if name == "people":
            return replace(self, people=tuple(person for person in self.people if person != value))
        return type(self)(**{field: kept for field, kept in vars(self).items() if field != name})


def _iso_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
