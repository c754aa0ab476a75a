"""Which engine keeps the vectors."""

from pathlib import Path

from pydantic import SecretStr

from pictopy_runtime.run import Kit
from pictopy_runtime.settings import BaseServiceSettings
from pictopy_vectors.ports import Vectors


class VectorSettings(BaseServiceSettings):
    """For services that own collections."""

    qdrant_url: str = ""
    """`http(s)://...` of a Qdrant server; empty means the embedded engine under `data_dir`/qdrant."""
    qdrant_api_key: SecretStr | None = None


def vectors_of(settings: VectorSettings, kit: Kit) -> Vectors:
    """The service's collections, and its readiness by them. The service closes them, through its exit stack."""
    key = settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None
    vectors = open_vectors(settings.qdrant_url, key, settings.data_dir / "qdrant")
    kit.add_check("qdrant", vectors.ping)
    return vectors


def open_vectors(url: str, api_key: str | None, folder: Path) -> Vectors:
    """The server at `url`, or without one the embedded engine in `folder`."""
    if url:
        from pictopy_vectors.server import ServerVectors  # noqa: PLC0415  1 s of imports only where used

        return ServerVectors(url, api_key)
    from pictopy_vectors.edge import EdgeVectors  # noqa: PLC0415  only where used, as above

    return EdgeVectors(folder)
