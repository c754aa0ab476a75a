"""Our own namespace: what a person said in PictoPy and no standard has a place for (docs/metadata.md)."""

from pictopy_ingest.domain.metadata.tags import Tags

PREFIX, URI = "pictopy", "https://pictopy.org/ns/1.0/"
MACHINE = "Machine"
MAX_ALBUMS = 200


def favourite(tags: Tags) -> bool | None:
    return _flag(tags, "Xmp.pictopy.Favourite")


def hidden(tags: Tags) -> bool | None:
    return _flag(tags, "Xmp.pictopy.Hidden")


def albums(tags: Tags) -> tuple[str, ...]:
    """Names, each once."""
    return tuple(dict.fromkeys(name[:200] for name in tags.texts("Xmp.pictopy.Albums")))[:MAX_ALBUMS]


def machine_tags(tags: Tags) -> tuple[str, ...]:
    """Words that a machine found and the writer was told to write; the hierarchies hold them under `Machine`."""
    return tags.texts("Xmp.pictopy.MachineTags")


def _flag(tags: Tags, key: str) -> bool | None:
    text = tags.text(key)
    return None if text is None else text.lower() in {"true", "1", "yes"}
