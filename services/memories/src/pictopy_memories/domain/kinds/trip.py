"""A journey: on its anniversary, when one has just come home, or when its turn comes round."""

from datetime import date

from pictopy_memories.domain import words
from pictopy_memories.domain.candidate import Candidate, Spread
from pictopy_memories.domain.kinds.occasions import Happening, happenings, subtitle
from pictopy_memories.domain.library import Event, Library

TRIP_BONUS = 0.1
"""A trip is more than a day's happening."""


class Trip:
    name = "trip"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        return [self._of(one) for one in happenings(library, day, _is_trip)]

    def _of(self, one: Happening) -> Candidate:
        event, occasion = one.event, one.occasion
        return Candidate(
            kind=self.name,
            key=f"trip:{event.facts.event_id}:{occasion.name}",
            subject=f"event:{event.facts.event_id}",
            title=event.facts.title,
            subtitle=subtitle(one),
            rows=one.rows,
            significance=min(1.0, one.significance + TRIP_BONUS),
            reasons=(_why(occasion.name, occasion.when), _what(event, one.photos)),
            why_slide=f"From {event.facts.title}",
            spread=Spread.DAY if event.days >= 4 else Spread.MOMENT,
        )


def _is_trip(event: Event) -> bool:
    return event.facts.kind == "trip"


def _why(occasion: str, when: str) -> str:
    if occasion == "recent":
        return f"You came home {when}"
    if occasion == "again":
        return f"A trip worth another look: {when}"
    return f"You were on this trip {when}"


def _what(event: Event, photos: int) -> str:
    days = words.count(event.days, "day")
    where = f" in {event.facts.place}" if event.facts.place else ""
    return f"{words.count(photos, 'photo')}, {days}{where}"
