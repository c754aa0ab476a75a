"""What typing a name under a face means."""

from collections.abc import Sequence
from dataclasses import dataclass

from pictopy_ui.answers import Person


@dataclass(frozen=True)
class Naming:
    """Either a new name, or the joining with a person who already bears it."""

    name: str
    same_as: Person | None = None


def meant(typed: str, person_id: str, others: Sequence[Person]) -> Naming | None:
    """Nothing for an empty box; upper and lower case are the same person."""
    name = " ".join(typed.split())
    if not name:
        return None
    same = (other for other in others if (other.name or "").casefold() == name.casefold())
    return Naming(name, next((other for other in same if other.person_id != person_id), None))


def name_of(person: Person) -> str:
    return person.name or "Who is this?"
