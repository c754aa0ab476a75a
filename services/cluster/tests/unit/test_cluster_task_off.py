"""A model that is taken away leaves what it found."""

from datetime import timedelta

from pictopy_cluster.consumers import on_photo_analysed
from pictopy_cluster.fake_deps import fake_deps
from pictopy_cluster.fakes import FakeStore
from pictopy_cluster.made_up import NOON, analysed, people
from pictopy_contracts.ids import ModelId


async def test_faces_stay_when_nobody_looks_for_faces_any_more() -> None:
    """A later look by other models alone drops no face; one that looked for faces and found none does."""
    store = FakeStore()
    deps = fake_deps(store)
    await on_photo_analysed(analysed("p", list(people(["anna", "ben"]))), deps)
    before = dict(store.tables.faces)
    later = analysed("p", [], NOON + timedelta(hours=1))
    for _ in range(2):
        await on_photo_analysed(later.model_copy(update={"models": {"objects": ModelId("o")}}), deps)
    assert store.tables.faces == before
    looked = later.model_copy(update={"analysed_at": NOON + timedelta(hours=2), "models": {"faces": ModelId("f")}})
    await on_photo_analysed(looked, deps)
    assert store.tables.faces == {}
