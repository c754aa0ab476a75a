"""What was seen, said and shown, told to those who keep it, and taken back from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from pictopy_contracts.statements import JournalItem
from pictopy_memories.domain.said import (
    SeenBody,
    SeenStory,
    ShownBody,
    SpokenBody,
    gone_statement,
    seen_statement,
    shown_statement,
    spoken_statement,
)
from pictopy_memories.ports import Deps, Unit
from pictopy_memories.ports_said import Spoken


async def tell(unit: Unit, deps: Deps) -> None:
    """In the transaction of each change, and once at the start for what was said before statements were told."""
    untold = await unit.untold()
    if not untold:
        return
    revision = int(deps.now().timestamp() * 1000)
    for statement in (
        *(shown_statement(story, revision) for story in untold.shown),
        *(gone_statement(story_id, revision) for story_id in untold.gone),
        *(seen_statement(one.story, one.seen_at) for one in untold.seen),
        *(spoken_statement(one.verdict, one.said_at) for one in untold.spoken),
    ):
        await unit.publish(statement, f"{statement.kind}:{statement.statement_id}:{statement.revision}:stated")
    await unit.mark_told(revision)


@dataclass
class Restored:
    restored: int = 0
    skipped: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Id and reason of what cannot be understood."""


async def restore(deps: Deps, items: Sequence[JournalItem]) -> Restored:
    """Before or after the photos are there. Idempotent: what is known is skipped, and so is what is not ours.

    What came back is told again as it was."""
    done = Restored()
    async with deps.store.unit() as unit:
        for item in items:
            try:
                is_news = await _restore(unit, item)
            except ValidationError as error:
                done.refused.append((item.id, "; ".join(one["msg"] for one in error.errors()[:3])))
                continue
            done.restored += is_news
            done.skipped += not is_news
        await tell(unit, deps)
    return done


async def _restore(unit: Unit, item: JournalItem) -> bool:
    match item.kind:
        case "shown" if item.is_gone:
            return await unit.restore_gone(item.id, item.revision)
        case "shown":
            story = ShownBody.model_validate(item.body).story
            is_news = await unit.restore_shown(story, item.revision)
            if is_news:
                again = shown_statement(story, item.revision)
                await unit.publish(again, f"shown:{item.id}:{item.revision}:stated")
            return is_news
        case "seen":
            seen = SeenBody.model_validate(item.body)
            return await unit.restore_seen(SeenStory(seen.story, seen.seen_at))
        case "feedback":
            spoken = SpokenBody.model_validate(item.body)
            return await unit.restore_spoken(Spoken(spoken.verdict, spoken.said_at))
    return False
