"""Real faces with named people, corrections and titled events: out of one database and back into another one."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pictopy_cluster.app import MIGRATIONS
from pictopy_cluster.consumers import on_photo_added, on_photo_analysed
from pictopy_cluster.deciding import Wish, decide, undo
from pictopy_cluster.exporting import export
from pictopy_cluster.fake_deps import fake_deps
from pictopy_cluster.fakes import FakeStore
from pictopy_cluster.gallery import Galleries
from pictopy_cluster.made_up import analysed, photo
from pictopy_cluster.naming_events import retitle
from pictopy_cluster.ports import Deps
from pictopy_cluster.restoring import StatementIn, restore
from pictopy_cluster.settling import settle_events, settle_people
from pictopy_cluster.store import PostgresStore
from pictopy_contracts.messages import PhotoAdded
from pictopy_contracts.statements import ClusterStated
from pictopy_testing import shared
from pictopy_testing.plugin import DatabaseFactory
from pictopy_vectors.edge import EdgeVectors

FACES, NAMED, CORRECTED, TITLED = 400, 50, 20, 10


@pytest.fixture
async def emptied(tmp_path: Path, database: DatabaseFactory) -> AsyncIterator[Deps]:
    vectors = EdgeVectors(tmp_path)
    made = fake_deps(FakeStore())
    store = PostgresStore(await database("cluster", MIGRATIONS))
    yield replace(made, store=store, galleries=Galleries(vectors, 20, 0.25))
    made.workers.close()
    await vectors.close()


async def come(deps: Deps, embedding: np.ndarray[tuple[int, int], np.dtype[np.float32]], order: list[int]) -> None:
    """Ten photos an hour apart from the next ten."""
    for n in order:
        await on_photo_analysed(analysed(f"p{n:03}", [embedding[n]]), deps)
        await on_photo_added(PhotoAdded(photo=photo(f"p{n:03}", 3 * n + 600 * (n // 10))), deps)
    await settle_people(deps)
    await settle_events(deps)


async def correct(deps: Deps, names: list[str]) -> None:
    """50 names, 20 faces put right, one name taken back, 10 titles."""
    who = [(await deps.store.faces_of_photo(f"p{n:03}"))[0] for n in range(FACES)]
    for number, name in enumerate(list(dict.fromkeys(names))[:NAMED]):
        face = await deps.store.faces_by_id([who[names.index(name)].face_id])
        person = next(iter(face.values())).person_id
        wish = Wish("name", person, name=f"Name {number}") if person else None
        await decide(wish or Wish("assign", face_ids=tuple(face), name=f"Name {number}"), deps)
    for n in range(CORRECTED):
        await decide(Wish("assign", face_ids=(who[-1 - n].face_id,), name=f"Name {n}"), deps)
    await undo(3, deps)
    for event in (await deps.store.list_events("event"))[:TITLED]:
        await retitle(event.event_id, f"Title of {event.event_id[:4]}", deps)
    await settle_people(deps)
    await settle_events(deps)


@pytest.mark.photos
async def test_the_export_is_the_same_after_a_rebuild(emptied: Deps) -> None:
    """Every person, name, decision with its number and time, event with its id and title: no difference at all."""
    data = np.load(shared.bench("embeddings") / "lfw_reid0095.npz")
    identity = data["identity"].tolist()
    count = Counter(identity)
    rows = sorted(range(len(identity)), key=lambda n: (-count[identity[n]], identity[n], n))[100 : 100 + 3 * FACES : 3]
    embedding, names = data["emb"][rows].astype(np.float32), [identity[n] for n in rows]
    old = fake_deps(FakeStore())
    await come(old, embedding, list(range(FACES)))
    await correct(old, names)
    store = old.store
    assert isinstance(store, FakeStore)
    told = {(one.kind, one.statement_id): one for one in store.published if isinstance(one, ClusterStated)}
    items = [
        StatementIn.model_validate(one.model_dump(mode="json") | {"id": one.statement_id})
        for one in told.values()
        if not one.is_gone
    ]
    assert await restore(items, emptied) == len(items)
    await come(emptied, embedding, np.random.default_rng(3).permutation(FACES).tolist())
    before, after = await export(old), await export(emptied)
    assert len(before.decisions) == NAMED + CORRECTED + 1
    assert sum(event.title_source == "user" for event in before.events) == TITLED
    assert after.model_dump_json(indent=1) == before.model_dump_json(indent=1)
    old.workers.close()
