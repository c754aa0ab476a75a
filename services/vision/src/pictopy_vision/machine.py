"""A look at the hardware: /proc, the limits of a container, nvidia-smi, and what the engine can start."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from pictopy_vision.domain.hardware import Hardware, cores_of_quota, gpu_of_listing, useful_instructions

CGROUP = Path("/sys/fs/cgroup")
SMI = ("--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
SMI_TIMEOUT_S = 5.0


def look(models_dir: Path, providers: Callable[[], Sequence[str]]) -> Hardware:
    """`providers`: what the engine runs on; a card that it cannot use is none."""
    card = _card() if "CUDAExecutionProvider" in providers() else None
    other = next((name for name in providers() if name != "CPUExecutionProvider"), None)
    return Hardware(
        cores=_cores(),
        memory_mb=_memory_bytes() // 1_000_000,
        gpu=card[0] if card else other,
        gpu_memory_mb=card[1] if card else None,
        instructions=useful_instructions(_text(Path("/proc/cpuinfo"))),
        disk_free_mb=shutil.disk_usage(_existing(models_dir)).free // 1_000_000,
    )


def _cores() -> int:
    allowed = len(os.sched_getaffinity(0))
    quota = cores_of_quota(_text(CGROUP / "cpu.max"))
    return max(1, min(allowed, round(quota))) if quota else allowed


def _memory_bytes() -> int:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _text(CGROUP / "memory.max").strip()
    return min(physical, int(limit)) if limit.isdigit() else physical


@cache
def _card() -> tuple[str, int] | None:
    smi = shutil.which("nvidia-smi")
    if smi is None:
        return None
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        told = subprocess.run([smi, *SMI], capture_output=True, text=True, timeout=SMI_TIMEOUT_S, check=True)  # noqa: S603  # a fixed command that was found on the PATH
        return gpu_of_listing(told.stdout)
    return None


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8")
    return ""


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
