"""What people said, out of the database and back into an empty one: the same export, whatever comes in which order."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictopy_cluster.app import SERVICE
from pictopy_cluster.consumers import on_photo_added, on_photo_analysed
from pictopy_cluster.deciding import Wish, decide, undo
from pictopy_cluster.domain.statements import Decision, Place
from pictopy_cluster.exporting import export
from pictopy_cluster.fake_deps import fake_deps
from pictopy_cluster.fakes import MADE_AT, FakeStore
from pictopy_cluster.made_up import analysed, box, people, photo
from pictopy_cluster.naming_events import retitle
from pictopy_cluster.ports import Deps
from pictopy_cluster.restoring import StatementIn, restore
from pictopy_cluster.settling import settle_events, settle_people
from pictopy_cluster.stating import FACES_AT_ONCE, statements_of
from pictopy_contracts.messages import PhotoAdded
from pictopy_contracts.statements import ClusterStated
from pictopy_runtime.errors import AppError
from pictopy_testing.plugin import ClientFactory

NAMES = ["anna"] * 5 + ["ben"] * 4 + ["cleo"] * 3 + ["dan", "eve"]
EMBEDDINGS = people(NAMES, spread=0.45, seed=2)
MINUTES = [5.0 * n + (300 if n > 4 else 0) + (50_000 if n > 9 else 0) for n in range(len(NAMES))]
"""Three events."""


def ticking() -> Any:
    """A clock of its own seconds, so that no two decisions are of one time."""
    count = iter(range(10**6))
    return lambda: MADE_AT + timedelta(seconds=next(count))


def new_deps() -> Deps:
    return replace(fake_deps(FakeStore()), now=ticking())


async def come(deps: Deps, which: Sequence[int]) -> None:
    for n in which:
        await on_photo_analysed(analysed(f"p{n:02d}", [EMBEDDINGS[n]]), deps)
        await on_photo_added(PhotoAdded(photo=photo(f"p{n:02d}", MINUTES[n])), deps)


async def settle(deps: Deps) -> None:
    await settle_people(deps)
    await settle_events(deps)


def journal(deps: Deps) -> list[StatementIn]:
    """As the exif service keeps it: the newest of each, in any order that is always the same; what is gone is not."""
    assert isinstance(deps.store, FakeStore)
    newest: dict[tuple[str, str], ClusterStated] = {}
    for message in deps.store.published:
        if isinstance(message, ClusterStated):
            old = newest.get((message.kind, message.statement_id))
            if old is None or message.revision >= old.revision:
                newest[message.kind, message.statement_id] = message
    kept = [one for _, one in sorted(newest.items()) if not one.is_gone]
    return [StatementIn.model_validate(one.model_dump(mode="json") | {"id": one.statement_id}) for one in kept]


async def say(deps: Deps, kind: str, one: int, other: int) -> None:
    """A random thing that a person says of the faces of two photos; what cannot be said is not."""
    first, second = [(await deps.store.faces_of_photo(f"p{n:02d}"))[0] for n in (one, other)]
    wishes = {
        "name": Wish("name", first.person_id, name=f"Name {one % 3}", merge=True),
        "same": Wish("same", first.person_id, second.person_id),
        "not_same": Wish("not_same", second.person_id, face_ids=(first.face_id,)),
        "apart": Wish("not_same", first.person_id, second.person_id),
        "not_a_face": Wish("not_a_face", face_ids=(first.face_id,)),
        "hide": Wish("hide", first.person_id),
        "assign": Wish("assign", face_ids=(first.face_id, second.face_id), name=f"Zoe {other % 2}"),
    }
    try:
        if kind == "undo":
            await undo(1 + one % (len(await deps.store.decisions()) or 1), deps)
        elif kind == "title":
            events = await deps.store.list_events("event")
            await retitle(events[one % len(events)].event_id, f"Title {other}", deps)
        else:
            await decide(wishes[kind], deps)
    except AppError as error:
        assert error.status in (404, 409, 422)  # noqa: PT017  which of them is no matter here


async def shown(deps: Deps) -> str:
    return (await export(deps)).model_dump_json(indent=1)


PLACES = st.integers(0, len(NAMES) - 1)
KINDS = st.sampled_from(["name", "same", "not_same", "apart", "not_a_face", "hide", "assign", "undo", "title"])


@given(
    st.lists(st.tuples(KINDS, PLACES, PLACES), max_size=7),
    st.permutations(range(len(NAMES))),
    st.permutations(range(len(NAMES))),
    st.integers(0, len(NAMES)),
    st.integers(0, len(NAMES)),
)
@settings(max_examples=30, deadline=None)
def test_a_library_comes_back_as_it_was(
    said: list[tuple[str, int, int]], first: list[int], second: list[int], restored_after: int, settled_after: int
) -> None:
    """Whatever was said, in whatever order photos come, whether the journal comes before, among or after them."""

    async def before_and_after() -> tuple[str, str]:
        old, new = new_deps(), new_deps()
        await come(old, first)
        await settle(old)
        for kind, one, other in said:
            await say(old, kind, one, other)
            await settle(old)
        await come(new, second[:restored_after])
        items = journal(old)
        count = await restore(items[::2], new) + await restore(
            items[1::2], new
        )  # as batches of a journal, in any order
        assert count == len(items) or restored_after
        assert await restore(items, new) == 0
        for n in range(restored_after, len(second)):
            await come(new, [second[n]])
            if n == settled_after:
                await settle(new)
        await settle(new)
        assert [(item.kind, item.id) for item in journal(new)] == [(item.kind, item.id) for item in journal(old)]
        return await shown(old), await shown(new)

    old, new = asyncio.run(before_and_after())
    assert new == old


async def test_faces_that_a_newer_detector_draws_elsewhere_are_found_by_their_boxes() -> None:
    """A name stands over the same face though its box, and so its id, is another one; in either order."""
    old = new_deps()
    await come(old, range(5))
    await settle(old)
    person = (await old.store.faces_of_photo("p00"))[0].person_id
    await decide(Wish("name", person, name="Anna"), old)
    for restore_first in (True, False):
        new = new_deps()
        if restore_first:
            await restore(journal(old), new)
        for n in range(5):
            message = analysed(f"p{n:02d}", [EMBEDDINGS[n]])
            moved = message.faces[0].box.model_copy(update={"x1": 0.02, "y1": 0.21, "x2": 0.12})
            faces = (message.faces[0].model_copy(update={"box": moved}),)
            await on_photo_analysed(message.model_copy(update={"faces": faces}), new)
            await on_photo_added(PhotoAdded(photo=photo(f"p{n:02d}", MINUTES[n])), new)
        if not restore_first:
            await settle(new)
            await restore(journal(old), new)
        await settle(new)
        found = await new.store.list_people()
        assert [(one.name, one.person_id, one.face_count) for one in found] == [("Anna", person, 5)]
        ids = {face.face_id for face in await new.store.faces()}
        assert ids == {face.face_id for face in await old.store.faces()}
        assert {face.box.x1 for face in await new.store.faces()} == {0.02}


async def test_photos_that_do_not_come_back_hold_nothing_up() -> None:
    """What was said of them waits unseen; the people of the others are right."""
    old, new = new_deps(), new_deps()
    await come(old, range(9))
    await settle(old)
    for n in (0, 5):
        person = (await old.store.faces_of_photo(f"p{n:02d}"))[0].person_id
        await decide(Wish("name", person, name=f"Name {n}"), old)
    await restore(journal(old), new)
    await settle(new)
    assert (await export(new)).people == []
    await come(new, range(1, 5))
    await settle(new)
    assert [(one.name, len(one.faces)) for one in (await export(new)).people] == [("Name 0", 4)]
    assert len((await export(new)).decisions) == 2


async def test_what_was_said_before_statements_were_published_is_stated_once() -> None:
    """Decisions of an older version are published at the first run, with their faces where they are now."""
    deps = new_deps()
    await come(deps, range(5))
    await settle(deps)
    person = (await deps.store.faces_of_photo("p00"))[0].person_id
    said = await decide(Wish("name", person, name="Anna"), deps)
    await undo(said.decision_id, deps)
    store = deps.store
    assert isinstance(store, FakeStore)
    told = [item for item in journal(deps) if item.kind == "decision"]
    store.tables.sent = {key: m for key, m in store.tables.sent.items() if not isinstance(m, ClusterStated)}
    store.tables.unstated, store.tables.places = {1, 2}, {1: {}, 2: {}}
    await settle_people(deps)
    assert [item for item in journal(deps) if item.kind == "decision"] == told
    count = len(store.published)
    await settle_people(deps)
    assert len(store.published) == count


def test_a_decision_about_many_faces_comes_in_parts() -> None:
    """No statement is larger than NATS takes, and the parts in any order give the whole decision back."""
    faces = tuple(f"{n:032x}" for n in range(2 * FACES_AT_ONCE + 5))
    places = {face: Place(f"{n:032x}", box(n % 8)) for n, face in enumerate(faces)}
    row = Decision(7, "name", "a" * 32, name="Anna", anchors={"a" * 32: faces}, said_id="s")
    parts = statements_of(row, MADE_AT, places)
    assert len(parts) == 3
    assert max(len(part.model_dump_json()) for part in parts) < 900_000

    async def back() -> list[tuple[Decision, datetime]]:
        deps = new_deps()
        items = [StatementIn.model_validate(p.model_dump(mode="json") | {"id": p.statement_id}) for p in parts]
        assert await restore(items[::-1], deps) == 3
        assert len(await deps.store.faces()) == len(faces)
        return await deps.store.decisions()

    assert asyncio.run(back()) == [(row, MADE_AT)]


@pytest.fixture
async def client(client_for: ClientFactory) -> httpx.AsyncClient:
    return await client_for(SERVICE, new_deps())


async def test_restoring_over_http(client: httpx.AsyncClient) -> None:
    """Says how many were new; what is no statement of ours is refused by name."""
    old = new_deps()
    await come(old, range(5))
    await settle(old)
    await decide(Wish("name", (await old.store.faces_of_photo("p00"))[0].person_id, name="Anna"), old)
    items = [item.model_dump(mode="json") for item in journal(old)]
    answer = await client.post("/v1/restore", json={"items": items})
    assert answer.json() == {"restored": len(items), "skipped": 0}
    again = await client.post("/v1/restore", json={"items": [*items, {"kind": "other", "id": "x", "body": {}}]})
    assert again.json() == {"restored": 0, "skipped": len(items) + 1}
    bad = await client.post("/v1/restore", json={"items": [{"kind": "decision", "id": "x", "body": {}}]})
    assert bad.status_code == 422
    assert "decision x" in bad.json()["detail"]
    assert (await client.get("/v1/export")).json()["decisions"][0]["name"] == "Anna"
