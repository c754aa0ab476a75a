"""What people said, in a form that its owner can take back: the journal's lines, as they travel on NATS."""

from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import Message, Part


class Statement(Message):
    """Something that was said about photos, in its owner's own words: `POST /v1/restore` of the owner takes it back.

    The exif service keeps all statements in the journal of the libraries that they concern, so that the databases can
    be rebuilt from the files. A later revision replaces an earlier one.
    """

    kind: str
    """The owner's word for it: photo, album, decision, event, seen, feedback ..."""
    statement_id: str
    """Unique among the statements of its owner and kind."""
    revision: int
    by: Literal["user", "auto"] = "user"
    """`auto`: what PictoPy did and should remember; alone it is no reason to begin a journal."""
    photo_ids: tuple[PhotoId, ...] = ()
    """The photos that it concerns; empty: every library's."""
    body: dict[str, JsonValue]
    is_gone: bool = False


class IngestStated(Statement):
    """Said of a photo or an album."""

    SUBJECT: ClassVar[str] = "ingest.statement.made.v1"


class ClusterStated(Statement):
    """Said of faces, people or events."""

    SUBJECT: ClassVar[str] = "cluster.statement.made.v1"


class MemoriesStated(Statement):
    """A story was seen, judged or shown."""

    SUBJECT: ClassVar[str] = "memories.statement.made.v1"


class JournalItem(Part):
    """A statement as the journal holds it and `POST /v1/restore` of its owner takes it back."""

    kind: str
    id: str
    revision: int
    photo_ids: tuple[PhotoId, ...] = ()
    body: dict[str, JsonValue] = Field(default_factory=dict)
    is_gone: bool = False
