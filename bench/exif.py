"""How many files a second get their metadata, beside exiftool in the same run.

    python bench/exif.py [--files 60]        JPEGs of about 4 MB in a temporary folder, and a Postgres of its own

Ours is the whole of a write: ledger, hashes, temporary file, fsync, second reader, proof, rename, fsync of the folder.
exiftool (one process, -stay_open) writes the same names and regions, and does none of that. Files a second go down with
other load on the machine, milliseconds of processor (ours without Postgres) do not. Prints a table; the last line is
one JSON object.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pictopy_engines.postgres import PostgresEngine
from pictopy_exif.app import MIGRATIONS
from pictopy_exif.domain.targets import Policy
from pictopy_exif.fake_library import FakeLibrary, deps_for
from pictopy_exif.store import PostgresStore
from pictopy_exif.undoing import undo_day
from pictopy_runtime.database import PostgresDatabase
from pictopy_testing.database import migrated

NAME = "Anna Müller"
SIZE = (4000, 3000)
QUALITY = 53  # of this noise: 4 MB


def picture() -> Path:
    """A file as large as a phone's, in a folder of its own."""
    noise = np.random.default_rng(0).normal(0, 14, (SIZE[1] // 2, SIZE[0] // 2, 3))
    slope = np.linspace(40, 200, SIZE[0] // 2)[None, :, None]
    small = Image.fromarray(np.clip(noise + slope, 0, 255).astype(np.uint8))
    path = Path(tempfile.mkdtemp()) / "picture.jpg"
    exif = Image.Exif()
    exif[0x010F] = "PictoPy bench"
    small.resize(SIZE, Image.Resampling.BILINEAR).save(path, quality=QUALITY + 40, exif=exif)
    return path


class Exiftool:
    """One process that is told one file at a time."""

    def __init__(self) -> None:
        program = shutil.which("exiftool")
        if program is None:
            raise SystemExit("exiftool is not installed: there is nothing to compare with")
        self._process = subprocess.Popen(
            [program, "-stay_open", "True", "-@", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.version = subprocess.run([program, "-ver"], capture_output=True, text=True, check=True).stdout.strip()

    def write(self, path: Path) -> None:
        region = f"{{Area={{X=0.2,Y=0.4,W=0.2,H=0.4,Unit=normalized}},Name={NAME},Type=Face}}"
        regions = f"RegionInfo={{AppliedToDimensions={{W=400,H=300,Unit=pixel}},RegionList=[{region}]}}"
        lists = ("Subject", "PersonInImage")
        said = [f"-XMP:{each}+={NAME}" for each in lists] + [f"-XMP:TagsList+=People/{NAME}"]
        said += [f"-XMP:HierarchicalSubject+=People|{NAME}", f"-{regions}"]
        self._tell([*said, "-charset", "utf8", "-struct", "-overwrite_original", str(path)])

    def cpu_s(self) -> float:
        """Of the process, in user and system mode (proc(5), fields 14 and 15)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def _tell(self, arguments: list[str]) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n".join([*arguments, "-execute", ""]))
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("{ready"):
                return

    def close(self) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write("-stay_open\nFalse\n")
            self._process.stdin.close()
        self._process.wait()


def copies(source: Path, folder: Path, files: int) -> list[Path]:
    """Written out before the clock starts, so that no one pays for another's dirty pages."""
    folder.mkdir()
    made = [Path(shutil.copyfile(source, folder / f"{number:04}.jpg")) for number in range(files)]
    subprocess.run(["sync", "-f", str(folder)], check=True)
    return made


@dataclass(frozen=True)
class Spent:
    wall_s: float
    cpu_s: float


async def spent(work: Callable[[], Awaitable[Any]]) -> Spent:
    start, cpu = time.perf_counter(), time.process_time()
    await work()
    return Spent(time.perf_counter() - start, time.process_time() - cpu)


async def ours(dsn: str, folder: Path, files: list[Path], policy: Policy) -> dict[str, float]:
    """In a schema of its own."""
    async with AsyncExitStack() as stack:
        database = PostgresDatabase(dsn, f"exif_{policy}")
        await database.open(60)
        stack.push_async_callback(database.close)
        await migrated(database, f"exif_{policy}", MIGRATIONS)
        there = await FakeLibrary(folder, deps_for(PostgresStore(database))).open(policy)
        for path in files:
            await there.named(path.stem, path.name, NAME)
        writing = await spent(there.settle)
        rows = await there.deps.store.ledger(None, None, len(files))
        assert [row.status for row in rows] == ["written"] * len(files), [row.reason for row in rows][:3]
        undoing = await spent(lambda: undo_day(None, there.deps))
        return {
            **{"write_per_s": len(files) / writing.wall_s, "undo_per_s": len(files) / undoing.wall_s},
            **{"write_cpu_ms": writing.cpu_s / len(files) * 1e3, "undo_cpu_ms": undoing.cpu_s / len(files) * 1e3},
        }


def theirs(tool: Exiftool, files: list[Path], suffix: str) -> dict[str, float]:
    start, cpu = time.perf_counter(), tool.cpu_s()
    for path in files:
        tool.write(path.with_name(path.name + suffix))
    wall_s = time.perf_counter() - start
    cpu_ms = (tool.cpu_s() - cpu) / len(files) * 1e3
    return {"exiftool_per_s": len(files) / wall_s, "exiftool_cpu_ms": cpu_ms}


async def measure(dsn: str, root: Path, files: int) -> dict[str, Any]:
    source, tool = picture(), Exiftool()
    report: dict[str, Any] = {"files": files, "bytes": source.stat().st_size, "exiftool": tool.version}
    report["load"] = round(os.getloadavg()[0], 1)
    async with AsyncExitStack() as stack:
        stack.callback(tool.close)
        tool.write(copies(source, root / "warm", 1)[0])
        policies: tuple[tuple[Policy, str], ...] = (("embedded", ""), ("sidecar", ".xmp"))
        for policy, suffix in policies:
            beside = theirs(tool, copies(source, root / f"{policy}-theirs", files), suffix)
            folder = root / f"{policy}-ours"
            own = await ours(dsn, folder, copies(source, folder, files), policy)
            report[policy] = {
                **{name: round(value, 1) for name, value in {**own, **beside}.items()},
                "times_exiftool": round(own["write_per_s"] / beside["exiftool_per_s"], 2),
            }
    return report


COLUMNS = ("write_per_s", "undo_per_s", "exiftool_per_s", "write_cpu_ms", "undo_cpu_ms", "exiftool_cpu_ms")


def show(report: dict[str, Any]) -> None:
    print(f"{report['files']} JPEGs of {report['bytes'] / 1e6:.1f} MB, exiftool {report['exiftool']}, ", end="")
    print(f"load {report['load']:.1f}")
    print(f"{'':10}" + "".join(f"{name:>17}" for name in (*COLUMNS, "times_exiftool")))
    for name in ("embedded", "sidecar"):
        row = report[name]
        print(f"{name:10}" + "".join(f"{row[each]:17.1f}" for each in COLUMNS) + f"{row['times_exiftool']:17.2f}")
    print(json.dumps(report))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, PostgresEngine(Path(folder) / "postgres") as engine:
        show(asyncio.run(measure(engine.dsn(), Path(folder), given.files)))


if __name__ == "__main__":
    main()
