"""Which engine keeps the vectors."""

from pathlib import Path

from pictopy_vectors.ports import Vectors


def open_vectors(url: str, api_key: str | None, folder: Path) -> Vectors:
    """The server at `url`, or without one the embedded engine in `folder`."""
    if url:
        from pictopy_vectors.server import ServerVectors  # noqa: PLC0415  1 s of imports only where used

        return ServerVectors(url, api_key)
    from pictopy_vectors.edge import EdgeVectors  # noqa: PLC0415

    return EdgeVectors(folder)
