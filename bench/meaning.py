"""How often the photo that a caption was written for is among the first that search by words finds.

    python bench/meaning.py [FOLDER] [--models FOLDER]

FOLDER: photos in `images/` and their `captions.csv` (image, caption), as ../shared/photos/flickr_half. Each photo gets
the tags and objects of the models alone; nothing of its captions is stored. Each caption is then a query, against all
photos. Three ways in one run: all words as they are spelled, any word as it is spelled, and by meaning as search does
it. Ties count as if drawn by lot. The cosine of near words was chosen on the photos with even numbers; that a query of
three words or more is only ranked, on captions of both halves: so `odd` is not wholly unseen.

Prints a table; the last line is one JSON object with R@1, R@5 and R@10 in percent.
"""

import argparse
import csv
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pictopy_contracts.messages import DetectedObject, Tag
from pictopy_search.domain.nearness import Lexicon, lexicon_of, wanted
from pictopy_search.domain.text import Term, key_of, terms_of
from pictopy_search.word_table import word_vectors
from pictopy_vision import heads
from pictopy_vision.catalogue_files import catalogue_folder, read_catalogue
from pictopy_vision.domain.picture import decode
from pictopy_vision.domain.result import objects_of, tags_of
from pictopy_vision.engine_onnx import OnnxEngine

SHARED = Path(__file__).resolve().parents[2] / "shared"
TAGGER, DETECTOR = "mobilenet_v2", "yolox_nano"
AT = (1, 5, 10)
HALVES = {"even": 0, "odd": 1}
Labels: TypeAlias = Mapping[str, float]
Scores: TypeAlias = NDArray[np.float64]


def look(folder: Path, models: Path) -> dict[str, Labels]:
    """File name to the folded labels that the models give, each with its score."""
    catalogue = read_catalogue(catalogue_folder(None))
    tagger, detector = (
        next(one for one in catalogue.entries.values() if one.id == name) for name in (TAGGER, DETECTOR)
    )
    engine = OnnxEngine(1)
    sessions = {entry.id: engine.open(entry, models / entry.mirror) for entry in (tagger, detector)}
    tags, classes = catalogue.labels_of(tagger), catalogue.labels_of(detector)

    def labels(path: Path) -> tuple[str, Labels]:
        picture = decode(path.read_bytes())
        scores = heads.look_at(sessions[tagger.id], tagger, picture).scores
        assert scores is not None
        found = heads.find_objects(sessions[detector.id], detector, picture)
        both: list[Tag | DetectedObject] = [
            *tags_of(scores, tags, tagger.threshold("show")),
            *objects_of(found, classes),
        ]
        return path.name, {key_of(one.label): one.score for one in sorted(both, key=lambda one: one.score)}

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(labels, sorted(folder.iterdir())))


def spelled(how: Callable[[Sequence[bool]], float]) -> Callable[[Sequence[Term], Labels], float]:
    """Each word as a beginning of a word of the labels, and how many there must be."""

    def score(terms: Sequence[Term], labels: Labels) -> float:
        words = [word for label in labels for word in label.split()]
        return how([any(word.startswith(term.words[0]) for word in words) for term in terms])

    return score


def by_meaning(queries: Sequence[Sequence[Term]], photos: Sequence[Labels]) -> Scores:
    """(Q, P), as the store scores: of each term the best near label, added up."""
    words, lexicon = word_vectors(), lexicon_for(photos)
    row_of = {key: row for row, key in enumerate(lexicon.keys)}
    has = np.zeros((len(photos), len(row_of)))
    for number, labels in enumerate(photos):
        for key, score in labels.items():
            has[number, row_of[key]] = score
    scores = np.zeros((len(queries), len(photos)))
    for number, terms in enumerate(queries):
        asked = wanted(terms, lexicon, words)
        best = np.zeros((len(photos), max((near.term for near in asked.near), default=-1) + 1))
        for near in asked.near:
            best[:, near.term] = np.maximum(best[:, near.term], near.weight * has[:, row_of[near.key]])
        scores[number] = best.sum(axis=1) * ((best > 0).sum(axis=1) >= asked.least_terms)
    return scores


def lexicon_for(photos: Sequence[Labels]) -> Lexicon:
    counted: dict[str, int] = {}
    for labels in photos:
        for key in labels:
            counted[key] = counted.get(key, 0) + 1
    return lexicon_of(counted, len(photos), word_vectors())


def recall(scores: Scores, right: NDArray[np.int64]) -> dict[str, float]:
    """Percent of queries whose photo is among the first; of equals a share, and none where nothing was found."""
    own = scores[np.arange(len(right)), right][:, None]
    before, equal = (scores > own).sum(axis=1), (scores == own).sum(axis=1)
    shares = {f"R@{k}": np.clip((k - before) / equal, 0, 1) * (own[:, 0] > 0) for k in AT}
    return {name: round(float(share.mean()) * 100, 1) for name, share in shares.items()}


def measure(folder: Path, models: Path) -> dict[str, Any]:
    start = time.perf_counter()
    seen = look(folder / "images", models)
    looking = time.perf_counter() - start
    names = sorted(seen)
    photos = [seen[name] for name in names]
    with (folder / "captions.csv").open(encoding="utf-8", newline="") as file:
        captions = [row for row in csv.DictReader(file) if row["image"] in seen]
    right = np.array([names.index(row["image"]) for row in captions])
    queries = [terms_of(row["caption"]) for row in captions]
    start = time.perf_counter()
    meant = by_meaning(queries, photos)
    ways = {
        "all words spelled": _scored(queries, photos, spelled(all)),
        "any word spelled": _scored(queries, photos, spelled(sum)),
        "by meaning": meant,
    }
    return {
        "photos": len(photos),
        "queries": len(queries),
        "labels_a_photo": round(sum(map(len, photos)) / len(photos), 2),
        "ms_a_photo_to_look": round(looking / len(photos) * 1000, 1),
        "ms_a_query": round((time.perf_counter() - start) / len(queries) * 1000, 1),
        "ways": {
            name: {"all": recall(scores, right)}
            | {
                half: recall(scores[right % 2 == odd], right[right % 2 == odd])
                for odd, half in enumerate(("even", "odd"))
            }
            for name, scores in ways.items()
        },
    }


def _scored(
    queries: Sequence[Sequence[Term]], photos: Sequence[Labels], score: Callable[[Sequence[Term], Labels], float]
) -> Scores:
    return np.array([[float(score(terms, labels)) for labels in photos] for terms in queries])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED / "photos" / "flickr_half")
    parser.add_argument("--models", type=Path, default=SHARED / "models", help="laid out as a mirror")
    options = parser.parse_args()
    report = measure(options.folder, options.models)
    print(f"{'way':20} {'of':5} " + " ".join(f"{f'R@{k}':>6}" for k in AT))
    for way, halves in report["ways"].items():
        for half, numbers in halves.items():
            print(f"{way:20} {half:5} " + " ".join(f"{numbers[f'R@{k}']:6.1f}" for k in AT))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
