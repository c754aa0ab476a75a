"""Handlers on the fake store: twice is once, and any order ends the same."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pictopy_contracts.geometry import Box
from pictopy_contracts.ids import EventId, FaceId, LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import (
    AssignedFace,
    EventChanged,
    FileRef,
    Message,
    PersonChanged,
    Photo,
    PhotoAdded,
    PhotoAnalysed,
    PhotoChanged,
    PhotoPeopleAssigned,
    PhotoRemoved,
    PictureQuality,
    Tag,
)
from pictopy_contracts.vectors import Embedding
from pictopy_memories.consumers import CONSUMERS
from pictopy_memories.fakes import FakeStore
from pictopy_memories.ports import Deps
from pictopy_runtime.workers import Workers

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PHOTO, OTHER = PhotoId("a" * 32), PhotoId("b" * 32)


def photo(photo_id: PhotoId, revision: int, **facts: Any) -> Photo:
    return Photo.model_validate(
        {
            "photo_id": photo_id,
            "revision": revision,
            "format": "jpeg",
            "files": (FileRef(library_id=LibraryId("l"), path="a.jpg", size_bytes=1, modified_at=NOW),),
            "width_px": 300,
            "height_px": 200,
            "added_at": NOW,
            "taken_at_local": datetime(2023, 5, 4, 9, 30, 1, 5),  # noqa: DTZ001  local time is naive by contract
            "time_source": "exif",
            **facts,
        }
    )


def analysed(photo_id: PhotoId, hours: int, score: float) -> PhotoAnalysed:
    return PhotoAnalysed(
        photo_id=photo_id,
        model_version=str(hours),
        models={},
        analysed_at=NOW + timedelta(hours=hours),
        tags=(Tag(label="Web_Site", score=0.9), Tag(label="dog", score=0.1)),
        embedding=Embedding.of("m", [0.6, 0.8]),
        phash="ffffffffffffffff",
        quality=PictureQuality(sharpness=0.5, exposure=0.5, contrast=0.5, colourfulness=0.5, score=score),
    )


def assigned(revision: int, *persons: str) -> PhotoPeopleAssigned:
    box = Box(x1=0.1, y1=0.1, x2=0.4, y2=0.5)
    faces = [AssignedFace(face_id=FaceId(one), box=box, person_id=PersonId(one)) for one in persons]
    poster = AssignedFace(face_id=FaceId("poster"), box=box, person_id=PersonId("poster"), is_face=False)
    return PhotoPeopleAssigned(photo_id=PHOTO, revision=revision, faces=(*faces, poster))


def event(revision: int, **facts: Any) -> EventChanged:
    day = datetime(2023, 5, 4, 9)  # noqa: DTZ001  local time is naive by contract
    base = {"event_id": EventId("e"), "revision": revision, "title": "Picnic", "photo_ids": (PHOTO, PHOTO)}
    return EventChanged.model_validate({**base, "started_at_local": day, "ended_at_local": day, **facts})


STORY: tuple[Message, ...] = (
    PhotoAdded(photo=photo(PHOTO, 1)),
    PhotoChanged(photo=photo(PHOTO, 2, favourite=True, title="Lake")),
    PhotoRemoved(photo_id=PHOTO, revision=3),
    PhotoChanged(photo=photo(PHOTO, 4, rating=5, width_px=200, height_px=0)),
    PhotoAdded(photo=photo(OTHER, 1, time_source="mtime")),
    PhotoRemoved(photo_id=OTHER, revision=2),
    analysed(PHOTO, 1, 0.2),
    analysed(PHOTO, 2, 0.8),
    assigned(1, "anna"),
    assigned(2, "anna", "ben"),
    PersonChanged(person_id=PersonId("anna"), revision=1),
    PersonChanged(person_id=PersonId("anna"), revision=2, name="Anna\x00"),
    PersonChanged(person_id=PersonId("ben"), revision=1, name="Ben", hidden=True),
    event(1),
    event(2, title="Lake", place="Lake House", kind="trip"),
)
HANDLER: dict[type[Message], Callable[[Any, Deps], Awaitable[None]]] = {
    spec.message: spec.handler for spec in CONSUMERS
}


async def after(messages: tuple[Message, ...]) -> FakeStore:
    store = FakeStore()
    deps = Deps(store, Workers(1), lambda: NOW)
    for message in messages:
        await HANDLER[type(message)](message, deps)
    return store


def known(store: FakeStore) -> dict[str, Any]:
    """All tables but the version, which counts changes."""
    return {
        **vars(store.tables),
        "version": None,
        "photos": {k: v for k, v in store.tables.photos.items() if k not in store.tables.removed},
    }


@pytest.mark.parametrize("message", STORY, ids=lambda message: type(message).__name__)
async def test_twice_is_once(message: Message) -> None:
    """The same message again changes nothing, not even the version."""
    assert vars((await after((message, message))).tables) == vars((await after((message,))).tables)


@pytest.mark.parametrize("seed", range(20))
async def test_any_order_ends_the_same(seed: int) -> None:
    """Streams are not in step: the newest of each fact wins, whenever it comes."""
    shuffled = list(STORY) + random.Random(seed).sample(STORY, 5)
    random.Random(seed).shuffle(shuffled)
    assert known(await after(tuple(shuffled))) == known(await after(STORY))


async def test_what_is_kept() -> None:
    """The last word of each teller, without what cannot be trusted."""
    tables = (await after(STORY)).tables
    kept = tables.photos[PHOTO]
    assert (kept.revision, kept.rating, kept.favourite, kept.aspect) == (4, 5, False, 1.0)
    assert kept.taken_at_local == datetime(2023, 5, 4, 9, 30, 1)  # noqa: DTZ001  local time is naive by contract
    assert tables.removed == {OTHER}
    assert tables.photos[OTHER].taken_at_local is None
    assert (tables.looks[PHOTO].quality, tables.looks[PHOTO].labels) == (0.8, ("web site",))
    assert (tables.looks[PHOTO].phash, tables.people[PHOTO].person_ids) == (-1, ("anna", "ben"))
    assert tables.people[PHOTO].faces == 2
    assert tables.people[PHOTO].largest_face == pytest.approx(0.12)
    assert tables.persons["anna"].name == "Anna"
    assert (tables.events["e"].title, tables.events["e"].photo_ids) == ("Lake", (PHOTO,))


async def test_a_date_before_photography_is_no_date() -> None:
    """Year 1 in a broken file does not make a story of two thousand years ago."""
    store = await after((PhotoAdded(photo=photo(PHOTO, 1, taken_at_local=datetime(1, 1, 1))),))  # noqa: DTZ001  naive
    assert store.tables.photos[PHOTO].taken_at_local is None
