"""Puts the demo library on the disk, once."""

import shutil
import signal
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from rich.progress import track

from pictopy_local.demo.plan import Shot, plan
from pictopy_local.demo.write import jpeg_bytes, write_heic, write_jpeg, write_screenshot, write_video
from pictopy_local.say import console, say

WORKERS = 2


def make_demo_library(folder: Path, today: date | None = None) -> None:
    """Makes `folder` where it is not there yet; all of it or, after an interruption, nothing."""
    if folder.exists():
        return
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    shots = plan(today or date.today())  # noqa: DTZ011 - the day on the user's own calendar
    _paint(draft, shots)
    _write_oddities(draft, shots)
    draft.replace(folder)
    say(f"demo library of {len(shots)} pictures: {folder}")


def _paint(draft: Path, shots: list[Shot]) -> None:
    pool = ProcessPoolExecutor(WORKERS, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN))
    try:
        done = pool.map(partial(write_jpeg, draft), shots, chunksize=8)
        for _ in track(done, f"painting {len(shots)} demo pictures", len(shots), console=console, transient=True):
            pass
    finally:  # also after Ctrl-C, which is for us to handle and not for the workers
        pool.shutdown(cancel_futures=True)


def _write_oddities(root: Path, shots: list[Shot]) -> None:
    """What real folders hold too: screenshots, other formats, videos, copies, odd names and broken files."""
    for number in range(3):
        write_screenshot(_in(root, f"Phone/Screenshots/Screenshot_2026010{number + 1}-1012{number}4.png"), number)
    lake = next(shot for shot in shots if shot.scene == "lake")
    beach = next(shot for shot in shots if shot.scene == "beach")
    write_heic(_in(root, "Phone/IMG_E0412.HEIC"), lake)
    write_video(_in(root, "Phone/VID_20250419_174210.mp4"), beach)
    shutil.copyfile(root / shots[5].path, _in(root, "From grandma/copy of a photo.jpg"))
    shutil.move(root / shots[9].path, _in(root, 'From grandma/🎂 "our" day \'24.jpg'))
    _write_broken(root, jpeg_bytes(lake))


def _write_broken(root: Path, whole: bytes) -> None:
    _in(root, "Old disk/recovered_0001.jpg").write_bytes(whole[: len(whole) // 3])
    _in(root, "Old disk/recovered_0002.jpg").write_bytes(b"")
    _in(root, "Old disk/shopping list.jpg").write_text("milk\nbread\n2 lemons\n", encoding="utf-8")


def _in(root: Path, path: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    return file
