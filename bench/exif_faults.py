"""An error at every system call of a write and of its undo: old or new, never a mix, and never without a row.

    python bench/exif_faults.py [--error EIO] [--jobs 1]        needs strace (Debian: apt install strace)

strace makes one call fail that touches the photo, its sidecar, the temporary file or the folder, in a process of its
own for each: first those of the write, then those of its undo, in six formats.
The last line is one JSON object.
"""

import argparse
import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from PIL import Image

from pictopy_exif.domain.digest import digest_of
from pictopy_exif.domain.targets import temp_name
from pictopy_exif.fake_library import FakeLibrary, deps_for
from pictopy_exif.fakes import FakeStore
from pictopy_exif.loop import recover
from pictopy_exif.undoing import undo_day
from pictopy_runtime.workers import Workers

NAMES = ("a.jpg", "a.png", "a.webp", "a.tif", "a.avif", "a.gif")
T = TypeVar("T")
Row: TypeAlias = tuple[str, str, str | None, str | None]
"""Status, path, hash before and after."""


class InLine(Workers):
    """strace counts the calls of each thread by itself: here there is one."""

    async def run(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return copy_context().run(work, *args, **kwargs)


async def child(folder: Path, name: str) -> None:
    """One write and its undo; says what the ledger says after each, and waits until the files were looked at."""
    deps = replace(deps_for(FakeStore()), workers=InLine(1))
    there = await FakeLibrary(folder, deps).open()
    await there.named("p", name, "Anna")
    for step in (there.settle, lambda: undo_day(None, deps)):
        await step()
        await recover(deps)
        rows = await deps.store.ledger(None, None, 10)
        print(json.dumps([(row.status, row.written_path, row.hash_before, row.hash_after) for row in rows]), flush=True)
        sys.stdin.readline()


def traced(folder: Path, name: str, injected: str, log: Path) -> list[tuple[list[Row], dict[str, str]]]:
    """The rows and the files after the write and after the undo; less where the child did not live to tell."""
    paths = [folder, *(folder / each for each in (name, f"{name}.xmp"))]
    paths += [folder / temp_name(each, 1) for each in (name, f"{name}.xmp")]
    command = ["strace", "-f", "-qq", "-o", str(log), *(f"-P{each}" for each in paths), "-e", injected]
    run = [sys.executable, __file__, "--child", str(folder), name]
    told = []
    with subprocess.Popen(
        [*command, *run], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            told.append((json.loads(line), {each.name: digest_of(each.read_bytes()) for each in folder.iterdir()}))
            process.stdin.write("\n")
            process.stdin.flush()
    return told


def fault(source: Path, call: str, at: int, error: str) -> tuple[bool, str]:
    """Whether the `at`-th such call came to pass, and what is wrong with what was left; empty for nothing."""
    with tempfile.TemporaryDirectory() as root:
        folder, log = Path(root) / "photos", Path(root) / "log"
        folder.mkdir()
        shutil.copyfile(source, folder / source.name)
        told = traced(folder, source.name, f"inject={call}:error={error}:when={at}", log)
        before = digest_of(source.read_bytes())
        wrong = "" if len(told) == 2 else "the process ended"
        for rows, files in told:
            wrong = wrong or "; ".join(faults_of(rows, files, source.name, before))
        return "(INJECTED)" in log.read_text(), wrong


def faults_of(rows: list[Row], files: dict[str, str], name: str, before: str) -> Iterator[str]:
    expected = {name: before}
    for status, path, hash_before, hash_after in rows:
        now = hash_after if status == "written" else hash_before
        if status not in ("written", "failed", "undone"):
            yield f"a row is left {status}"
        if now is not None:
            expected[path] = now
    if files != expected:
        yield f"the files are {files}, and the ledger says {expected}"


def calls_of(source: Path, root: Path) -> list[tuple[str, int]]:
    """Each call of a write and its undo that touches our paths: its name, and the how manieth of that name it is."""
    folder, log = root / f"{source.name}-calls", root / "log"
    folder.mkdir()
    shutil.copyfile(source, folder / source.name)
    assert len(traced(folder, source.name, "trace=all", log)) == 2, "without a fault the write and the undo succeed"
    counts = Counter(re.findall(r"^(?:\d+ +)?(\w+)\(", log.read_text(), re.M))
    assert counts["rename"] or counts["unlink"], "strace tells what was called"
    return [(call, at) for call, count in counts.items() for at in range(1, count + 1)]


def measure(error: str, jobs: int) -> dict[str, Any]:
    failed: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as root, ThreadPoolExecutor(jobs) as pool:
        for name in NAMES:
            source = Path(root) / name
            Image.radial_gradient("L").resize((64, 48)).convert("RGB").save(source)
            calls = calls_of(source, Path(root))
            ends = [pool.submit(fault, source, call, at, error) for call, at in calls]
            found = [(call, at, *end.result()) for (call, at), end in zip(calls, ends, strict=True)]
            failed.update(call for call, _, was_failed, _ in found if was_failed)
            wrong += [f"{name}, {call} {at}: {why}" for call, at, _, why in found if why]
            print(f"{name}: {len(calls)} calls, {sum(each[2] for each in found)} failed", flush=True)
    for each in wrong:
        print(each)
    return {"error": error, "failed_calls": failed.total(), "by_call": dict(failed.most_common()), "wrong": len(wrong)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--error", default="EIO")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        asyncio.run(child(Path(given.child[0]), given.child[1]))
        return
    if shutil.which("strace") is None:
        raise SystemExit("strace is not installed: nothing here makes a system call fail")
    report = measure(given.error, given.jobs)
    print(json.dumps(report))
    if report["wrong"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
