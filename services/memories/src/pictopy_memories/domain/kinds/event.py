"""A happening of a day or an evening: its anniversary, the weeks after it, or its turn."""

from datetime import date

from pictopy_memories.domain import words
from pictopy_memories.domain.candidate import Candidate
from pictopy_memories.domain.kinds.occasions import Happening, happenings, subtitle
from pictopy_memories.domain.library import Event, Library

FIT_MIN = 8
"""A happening with fewer fit photos was an ordinary hour."""
TITLED_BONUS = 0.1
"""Somebody gave it a name, or it has a place."""


class EventOfBefore:
    name = "event"

    def candidates(self, library: Library, day: date) -> list[Candidate]:
        return [self._of(one) for one in happenings(library, day, _is_event, FIT_MIN)]

    def _of(self, one: Happening) -> Candidate:
        occasion, facts = one.occasion, one.event.facts
        return Candidate(
            kind=self.name,
            key=f"event:{facts.event_id}:{occasion.name}",
            subject=f"event:{facts.event_id}",
            title=facts.title,
            subtitle=subtitle(one),
            rows=one.rows,
            significance=min(1.0, one.significance + TITLED_BONUS * bool(facts.place)),
            reasons=(
                f"From {occasion.when}" if occasion.name == "again" else f"It happened {occasion.when}",
                f"{words.count(one.photos, 'photo')} of it",
            ),
            why_slide=f"From {facts.title}",
        )


def _is_event(event: Event) -> bool:
    """Parts of a trip are told by the trip."""
    return event.facts.kind == "event" and event.facts.trip_id is None
