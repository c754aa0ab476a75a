"""How fast a folder comes in, beside the bare cost of looking at its pixels.

    python bench/ingest.py [FOLDER]        (make bench-ingest DATA=FOLDER)

FOLDER: JPEGs; without one, 60 of 12 megapixels are made. Three figures, one after the other on the same machine:
- floor: read, one scaled decode, preview and thumbnail encoded, on two processes; nothing is kept;
- first: `pictopy once` on an empty data folder, without any model, until every photo has its preview;
- again: the same command on the same data: how long the scan takes and what it writes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import simplejpeg

PREVIEW_PX, THUMBNAIL_PX = 1440, 400
COUNT, HEIGHT, WIDTH = 60, 3000, 4000


def main() -> None:
    """Prints the table and the JSON line."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else make_photos(Path(scratch) / "photos")
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})
        data = Path(scratch) / "data"
        floor = floor_per_s(files)
        first, again = once(folder, data), once(folder, data)
    show(len(files), floor, first, again)


def make_photos(folder: Path) -> Path:
    """Noisy gradients, about 3.6 MB each, as heavy to decode as a photo."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 256, (60, 80, 3), np.uint8)
    base = cv2.resize(coarse, (WIDTH + COUNT, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    base += rng.normal(0, 7, (HEIGHT, WIDTH + COUNT, 1)).astype(np.int16)
    pixels = base.clip(0, 255).astype(np.uint8)
    for number in range(COUNT):
        view = np.ascontiguousarray(pixels[:, number : number + WIDTH])
        (folder / f"IMG_{number:04}.jpg").write_bytes(simplejpeg.encode_jpeg(view, quality=88, colorsubsampling="420"))
    return folder


def floor_per_s(files: list[Path]) -> float:
    """Photos a second on two processes that do nothing but look."""
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(look, files[:4]))
        started = time.perf_counter()
        list(pool.map(look, files, chunksize=4))
        return len(files) / (time.perf_counter() - started)


def look(path: Path) -> int:
    """Bytes of a preview and a thumbnail made from one scaled decode; 0 for a file that is damaged."""
    try:
        pixels = simplejpeg.decode_jpeg(
            path.read_bytes(), min_height=PREVIEW_PX * 3 // 4, min_width=PREVIEW_PX, fastdct=True, fastupsample=True
        )
    except ValueError:
        return 0
    scale = THUMBNAIL_PX / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return sum(len(simplejpeg.encode_jpeg(np.ascontiguousarray(view), quality=85)) for view in (pixels, small))


def once(folder: Path, data: Path) -> dict[str, Any]:
    """The report of `pictopy once`, with no model to be had."""
    command = [sys.executable, "-m", "pictopy_local", "once", "--library", str(folder), "--data", str(data), "--json"]
    before = files_under(data)
    environment = {**os.environ, "PICTOPY_MODELS_MIRROR": str(data.parent / "no-models")}
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, check=True)
    return {**json.loads(answer.stdout), "written": len(files_under(data) - before)}


def files_under(data: Path) -> set[tuple[str, int]]:
    """Previews and thumbnails with their times."""
    kept = (path for name in ("previews", "thumbnails") for path in data.rglob(f"{name}/**/*.jpg"))
    return {(str(path), path.stat().st_mtime_ns) for path in kept}


def show(count: int, floor: float, first: dict[str, Any], again: dict[str, Any]) -> None:
    preview_s = first["stage_seconds"]["preview"]
    per_s = count / preview_s if preview_s else float("inf")
    result = {
        "photos": count,
        "floor_photos_per_s": round(floor, 1),
        "photos_per_s": round(per_s, 1),
        "of_floor": round(per_s / floor, 2),
        "all_stages_photos_per_s": first["photos_per_s"],
        "again_scan_s": again["scan_seconds"],
        "again_files_written": again["written"],
        "failed": len(first["failed"]),
    }
    for name, value in result.items():
        print(f"{name:26} {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
