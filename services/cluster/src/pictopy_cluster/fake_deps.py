"""Deps on fakes alone."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from pictopy_cluster.consumers import on_photo_added, on_photo_analysed
from pictopy_cluster.debounce import Debounce
from pictopy_cluster.fakes import MADE_AT, FakeStore
from pictopy_cluster.gallery import Galleries
from pictopy_cluster.gazetteer import NoGazetteer
from pictopy_cluster.made_up import analysed, people, photo
from pictopy_cluster.ports import Deps
from pictopy_cluster.settings import ClusterSettings
from pictopy_contracts.messages import PhotoAdded
from pictopy_runtime.workers import Workers
from pictopy_vectors.fakes import FakeVectors


def fake_deps(store: FakeStore) -> Deps:
    settings = ClusterSettings.model_validate({"token": "test-token", "data_dir": Path("/nonexistent")})
    return Deps(
        store=store,
        galleries=Galleries(FakeVectors(), settings.neighbours, settings.neighbour_floor),
        gazetteer=NoGazetteer(),
        workers=Workers(1),
        settings=settings,
        people=Debounce(0, 0, 1),
        events=Debounce(0, 0, 1),
        log_lock=asyncio.Lock(),
        now=lambda: MADE_AT,
    )


async def arrive(deps: Deps, names: Sequence[str], order: Sequence[int] | None = None) -> None:
    """One photo a minute with one face of each of these people."""
    embeddings = people(names, spread=0.4)
    for n in order if order is not None else range(len(names)):
        await on_photo_added(PhotoAdded(photo=photo(f"p{n}", n)), deps)
        await on_photo_analysed(analysed(f"p{n}", [embeddings[n]]), deps)
