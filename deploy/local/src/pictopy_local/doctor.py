"""`pictopy doctor`: each part, its version, its health, and what to do in plain words."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from rich.table import Table

from pictopy_engines import EngineError, nats_server, postgres_bin_dir
from pictopy_local.client import ApiError
from pictopy_local.data_dir import DataDir
from pictopy_local.say import tables
from pictopy_local.services import ALL, ServiceSpec
from pictopy_local.session import Session, guest_session

LOW_DISK_BYTES = 2 << 30
FEW_WATCHES = 65_536
"""Folders that the kernel watches for one user; Debian's default is 8,192 to 1,048,576 by memory."""


@dataclass(frozen=True)
class Finding:
    """`advice` says what to do, or nothing where all is well."""

    part: str
    health: Literal["ok", "note", "bad"]
    version: str = ""
    advice: str = ""


def doctor(data: DataDir) -> int:
    """1 where something keeps PictoPy from working."""
    findings = [*_machine(), *_engines(), *_programs(), *_data(data), *_services(data)]
    table = Table("", "part", "version", "what to do", box=None, pad_edge=False)
    marks = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "bad": "[red]bad[/]"}
    for finding in findings:
        table.add_row(marks[finding.health], finding.part, finding.version, finding.advice)
    tables.print(table)
    return 1 if any(finding.health == "bad" for finding in findings) else 0


def _machine() -> Iterator[Finding]:
    is_new = sys.version_info >= (3, 11)
    yield Finding(
        "python", "ok" if is_new else "bad", platform.python_version(), "" if is_new else "install Python 3.11"
    )
    if shutil.which("setpriv") is None:
        as_root = os.geteuid() == 0
        advice = (
            "install util-linux, or run as a plain user"
            if as_root
            else "install util-linux: a killed launcher leaves processes"
        )
        yield Finding("setpriv", "bad" if as_root else "note", "", advice)
    watches = Path("/proc/sys/fs/inotify/max_user_watches")
    if watches.exists() and (limit := int(watches.read_text(encoding="ascii"))) < FEW_WATCHES:
        advice = f"for libraries of more folders: sysctl fs.inotify.max_user_watches={FEW_WATCHES * 8}"
        yield Finding("folder watching", "note", str(limit), advice)


def _engines() -> Iterator[Finding]:
    finders: dict[str, Callable[[], Path]] = {"postgres": lambda: postgres_bin_dir() / "postgres", "nats": nats_server}
    for part, find in finders.items():
        try:
            yield Finding(part, "ok", _first_line([str(find()), "--version"]))
        except (EngineError, OSError) as error:
            yield Finding(part, "bad", "", f"{error}; install again: pip install pictopy")
    try:
        yield Finding("qdrant", "ok", f"{version('qdrant-edge-py')} (embedded)")
    except PackageNotFoundError:
        yield Finding("qdrant", "bad", "", "install again: pip install pictopy")


def _programs() -> Iterator[Finding]:
    """Nothing of ours needs these; people do, to look at what was written."""
    found = shutil.which("exiftool")
    advice = "" if found else "optional: apt-get install libimage-exiftool-perl, to read what PictoPy writes into files"
    yield Finding("exiftool", "ok" if found else "note", _first_line([found, "-ver"]) if found else "", advice)


def _data(data: DataDir) -> Iterator[Finding]:
    place = next(folder for folder in (data.root, *data.root.parents) if folder.exists())
    if not os.access(place, os.W_OK):
        yield Finding(
            f"data folder {data.root}", "bad", "", f"{place} cannot be written to; choose another with --data"
        )
        return
    free = shutil.disk_usage(place).free
    is_low = free < LOW_DISK_BYTES
    advice = "little space: previews take about 0.3 MB a photo" if is_low else ""
    yield Finding(f"data folder {data.root}", "note" if is_low else "ok", f"{free / 1e9:.1f} GB free", advice)


def _services(data: DataDir) -> Iterator[Finding]:
    if not data.is_running():
        yield Finding("services", "note", "", f"not running; start them: pictopy up --data {data.root}")
        return
    with guest_session(data) as session:
        for spec in ALL:
            if spec.name in session.api.urls:
                yield _service(session, spec)
        yield _models(session)


def _service(session: Session, spec: ServiceSpec) -> Finding:
    told = (session.api.status(spec.name) if spec.name != "ui" else {}) or {}
    if session.api.is_ready(spec.name):
        return Finding(spec.name, "ok", str(told.get("version", "")), session.api.urls[spec.name])
    reasons = "; ".join(f"{name}: {reason}" for name, reason in (told.get("failing") or {}).items())
    return Finding(spec.name, "bad", "", f"{reasons or 'no answer'}; its log: {session.data.log_of(spec.name)}")


def _models(session: Session) -> Finding:
    try:
        items = session.api.get("vision", "/v1/models")["items"]
    except ApiError as error:
        return Finding("models", "note", "", str(error))
    installed = sum(bool(item["installed"]) for item in items)
    advice = (
        "" if installed else "no faces and tags without models: page Models, or PICTOPY_MODELS_MIRROR=<folder or URL>"
    )
    return Finding("models", "ok" if installed else "note", f"{installed} of {len(items)} installed", advice)


def _first_line(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - known programs
    return (done.stdout or done.stderr).strip().partition("\n")[0]
