"""A made-up history with everything in it that can happen to a photo."""

from pictopy_contracts.ids import EventId, LibraryId
from pictopy_contracts.messages import (
    LibraryAdded,
    LibraryRemoved,
    Message,
    NamedRegion,
    PhotoAdded,
    PhotoChanged,
    PhotoMoved,
    PhotoRemoved,
)
from pictopy_testing import photo_messages as made_up
from pictopy_testing.photo_messages import HOME, analysis, assigned, event, file, person, photo, photo_id

WORK = LibraryId("lib-work")
PHOTO_IDS = [photo_id(number) for number in range(1, 6)]

HISTORY: tuple[Message, ...] = (
    LibraryAdded(library_id=HOME, revision=1, name="Home", root="/home"),
    LibraryAdded(library_id=WORK, revision=1, name="Work", root="/work"),
    PhotoAdded(photo=photo(1, title="At sea", keywords=("Sea", "sea", "Boat"), camera_model="X100", rating=4)),
    PhotoChanged(photo=photo(1, 2, caption="Windy", keywords=("Sea",), favourite=True, albums=("Best",))),
    PhotoMoved(photo_id=photo_id(1), revision=3, files=(file("Portugal/sunset.jpg"), file("copy.jpg", WORK))),
    PhotoAdded(photo=photo(2, kind="video", format="mp4", duration_s=4.5, taken_at_local=None)),
    PhotoRemoved(photo_id=photo_id(2), revision=2),
    PhotoChanged(photo=photo(2, 3, regions=(NamedRegion(name="Zoë", box=made_up.MIDDLE),))),
    PhotoAdded(photo=photo(3, latitude_deg=38.7, longitude_deg=-9.1)),
    PhotoRemoved(photo_id=photo_id(3), revision=4),
    PhotoAdded(photo=photo(4, files=(file("report.png", WORK),))),
    PhotoAdded(photo=photo(5, hidden=True)),
    PhotoMoved(photo_id=photo_id(5), revision=2, files=()),
    analysis(1, ["beach"], ["boat", "boat"], vector=[1.0, 0.0], phash="00000000000000ff", hours=0),
    analysis(1, ["Sea", "sky"], ["dog"], vector=[0.0, 1.0], model="other", hours=1, quality=made_up.quality(0.7)),
    analysis(2, ["sky"], vector=[0.6, 0.8], phash="00000000000000fe"),
    analysis(3, phash="0000000000000000"),
    analysis(4, model_version="v2", hours=1),
    analysis(4, ["chart"], model_version="v1", hours=1),
    assigned(1, "p-anna"),
    assigned(1, "p-anna", "p-ben", "p-eve", revision=2),
    assigned(2, "p-ben", is_face=False),
    assigned(4, "p-ben"),
    person("p-anna", face_count=1),
    person("p-anna", "Anna", revision=2),
    person("p-anna", "Anna Meier", revision=3),
    person("p-ben", "Ben", revision=1),
    person("p-ben", "Ben", revision=2, hidden=True),
    person("p-eve", "Eve", revision=1),
    person("p-eve", "Eve", revision=2, is_gone=True),
    event("e-1", "Sailing", [1, 2], place="Lisbon", trip_id=EventId("t-1")),
    event("e-1", "Sailing at dawn", [2, 3, 1], revision=2, place="Lisbon", trip_id=EventId("t-1")),
    event("e-2", "Office", [4, 1]),
    event("e-2", "Office", [4], revision=2),
    event("e-3", "Nothing", [2, 4]),
    event("e-3", "Nothing", [2, 4], revision=2, is_gone=True),
    event("t-1", "A week in Portugal", kind="trip", place="Portugal"),
    LibraryRemoved(library_id=WORK, revision=2),
)
