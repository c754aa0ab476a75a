"""Each handler, run twice with the same message, leaves the same state."""

import copy
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pictopy_contracts.ids import EventId, FaceId, LibraryId, PersonId, PhotoId
from pictopy_contracts.messages import (
    AssignedFace,
    EventChanged,
    FileRef,
    LibraryAdded,
    LibraryRemoved,
    Message,
    PersonChanged,
    Photo,
    PhotoAdded,
    PhotoChanged,
    PhotoMoved,
    PhotoPeopleAssigned,
    PhotoRemoved,
)
from pictopy_exif import consumers
from pictopy_exif.fake_library import FACE, LIBRARY, FakeLibrary, deps_for
from pictopy_exif.fakes import FakeStore
from pictopy_exif.ports import Deps

NOW = datetime(2020, 1, 1, tzinfo=UTC)
P = PhotoId("p")
FILE = FileRef(library_id=LIBRARY, path="b.jpg", size_bytes=1, modified_at=NOW)
PHOTO = Photo(
    photo_id=P, revision=100, format="jpeg", files=(FILE,), width_px=4, height_px=3, orientation=6, added_at=NOW
)
HAPPENED = {"started_at_local": datetime(2020, 1, 1), "ended_at_local": datetime(2020, 1, 2)}  # noqa: DTZ001

CASES: list[tuple[Callable[[Any, Deps], Awaitable[None]], Message]] = [
    (consumers.on_library_added, LibraryAdded(library_id=LIBRARY, revision=100, name="n", root="/moved")),
    (consumers.on_library_removed, LibraryRemoved(library_id=LibraryId("library"), revision=100)),
    (consumers.on_photo_added, PhotoAdded(photo=PHOTO)),
    (consumers.on_photo_changed, PhotoChanged(photo=PHOTO)),
    (consumers.on_photo_moved, PhotoMoved(photo_id=P, revision=100, files=(FILE,))),
    (consumers.on_photo_removed, PhotoRemoved(photo_id=P, revision=100)),
    (
        consumers.on_photo_people_assigned,
        PhotoPeopleAssigned(
            photo_id=P,
            revision=100,
            faces=(AssignedFace(face_id=FaceId("f"), box=FACE, person_id=PersonId("p-person")),),
        ),
    ),
    (consumers.on_person_changed, PersonChanged(person_id=PersonId("p-person"), revision=100, name="Beate")),
    (
        consumers.on_event_changed,
        EventChanged.model_validate(
            {"event_id": EventId("e"), "revision": 100, "title": "t", "title_source": "user", "photo_ids": (P,)}
            | HAPPENED
        ),
    ),
]


def _facts(store: FakeStore) -> dict[str, Any]:
    """All but when to look again, which a second message may put off."""
    facts = copy.deepcopy(store.__dict__)
    facts["_wishes"] = {key: (wish.state, wish.due_at is None) for key, wish in facts["_wishes"].items()}
    return facts


@pytest.mark.parametrize(("handler", "message"), CASES, ids=[case[0].__name__ for case in CASES])
async def test_a_message_handled_twice_counts_once(
    tmp_path: Path, handler: Callable[[Any, Deps], Awaitable[None]], message: Message
) -> None:
    """The same facts and the same photos to look at."""
    store = FakeStore()
    there = await FakeLibrary(tmp_path, deps_for(store)).open()
    await there.named("p", "a.jpg", "Anna")
    before = _facts(store)
    await handler(message, there.deps)
    once = _facts(store)
    await handler(message, there.deps)
    assert _facts(store) == once
    assert once != before


async def test_every_message_has_one_handler() -> None:
    """As many facts as durables."""
    assert len({spec.handler.__name__ for spec in consumers.CONSUMERS}) == len(consumers.CONSUMERS) == 13
