"""What a part of a query can mean, and how it narrows the search."""

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from pictopy_contracts.ids import PersonId
from pictopy_search.domain.filters import Filters, Kind
from pictopy_search.domain.periods import Period
from pictopy_search.domain.text import Term


class Meaning(Protocol):
    kind: ClassVar[str]

    @property
    def values(self) -> tuple[str, ...]:
        """What it was taken for, as text."""
        ...

    def narrow(self, filters: Filters) -> Filters: ...


@dataclass(frozen=True)
class ByPerson:
    """One of these people: a name may belong to several."""

    kind: ClassVar[str] = "person"
    values: tuple[PersonId, ...]

    def narrow(self, filters: Filters) -> Filters:
        return replace(filters, people=(*filters.people, self.values))


@dataclass(frozen=True)
class ByPeriod:
    kind: ClassVar[str] = "time"
    period: Period

    @property
    def values(self) -> tuple[str, ...]:
        return self.period.start.isoformat(), self.period.end.isoformat()

    def narrow(self, filters: Filters) -> Filters:
        return filters.between(self.period.start, self.period.end)


@dataclass(frozen=True)
class ByMonth:
    """Of any year, 1..12."""

    kind: ClassVar[str] = "month"
    month: int

    @property
    def values(self) -> tuple[str, ...]:
        return (str(self.month),)

    def narrow(self, filters: Filters) -> Filters:
        return replace(filters, month=self.month)


@dataclass(frozen=True)
class ByPlace:
    kind: ClassVar[str] = "place"
    values: tuple[str, ...]

    def narrow(self, filters: Filters) -> Filters:
        return replace(filters, place=(*filters.place, Term(self.values, is_exact=True)))


@dataclass(frozen=True)
class ByKind:
    kind: ClassVar[str] = "kind"
    value: Kind

    @property
    def values(self) -> tuple[str, ...]:
        return (self.value,)

    def narrow(self, filters: Filters) -> Filters:
        return replace(filters, kind=self.value)


@dataclass(frozen=True)
class IsFavourite:
    kind: ClassVar[str] = "favourite"

    @property
    def values(self) -> tuple[str, ...]:
        return ()

    def narrow(self, filters: Filters) -> Filters:
        return replace(filters, is_favourite=True)


@dataclass(frozen=True)
class IsScreenshot:
    kind: ClassVar[str] = "screenshot"

    @property
    def values(self) -> tuple[str, ...]:
        return ()

    def narrow(self, filters: Filters) -> Filters:
        return replace(filters, is_screenshot=True)


@dataclass(frozen=True)
class ByText:
    """Words that can be read in the picture."""

    kind: ClassVar[str] = "text"
    term: Term

    @property
    def values(self) -> tuple[str, ...]:
        return self.term.words

    def narrow(self, filters: Filters) -> Filters:
        return replace(filters, reads=(*filters.reads, self.term))


@dataclass(frozen=True)
class ByWords:
    kind: ClassVar[str] = "words"
    term: Term

    @property
    def values(self) -> tuple[str, ...]:
        return self.term.words

    def narrow(self, filters: Filters) -> Filters:
        return replace(filters, terms=(*filters.terms, self.term))
