"""A small picture to write into, and what another program reads from it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image


def make_jpeg(path: Path, orientation: int = 1, size: tuple[int, int] = (40, 30)) -> bytes:
    """A small picture with EXIF, whose stored size is `size`."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "PictoPy test"
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    image.save(path, exif=exif, quality=90)
    return path.read_bytes()


def exiftool(*arguments: str, check: bool = True) -> bytes:
    """What the program prints. `check`: an exit code but 0 fails the test."""
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool is not installed: it is the other program of this test")
    return subprocess.run([program, *arguments], capture_output=True, check=check).stdout


def by_exiftool(path: Path) -> dict[str, Any]:
    found = json.loads(exiftool("-struct", "-j", "-XMP:all", "-charset", "filename=utf8", str(path)))
    return dict(found[0])


def listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
