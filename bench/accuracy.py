"""How right the vision models are through the service's own code, on any labelled folder.

    python bench/accuracy.py [FOLDER ...]        (make bench-accuracy DATA="FOLDER ...")

Without FOLDER: lfw_half and coco128 of PICTOPY_SHARED. What a folder's labels are decides what is measured:
- `labels.csv` with `file` and `identity`: are two photos of one person? `pairs.csv` (file_a, file_b, same) names the
  pairs; without it all pairs of one person and as many drawn ones of two. `pairs_10_folds`: the threshold of nine
  tenths of the pairs judges the last tenth; `pairs_catalogue`: the catalogue's threshold judges all. And how small a
  face may be: each picture is shrunk until its face, as found at full size, is 24, 14 and 10 px high.
- `labels/**/*.txt` in YOLO's format beside `images/`: mean average precision at IoU 0.5 as COCO has it (each box with
  every label over 0.001, suppression at 0.65, 101 points, 100 boxes a class), for every object model at hand.
Models come from PICTOPY_MODELS_MIRROR, else PICTOPY_SHARED. The last line is one JSON object.
"""

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pictopy_vision import heads
from pictopy_vision.catalogue_files import catalogue_folder, read_catalogue
from pictopy_vision.domain.arrays import Floats, Image
from pictopy_vision.domain.boxes import overlaps, suppress_by_class
from pictopy_vision.domain.detections import MAX_CANDIDATES
from pictopy_vision.domain.entry import Entry, Task
from pictopy_vision.domain.found import FoundObjects
from pictopy_vision.domain.picture import Picture, UnreadablePictureError, decode, picture_of
from pictopy_vision.domain.tensors import prepare, reading_size_px
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.ports import Session

