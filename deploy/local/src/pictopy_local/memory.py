"""The most memory that each part of the stack has held."""

import contextlib
import re
from pathlib import Path

import psutil

KIB_PER_MIB = 1024
_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


class PeakMemory:
    """Sample it now and then. A part's figure counts its child processes, shared pages by their share (PSS)."""

    def __init__(self) -> None:
        self.peak_mb: dict[str, int] = {}

    def sample(self, pids: dict[str, int]) -> None:
        for name, pid in pids.items():
            with contextlib.suppress(psutil.Error, OSError):
                self.peak_mb[name] = max(self.peak_mb.get(name, 0), _tree_mb(pid))


def _tree_mb(pid: int) -> int:
    """One process: its high-water mark, exact between samples too. With children: their sum now, if that is more."""
    found = _HIGH_WATER.search(Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    alone = int(found[1]) // KIB_PER_MIB if found else 0
    children = psutil.Process(pid).children(recursive=True)
    if not children:
        return alone
    pss = sum(process.memory_full_info().pss for process in (psutil.Process(pid), *children))
    return max(alone, int(pss / KIB_PER_MIB**2))
