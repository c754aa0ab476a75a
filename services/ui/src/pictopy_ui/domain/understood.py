"""What search made of the words in its box, as chips."""

from collections.abc import Mapping

KINDS = {
    "text": "Words",
    "words": "Words",
    "person": "Person",
    "people": "Person",
    "tag": "Tag",
    "tags": "Tag",
    "event": "Event",
    "events": "Event",
    "place": "Place",
    "places": "Place",
    "camera": "Camera",
    "kind": "Kind",
    "favourite": "Favourites",
    "from": "From",
    "since": "From",
    "to": "Until",
    "until": "Until",
    "date": "When",
    "time": "When",
    "month": "When",
    "screenshot": "Kind",
    "order": "Order",
    "ignored": "Left out",
}


def chips(understood: object) -> tuple[tuple[str, str], ...]:
    """(what it is, which one) pairs, from a list of `{kind, label}` or a mapping of kind to value or values."""
    if isinstance(understood, str):
        return (("Words", understood),) if understood else ()
    if isinstance(understood, Mapping):
        return tuple(chip for kind, value in understood.items() for chip in _of_kind(str(kind), value))
    if isinstance(understood, list | tuple):
        return tuple(chip for entry in understood for chip in _of_entry(entry))
    return ()


def _of_entry(entry: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(entry, Mapping):
        return (("Words", str(entry)),)
    kind = str(entry.get("kind") or entry.get("type") or entry.get("field") or "text")
    return _of_kind(kind, entry.get("label") or entry.get("name") or entry.get("value") or entry.get("text"))


def _of_kind(kind: str, value: object) -> tuple[tuple[str, str], ...]:
    title = KINDS.get(kind, kind.replace("_", " ").capitalize())
    if value is True:
        return ((title, "yes"),)
    if not value:
        return ()
    if isinstance(value, list | tuple):
        return tuple(chip for one in value for chip in _of_kind(kind, one))
    if isinstance(value, Mapping):
        value = value.get("label") or value.get("name") or value.get("value") or ""
    return ((title, str(value)),)