SHARED = Path(os.environ.get("PICTOPY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
MIRROR = Path(os.environ.get("PICTOPY_MODELS_MIRROR", SHARED / "models"))
CATALOGUE = read_catalogue(catalogue_folder(None))
LEAST_SCORE, SAME_IOU, MOST_BOXES, HIT_IOU = 0.001, 0.65, 100, 0.5
RECALL_POINTS = np.linspace(0, 1, 101)
FACE_HEIGHTS_PX, FOLDS = (24, 14, 10), 10
Figures = dict[str, float | int | str]
Bools = NDArray[np.bool_]


def main() -> None:
    folders = [Path(name) for name in sys.argv[1:]] or [SHARED / "photos" / name for name in ("lfw_half", "coco128")]
    result: Figures = {"data": " ".join(folder.name for folder in folders)}
    for folder in folders:
        if (folder / "labels.csv").is_file():
            result |= people(folder)
        if any((folder / "labels").rglob("*.txt")):
            result |= objects(folder)
    if len(result) == 1:
        sys.exit("no folder has labels.csv or labels/**/*.txt")
    for name, value in result.items():
        print(f"{name:36} {value}")
    print(json.dumps(result))


def models_of(task: Task) -> Iterator[tuple[Entry, Session]]:
    """Those whose file is at hand, best first."""
    for entry in sorted(CATALOGUE.entries.values(), key=lambda entry: entry.preference):
        if task in entry.tasks and (MIRROR / entry.mirror).is_file():
            yield entry, OnnxEngine(1, cpu_only=True).open(entry, MIRROR / entry.mirror)


def pictures(paths: Sequence[Path]) -> Iterator[tuple[int, Picture]]:
    """With their place in the list; what cannot be decoded is left out."""
    for n, path in enumerate(paths):
        try:
            yield n, decode(path.read_bytes())
        except (UnreadablePictureError, OSError):
            print(f"left out: {path}", file=sys.stderr)


# --- people ---------------------------------------------------------------------------------------------------


def people(folder: Path) -> Figures:
    with (folder / "labels.csv").open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row.get("identity")]
    paths, names = [folder / row["file"] for row in rows], [row["identity"] for row in rows]
    detector, embedder = next(models_of("faces")), next(models_of("face_embedding"))
    vectors: dict[int, Floats] = {}
    small: dict[int, list[bool]] = {height: [] for height in FACE_HEIGHTS_PX}
    for n, picture in pictures(paths):
        found = central(detector, picture)
        if found is None:
            continue
        box, landmarks = found
        crop = heads.crop_for(embedder[0], picture, landmarks)
        vectors[n] = heads.embed_faces(embedder[1], embedder[0], [crop])[0]
        for height, hits in small.items():
            hits.append(is_found(detector, shrunk(picture, box, height)))
    cosines, same = pairs(folder, rows, names, vectors)
    return {
        "faces_found": round(len(vectors) / len(paths), 4),
        "pairs": len(same),
        "pairs_10_folds": round(ten_folds(cosines, same), 4),
        "pairs_catalogue": round(float(np.mean((cosines > embedder[0].threshold("same_person")) == same)), 4),
        **{f"recall_{height}_px": round(float(np.mean(hits)), 4) for height, hits in small.items() if hits},
    }


def central(detector: tuple[Entry, Session], picture: Picture) -> tuple[Floats, Floats] | None:
    """Box and landmarks of the face nearest the middle, which is the one that is labelled."""
    faces = heads.find_faces(detector[1], detector[0], picture)
    if not len(faces) or faces.landmarks is None:
        return None
    nearest = int((((faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2 - 0.5) ** 2).sum(axis=1).argmin())
    return faces.boxes[nearest], faces.landmarks[nearest]


def shrunk(picture: Picture, box: Floats, height_px: int) -> tuple[Image, Floats]:
    """The picture with its face `height_px` high, with nothing added around it, and the face's middle."""
    scale = height_px / max(float(box[3] - box[1]) * picture.height_px, 1.0)
    width, height = max(1, round(picture.width_px * scale)), max(1, round(picture.height_px * scale))
    small = cv2.resize(picture.full, (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False), ((box[:2] + box[2:]) / 2).astype(np.float32)


def is_found(detector: tuple[Entry, Session], shown: tuple[Image, Floats]) -> bool:
    small, middle = shown
    boxes = heads.find_faces(detector[1], detector[0], picture_of(small)).boxes
    return bool(((boxes[:, :2] < middle) & (boxes[:, 2:] > middle)).all(axis=1).any())


def pairs(
    folder: Path, rows: Sequence[dict[str, str]], names: Sequence[str], vectors: dict[int, Floats]
) -> tuple[Floats, Bools]:
    """Cosines, and whether it is one person; from `pairs.csv` where it is."""
    listed = folder / "pairs.csv"
    if listed.is_file():
        place = {row["file"]: n for n, row in enumerate(rows)}
        with listed.open(encoding="utf-8") as handle:
            told = [(place[row["file_a"]], place[row["file_b"]]) for row in csv.DictReader(handle)]
    else:
        told = drawn([n for n in range(len(names)) if n in vectors], names)
    known = [(a, b) for a, b in told if a in vectors and b in vectors]
    cosines = np.array([vectors[a] @ vectors[b] for a, b in known], dtype=np.float32)
    return cosines, np.array([names[a] == names[b] for a, b in known])


def drawn(places: Sequence[int], names: Sequence[str]) -> list[tuple[int, int]]:
    """All pairs of one person and as many of two."""
    everything = [(a, b) for i, a in enumerate(places) for b in places[i + 1 :]]
    same = [(a, b) for a, b in everything if names[a] == names[b]]
    other = [(a, b) for a, b in everything if names[a] != names[b]]
    chosen = np.random.default_rng(7).choice(len(other), min(len(other), len(same)), replace=False)
    return same + [other[n] for n in chosen]


def ten_folds(cosines: Floats, same: Bools) -> float:
    order = np.random.default_rng(7).permutation(len(same))
    right = []
    for fold in np.array_split(order, FOLDS):
        others = np.setdiff1d(order, fold)
        right.append((cosines[fold] > best_threshold(cosines[others], same[others])) == same[fold])
    return float(np.concatenate(right).mean())


def best_threshold(cosines: Floats, same: Bools) -> float:
    steps = np.linspace(-0.2, 0.8, 501)
    return float(steps[int(np.argmax([np.mean((cosines > step) == same) for step in steps]))])


# --- objects --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    found: FoundObjects
    truth: Floats
    """(N, 5) class and corners, fractions."""


def objects(folder: Path) -> Figures:
    images = sorted(path for path in (folder / "images").rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    loaded = [(picture, truth_of(images[n], folder)) for n, picture in pictures(images)]
    result: Figures = {"object_pictures": len(loaded)}
    for entry, session in models_of("objects"):
        seen = [Seen(every_label(entry, session, picture), truth) for picture, truth in loaded]
        result[f"map50_{entry.id}"] = round(mean_average_precision(seen), 4)
    return result


def truth_of(image: Path, folder: Path) -> Floats:
    label = (folder / "labels" / image.relative_to(folder / "images")).with_suffix(".txt")
    rows = [line.split() for line in label.read_text().splitlines()] if label.is_file() else []
    centred = np.array(rows, dtype=np.float32).reshape(-1, 5)
    low, high = centred[:, 1:3] - centred[:, 3:] / 2, centred[:, 1:3] + centred[:, 3:] / 2
    return np.concatenate([centred[:, :1], low, high], axis=1)


def every_label(entry: Entry, session: Session, picture: Picture) -> FoundObjects:
    """As the service finds objects, but with each box under every label, as COCO's evaluation wants it."""
    low = entry.thresholds["show"].model_copy(update={"value": LEAST_SCORE})
    asked = entry.model_copy(update={"thresholds": {**entry.thresholds, "show": low}})
    prepared = prepare(picture.level_for(reading_size_px(entry.input)), entry.input)
    candidates = heads.read_objects(session, asked, prepared)
    cells, classes = np.nonzero(candidates.scores >= LEAST_SCORE)
    strongest = np.argsort(-candidates.scores[cells, classes], kind="stable")[:MAX_CANDIDATES]
    cells, classes = cells[strongest], classes[strongest]
    boxes, scores = candidates.boxes[cells], candidates.scores[cells, classes]
    kept = suppress_by_class(boxes, scores, classes, SAME_IOU)
    return FoundObjects(prepared.boxes(boxes[kept]), scores[kept], classes[kept])


def mean_average_precision(seen: Sequence[Seen]) -> float:
    """Over the classes that occur."""
    kinds = sorted({int(row[0]) for one in seen for row in one.truth})
    return float(np.mean([average_precision(seen, kind) for kind in kinds]))


def average_precision(seen: Sequence[Seen], kind: int) -> float:
    """Mean of the best precision at 101 recalls or more."""
    wanted = sum(int((one.truth[:, 0] == kind).sum()) for one in seen)
    hits = sorted((hit for one in seen for hit in hits_of(one, kind)), key=lambda hit: -hit[0])
    if not hits:
        return 0.0
    true = np.cumsum([is_hit for _, is_hit in hits])
    precision = np.maximum.accumulate((true / np.arange(1, len(hits) + 1))[::-1])[::-1]
    places = np.searchsorted(true / wanted, RECALL_POINTS, side="left")
    return float(np.append(precision, 0.0)[places].mean())


def hits_of(seen: Seen, kind: int) -> Iterator[tuple[float, bool]]:
    """Score and whether it meets an object that no stronger box has met."""
    left = seen.truth[seen.truth[:, 0] == kind, 1:]
    for n in np.flatnonzero(seen.found.classes == kind)[:MOST_BOXES]:
        ious = overlaps(seen.found.boxes[n], left)
        is_hit = bool((ious >= HIT_IOU).any())
        if is_hit:
            left = np.delete(left, int(ious.argmax()), axis=0)
        yield float(seen.found.scores[n]), is_hit


if __name__ == "__main__":
    main()
