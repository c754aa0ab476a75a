"""The kinds of stories. A new kind is one file with one class, one line here, and one test."""

from pictopy_memories.domain.candidate import Kind
from pictopy_memories.domain.kinds.best_of import BestOf
from pictopy_memories.domain.kinds.event import EventOfBefore
from pictopy_memories.domain.kinds.first_time import FirstTime
from pictopy_memories.domain.kinds.on_this_day import OnThisDay
from pictopy_memories.domain.kinds.person_years import PersonYears
from pictopy_memories.domain.kinds.place_again import PlaceAgain
from pictopy_memories.domain.kinds.rediscover import Rediscover
from pictopy_memories.domain.kinds.together import Together
from pictopy_memories.domain.kinds.trip import Trip

KINDS: tuple[Kind, ...] = (
    OnThisDay(),
    Trip(),
    EventOfBefore(),
    PersonYears(),
    Together(),
    FirstTime(),
    PlaceAgain(),
    BestOf(),
    Rediscover(),
)
