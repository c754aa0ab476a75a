"""Real photos and models for tests, where a checkout has them beside it; never part of the repository."""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("PICTOPY_SHARED", Path(__file__).resolve().parents[5] / "shared"))


def photos(name: str) -> Path:
    """Folder of a photo set (see its MANIFEST); skips the test where it is absent."""
    return _folder("photos", name)


def models() -> Path:
    """Folder that serves as PICTOPY_MODELS_MIRROR; skips the test where it is absent."""
    return _folder("models")


def bench(name: str) -> Path:
    """A file of the benchmark data; skips the test where it is absent."""
    return _folder("bench", name)


def _folder(*parts: str) -> Path:
    path = ROOT.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(parts)} under PICTOPY_SHARED, which is not on this machine")
    return path
