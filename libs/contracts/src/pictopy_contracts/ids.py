"""Names of things that travel between services. All ids are opaque text to everyone but their maker."""

from typing import NewType

PhotoId = NewType("PhotoId", str)
"""32 lower-case hex digits: BLAKE3-128 of the coded picture itself, so a rename or a metadata edit keeps it."""

LibraryId = NewType("LibraryId", str)
FaceId = NewType("FaceId", str)
PersonId = NewType("PersonId", str)
EventId = NewType("EventId", str)
StoryId = NewType("StoryId", str)
ModelId = NewType("ModelId", str)
