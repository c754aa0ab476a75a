"""Which messages exist, who owns them, and which consumer does the work of each stage."""

from itertools import chain

from pictopy_contracts import messages, statements
from pictopy_contracts.ids import PhotoId
from pictopy_contracts.messages import Message, Stage

OWNERS = ("ingest", "vision", "cluster", "search", "memories", "exif", "dead")
"""Each owner declares the stream of its name in capitals, for `<owner>.>`; any service may write to `dead`."""

STAGE_CONSUMER: dict[Stage, str] = {
    "vision": "vision__on_photo_added",
    "cluster": "cluster__on_photo_analysed",
    "search": "search__on_photo_analysed",
}
"""The durable whose handler finishes the stage: what a retry of the stage is sent to."""


def all_messages() -> dict[str, type[Message]]:
    """Subject to class, for every message of this package."""
    named = chain(vars(messages).values(), vars(statements).values())
    kinds = (kind for kind in named if isinstance(kind, type) and issubclass(kind, Message))
    return {kind.SUBJECT: kind for kind in kinds if hasattr(kind, "SUBJECT")}


def owner_of(subject: str) -> str:
    return subject.split(".", 1)[0]


def stream_of(subject: str) -> str:
    """Name of the JetStream stream that holds a subject."""
    return owner_of(subject).upper()


def retry_subject(subject: str, durable: str) -> str:
    """Where a message is sent again for one consumer only; it lies in the same stream as `subject`."""
    return f"{owner_of(subject)}.retry.{durable}"


def photo_of(message: Message) -> PhotoId | None:
    """The one photo that a message is about."""
    found = getattr(message, "photo_id", None) or getattr(getattr(message, "photo", None), "photo_id", None)
    return PhotoId(found) if found else None
