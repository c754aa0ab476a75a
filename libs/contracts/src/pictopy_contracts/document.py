"""Prints docs/messages.md from the messages themselves: `python -m pictopy_contracts.document`."""

import sys
from collections.abc import Iterator

from pictopy_contracts.messages import Message
from pictopy_contracts.registry import all_messages, owner_of, stream_of


def page() -> str:
    """The whole page; the same messages give the same text."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Messages"
    yield ""
    yield "Written by `make docs` from `libs/contracts`. Every fact that travels on NATS, by the service that owns it."
    owner = ""
    for subject, kind in all_messages().items():
        if owner_of(subject) != owner:
            owner = owner_of(subject)
            yield f"\n## {owner} (stream `{stream_of(subject)}`)"
        yield from _message(subject, kind)


def _message(subject: str, kind: type[Message]) -> Iterator[str]:
    yield f"\n### `{subject}`\n"
    yield " ".join((kind.__doc__ or "").split())
    yield "\n| field | type | default |\n|---|---|---|"
    for name, about in kind.model_fields.items():
        default = "required" if about.is_required() else f"`{about.get_default(call_default_factory=False)!r}`"
        yield f"| `{name}` | `{_type_name(about.annotation)}` | {default} |"


MODULES = (
    "typing.",
    "datetime.",
    *(f"pictopy_contracts.{name}." for name in ("messages", "statements", "geometry", "ids", "vectors")),
)


def _type_name(annotation: object) -> str:
    plain = isinstance(annotation, type) and not hasattr(annotation, "__args__")
    text = annotation.__name__ if isinstance(annotation, type) and plain else str(annotation)
    for module in MODULES:
        text = text.replace(module, "")
    return text.replace("|", "or")


if __name__ == "__main__":
    sys.stdout.write(page())
