"""How right events, trips and camera clocks are, on a library whose life is known.

    python bench/events.py PHOTOS.jsonl [--json]

One JSON object a photo: id, taken_at_local, camera, lat, lon, event, trip (null where it belongs to none), and if known
offset_min and true_at_utc. Prints a table beside fixed gaps; the last line is one JSON object.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from scores import Score, bcubed, boundary, codes

from pictopy_cluster.domain.clocks import clock_errors
from pictopy_cluster.domain.happenings import happenings
from pictopy_cluster.domain.timeline import Snap, timeline_of

Row = Mapping[str, Any]
FIXED_GAPS_H = (1.0, 2.0, 36.0)
TRIP_IOU = 0.7
MIN_SHOTS = 50
"""Clocks are asked for only where a camera has so many photos on a trip, and another camera was there."""
RIGHT_WITHIN_S = 15 * 60


def snap(row: Row) -> Snap | None:
    """As the service keeps it: a camera's photo with a time of day is a shot."""
    at = row["taken_at_local"]
    if at is None:
        return None
    is_shot = row["camera"] is not None and "T" in at
    return Snap(
        row["id"], datetime.fromisoformat(at), row.get("offset_min"), row["camera"], row["lat"], row["lon"], is_shot
    )


def fixed_gap(snaps: Sequence[Snap], hours: float) -> dict[str, str]:
    """Photo to event, an event ending at each pause of so many hours."""
    events: dict[str, str] = {}
    number, last = 0, None
    for one in sorted((s for s in snaps if s.is_shot), key=lambda s: (s.taken_at_local, s.photo_id)):
        if last and (one.taken_at_local - last).total_seconds() > hours * 3600:
            number += 1
        events[one.photo_id] = str(number)
        last = one.taken_at_local
    sizes = Counter(events.values())
    return {photo: event for photo, event in events.items() if sizes[event] >= 3}


def event_scores(rows: Sequence[Row], found: Mapping[str, str]) -> tuple[Score, Score]:
    """Boundaries and BCubed against the true events; a photo of none is one of its own."""
    truth, label = codes([row["event"] for row in rows]), codes([found.get(row["id"]) for row in rows])
    times = [row.get("true_at_utc") or row["taken_at_local"] or "" for row in rows]
    return boundary(truth, label, times), bcubed(truth, label)


def trip_f1(rows: Sequence[Row], found: Sequence[set[str]]) -> float:
    """A trip is found where one of ours shares at least .7 of their union with it."""
    truth: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["trip"]:
            truth[row["trip"]].add(row["id"])
    hits = sum(any(len(a & b) >= TRIP_IOU * len(a | b) for b in found) for a in truth.values())
    return 2 * hits / max(len(found) + len(truth), 1)


def clocks(rows: Sequence[Row], snaps: Sequence[Snap]) -> tuple[float | None, int, int]:
    """Share of the wrong clocks that are found, how many there are, and how many right ones were called wrong."""
    line = timeline_of(snaps)
    added = {line.photo_ids[n]: error.add_s for error in clock_errors(line) for n in error.shots}
    wrong = found = false = 0
    for shots in _doubtful(rows).values():
        true_s = median(shift for _, shift in shots)
        given_s = median(added.get(photo, 0.0) for photo, _ in shots)
        is_right = abs(given_s + true_s) <= RIGHT_WITHIN_S
        wrong += abs(true_s) > RIGHT_WITHIN_S
        found += abs(true_s) > RIGHT_WITHIN_S and is_right
        false += abs(true_s) <= RIGHT_WITHIN_S and not is_right
    return (found / wrong if wrong else None), wrong, false


def _doubtful(rows: Sequence[Row]) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """(trip, camera) to its photos and how many seconds their clock is ahead, where another camera knows the zone."""
    zone = {row["trip"]: row["offset_min"] * 60 for row in rows if row["trip"] and row.get("offset_min") is not None}
    sure = {row["camera"] for row in rows if row.get("offset_min") is not None}
    shots: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for row in rows:
        if row["trip"] in zone and row["camera"] and row["camera"] not in sure and row.get("true_at_utc"):
            ahead = datetime.fromisoformat(row["taken_at_local"]) - datetime.fromisoformat(row["true_at_utc"])
            shots[row["trip"], row["camera"]].append((row["id"], ahead.total_seconds() - zone[row["trip"]]))
    return {key: one for key, one in shots.items() if len(one) >= MIN_SHOTS}


def measure(rows: Sequence[Row]) -> tuple[dict[str, float | None], list[tuple[str, Score, Score]]]:
    """Our figures, and a table row for us and for each baseline."""
    snaps = [one for row in rows if (one := snap(row))]
    start = time.perf_counter()
    found = happenings(snaps, {}, lambda _lat, _lon: None)
    seconds = time.perf_counter() - start
    events = [event for one in found for event in one.events]
    ours = {photo: str(n) for n, event in enumerate(events) for photo in event.photo_ids}
    table = [("PictoPy", *event_scores(rows, ours))]
    table += [(f"gap {h:g} h", *event_scores(rows, fixed_gap(snaps, h))) for h in FIXED_GAPS_H]
    share, wrong, false = clocks(rows, snaps)
    _, edges, groups = table[0]
    figures = {
        "boundary_f1": edges[2],
        "bcubed_f": groups[2],
        "trip_f1": trip_f1(rows, [set(one.trip.photo_ids) for one in found if one.trip]),
        "clocks_found": share,
        "clocks_wrong": float(wrong),
        "clocks_false": float(false),
        "events": float(len(events)),
        "seconds": seconds,
    }
    return figures, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", action="store_true", help="only the JSON line")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.data.read_text().splitlines() if line.strip()]
    figures, table = measure(rows)
    if not given.json:
        print(f"{'':10} {'boundary P':>10} {'R':>6} {'F1':>6} {'BCubed P':>9} {'R':>6} {'F':>6}")
        for name, (p, r, f), (bp, br, bf) in table:
            print(f"{name:10} {p:10.3f} {r:6.3f} {f:6.3f} {bp:9.3f} {br:6.3f} {bf:6.3f}")
        print(", ".join(f"{name} {value:.3f}" for name, value in figures.items() if value is not None))
    rounded = {name: None if value is None else round(value, 5) for name, value in figures.items()}
    print(json.dumps(rounded | {"photos": len(rows), "data": given.data.name}))


if __name__ == "__main__":
    main()
