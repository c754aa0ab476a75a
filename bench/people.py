"""How right, how steady and how fast faces become people, on labelled embeddings.

    python bench/people.py FACES.npz [--json] [--portions 20]

FACES.npz: emb (N, D), identity (N,), optional photo, quality (N,) and n_base (the rest are added on top; without it
the last 100 are). Prints a table; the last line is one JSON object. --json: that line only.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from scores import bcubed, codes, pairwise

from pictopy_cluster.domain.constraints import Constraints
from pictopy_cluster.domain.faces import Faces, Floats, Ints, edges_of_lists
from pictopy_cluster.domain.merging import components
from pictopy_cluster.domain.models import UNKNOWN
from pictopy_cluster.domain.neighbours import Lists
from pictopy_cluster.domain.partition import learn, partition

T = TypeVar("T")
NEIGHBOURS, FLOOR = 20, 0.25
PLAIN_COSINE = 0.5
"""The fixed cosine of the plain baseline, as rivals ship it (distance .5)."""


@dataclass(frozen=True)
class Data:
    embedding: Floats
    identity: Ints
    photo: Ints
    quality: Floats
    base: int


def read(path: Path) -> Data:
    file = np.load(path)
    embedding = file["emb"].astype(np.float32)
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    total = len(embedding)
    photo = codes(file["photo"].tolist()) if "photo" in file else np.arange(total)
    quality = file["quality"].astype(np.float32) if "quality" in file else np.ones(total, np.float32)
    base = int(file["n_base"]) if "n_base" in file else max(total - 100, 1)
    return Data(embedding, codes(file["identity"].tolist()), photo, quality, base)


def people(data: Data, rows: Ints, lists: tuple[Ints, Floats]) -> Ints:
    """(R,) labels by the whole clusterer, from stored neighbour lists; it is told no label and no threshold."""
    faces = Faces(data.embedding[rows], data.photo[rows], data.quality[rows], edges_of_lists(*lists))
    return partition(faces, Constraints.none(len(rows)), learn(faces, UNKNOWN), UNKNOWN).label


def arriving(embedding: Floats, portions: list[Ints]) -> tuple[Ints, Floats]:
    """Neighbour lists as the service keeps them while faces come in portions."""
    total = len(embedding)
    lists, there = Lists.empty(total, NEIGHBOURS, FLOOR), np.zeros(total, bool)
    lists.key[:] = np.arange(total)
    for portion in portions:
        there[portion] = True
        lists.renew(embedding, np.flatnonzero(there), np.sort(portion), portion[:0])
    return lists.near.astype(np.int64), lists.score.astype(np.float32)


def plain(lists: tuple[Ints, Floats], total: int) -> Ints:
    """What DBSCAN with two faces a core comes to: connected components over one fixed cosine."""
    edges = edges_of_lists(*lists)
    kept = edges.score >= PLAIN_COSINE
    return components(edges.a[kept], edges.b[kept], total)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def scores(truth: Ints, found: Ints) -> dict[str, float]:
    precision, recall, f = bcubed(truth, found)
    sizes = np.bincount(found)
    return {
        "bcubed_p": precision,
        "bcubed_r": recall,
        "bcubed_f": f,
        "pairwise_f": pairwise(truth, found)[2],
        "clusters": float((sizes >= 3).sum()),
        "impure_share": _impure(truth, found),
    }


def _impure(truth: Ints, found: Ints) -> float:
    """Share of the shown clusters, of three faces or more, of which under 95 % are one person."""
    shown = np.flatnonzero(np.bincount(found) >= 3)
    impure = [1 for one in shown if np.bincount(truth[found == one]).max() < 0.95 * (found == one).sum()]
    return len(impure) / max(len(shown), 1)


def measure(data: Data, portions: int) -> tuple[dict[str, float], dict[str, float]]:
    """The clusterer's figures and the baseline's."""
    rows = np.arange(data.base)
    embedding, truth = data.embedding[: data.base], data.identity[: data.base]
    kept = Lists.empty(data.base, NEIGHBOURS, FLOOR)
    kept.key[:] = rows
    _, listing_s = timed(lambda: kept.renew(embedding, rows, rows, rows[:0]))
    lists = kept.near.astype(np.int64), kept.score.astype(np.float32)
    label, seconds = timed(lambda: people(data, rows, lists))
    memory = peak_mb()
    baseline, plain_s = timed(lambda: plain(lists, data.base))
    order = np.random.default_rng(0).permutation(data.base)
    later = arriving(embedding, np.array_split(order, portions))
    agreement = bcubed(label, people(data, rows, later))[2]
    figures = {"seconds": seconds, "neighbours_s": listing_s, "peak_mb": memory, "agreement": agreement}
    added = {"added_seconds": added_s(data, kept)}
    return scores(truth, label) | figures | added, scores(truth, baseline) | {"seconds": plain_s}


def added_s(data: Data, kept: Lists) -> float:
    """Seconds until the faces on top have their people: their neighbours and one whole run."""
    everyone = np.arange(len(data.embedding))
    lists = kept.grown(len(everyone))
    lists.key[data.base :] = everyone[data.base :]

    def add() -> Ints:
        lists.renew(data.embedding, everyone, everyone[data.base :], everyone[:0])
        return people(data, everyone, (lists.near.astype(np.int64), lists.score.astype(np.float32)))

    return timed(add)[1] if len(everyone) > data.base else 0.0


def table(ours: dict[str, float], baseline: dict[str, float]) -> str:
    lines = [f"{'':16} {'PictoPy':>10} {'plain .50':>10}"]
    for name, value in ours.items():
        other = baseline.get(name)
        lines.append(f"{name:16} {value:10.4f} {other:10.4f}" if other is not None else f"{name:16} {value:10.4f}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    parser.add_argument("--portions", type=int, default=20)
    given = parser.parse_args()
    ours, baseline = measure(read(given.data), given.portions)
    if not given.json:
        print(table(ours, baseline))
    print(json.dumps({name: round(value, 5) for name, value in ours.items()} | {"data": given.data.name}))


if __name__ == "__main__":
    main()
