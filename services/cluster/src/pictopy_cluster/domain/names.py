"""Names and ids that follow from what they stand for: the same input gives the same id on any machine."""

import unicodedata
import uuid

SPACE = uuid.UUID("6f1c3a52-6f0e-5f0b-9a55-7c6f2d0d8a10")
"""Our own namespace; changing it would change every id."""


def printable(text: str | None) -> str:
    """Without what no database keeps and nobody reads: control characters, halves of surrogate pairs."""
    return "".join(letter for letter in text or "" if letter.isprintable()).strip()


def name_key(name: str) -> str:
    """Equal for names that a person would call the same."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def face_id_of(photo_id: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """Of a face first seen in this box. Later boxes of the same face keep it, see `matching`."""
    return uuid.uuid5(SPACE, f"face:{photo_id}:{x1:.4f}:{y1:.4f}:{x2:.4f}:{y2:.4f}").hex


def point_id_of(face_id: str) -> str:
    """Of the face's embedding in the vector collection of its model."""
    return str(uuid.UUID(face_id))


def face_of_point(point_id: str) -> str:
    return uuid.UUID(point_id).hex


def person_of_name(name: str) -> str:
    """Of the person that files call so."""
    return uuid.uuid5(SPACE, f"name:{name_key(name)}").hex


def person_of_face(face_id: str, attempt: int) -> str:
    """Of a person first seen in this face; `attempt` counts up where that id stands for someone else by now."""
    return uuid.uuid5(SPACE, f"person:{face_id}:{attempt}").hex


def event_of_photo(photo_id: str, kind: str, attempt: int) -> str:
    """Of an event or trip first seen with this photo as its earliest."""
    return uuid.uuid5(SPACE, f"{kind}:{photo_id}:{attempt}").hex


COLLECTION = "faces-"
"""How the names of our vector collections begin."""


def collection_of(model_id: str) -> str:
    """Name of the vector collection of a face embedding model."""
    slug = "".join(letter if letter.isalnum() else "-" for letter in model_id.lower())
    return f"{COLLECTION}{slug}"
