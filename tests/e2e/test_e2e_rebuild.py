"""The databases are disposable: what people said is in their folders, and a rebuild brings back every word."""

import csv
import difflib
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pictopy_testing import shared
from pictopy_testing.folders import write_photo
from pictopy_testing.stack import Running, Stack, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
JOURNAL = Path(".pictopy") / "journal.jsonl"
PEOPLE, PHOTOS_EACH, OTHERS = 5, 6, 6


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Real photos of five people, six each, and of six people once."""
    shared.models()
    lfw = shared.photos("lfw_half")
    with (lfw / "labels.csv").open(encoding="utf-8") as labels:
        rows = list(csv.DictReader(labels))
    files = {path.name: path for path in lfw.rglob("*.jpg")}
    counts = Counter(row["identity"] for row in rows)
    often = [identity for identity, _ in counts.most_common(PEOPLE)]
    once = [identity for identity, count in counts.items() if count == 1][:OTHERS]
    root = tmp_path / "photos"
    for identity in (*often, *once):
        mine = [row for row in rows if row["identity"] == identity][:PHOTOS_EACH]
        for row in mine:
            source = files[Path(row["file"]).name]
            target = root / identity / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return root


class Owner:
    """Someone who says a good deal."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.photos = {photo["files"][0]["path"]: photo for photo in running.items("ingest", "/v1/photos")}
        self.ids = [self.photos[path]["photo_id"] for path in sorted(self.photos)]

    def says(self) -> None:
        self.of_photos()
        self.of_people()
        self.of_events()
        self.running.settle()
        self.of_memories()
        self.running.settle()

    def of_photos(self) -> None:
        """Favourites, hidden ones, captions, keywords, a time, a place, albums."""
        change = {
            0: {"favourite": True},
            1: {"hidden": True},
            2: {"caption": "By the sea, at last", "title": "Sea", "keywords": ["sea", "a, b; c"], "rating": 5},
            3: {"caption": None, "rating": -1},
            4: {"taken_at_local": "2019-08-03T18:05:00", "taken_offset_min": 120},
            5: {"latitude_deg": 41.9, "longitude_deg": 12.5, "city": "Rome", "country": "Italy"},
        }
        for number, body in change.items():
            self.running.call("PATCH", "ingest", f"/v1/photos/{self.ids[number]}", json=body)
        for name, members in (("Rome", self.ids[:6]), ("Best", self.ids[3:9]), ("empty", [])):
            album = self.running.post("ingest", "/v1/albums", {"name": name})["album_id"]
            self.running.call("PUT", "ingest", f"/v1/albums/{album}/photos", json={"add": members})
        self.running.call("PUT", "ingest", f"/v1/albums/{album}/photos", json={"add": self.ids[:1]})
        self.running.call("DELETE", "ingest", f"/v1/albums/{album}")

    def of_people(self) -> None:
        """Names, a wrong face taken out and given to another, something that is no face, one hidden."""
        people = [one for one in self.running.items("cluster", "/v1/people") if one["face_count"] > 1]
        names = ["Åsa O'Neil", "Иван", "李雷", "Dr. Who, Jr.", "hidden one"]
        for name, person in zip(names, people, strict=False):
            self._decide(kind="name", person_id=person["person_id"], name=name)
        first, second = people[0]["person_id"], people[1]["person_id"]
        faces = self._faces()
        mine = sorted(face["face_id"] for face in faces if face["person_id"] == first)
        self._decide(kind="not_same", person_id=first, face_ids=mine[:1])
        self._decide(kind="assign", person_id=second, face_ids=mine[1:2])
        stray = next(face["face_id"] for face in faces if face["person_id"] not in {first, second})
        self._decide(kind="not_a_face", face_ids=[stray])
        self._decide(kind="hide", person_id=people[-1]["person_id"])

    def _decide(self, **body: Any) -> None:
        self.running.post("cluster", "/v1/decisions", body)

    def _faces(self) -> list[dict[str, Any]]:
        return [
            {**face, "photo_id": photo_id}
            for photo_id in self.ids
            for face in self.running.items("cluster", f"/v1/photos/{photo_id}/faces")
        ]

    def of_events(self) -> None:
        """Titles."""
        for number, event in enumerate(self.running.items("cluster", "/v1/events")[:3]):
            self.running.call("PATCH", "cluster", f"/v1/events/{event['event_id']}", json={"title": f"Feast {number}"})

    def of_memories(self) -> None:
        """A story seen, one judged."""
        stories = self.running.get("memories", "/v1/memories")["items"]
        for number, story in enumerate(stories):
            self.running.post("memories", f"/v1/memories/{story['story_id']}/{'feedback' if number % 2 else 'seen'}",
                              {"verdict": "less"} if number % 2 else None)  # fmt: skip


def exported(stack: Stack) -> dict[str, Any]:
    """What `pictopy export` prints."""
    done = stack.command("export")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def exported_at_rest(stack: Stack, library: Path) -> dict[str, Any]:
    """The same of a stopped stack; a photo that came meanwhile is not imported by it."""
    previews = len(list((stack.data / "ingest").rglob("*.jpg")))
    late = write_photo(library / "late.jpg", 7)
    told = exported(stack)
    late.unlink()
    assert len(list((stack.data / "ingest").rglob("*.jpg"))) == previews
    return told


def difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    one, other = (
        json.dumps(part, indent=1, ensure_ascii=False, sort_keys=True).splitlines() for part in (before, after)
    )
    return "\n".join(difflib.unified_diff(one, other, "before", "after", lineterm="", n=2))


@pytest.mark.photos
def test_a_rebuild_brings_back_every_word(library: Path, tmp_path: Path) -> None:
    """Export, throw Postgres, Qdrant and NATS away, rebuild from the files, export: not one line differs."""
    stack = Stack(tmp_path / "data")
    with stack.up(library) as running:
        running.settle()
        Owner(running).says()
        wait_until((library / JOURNAL).is_file, 60, running.left)
        running.settle()
        said = [json.loads(line) for line in (library / JOURNAL).read_text(encoding="utf-8").splitlines()]
    before = exported_at_rest(stack, library)
    assert {entry["owner"] for entry in said[1:]} == {"ingest", "cluster", "memories"}
    assert len(before["photos"]) >= 6
    ledger = stack.command("ledger", "--json")
    assert {"written"} <= {row["status"] for row in json.loads(ledger.stdout)}, ledger.stderr
    assert ".pictopy/journal.jsonl" in stack.command("ledger", "--status", "written").stdout
    journal = (library / JOURNAL).read_bytes()
    shutil.rmtree(tmp_path / "data")

    rebuilt = stack.command("rebuild", "--from-files", "--library", str(library), "--json", timeout_s=500)
    assert rebuilt.returncode == 0, rebuilt.stderr + rebuilt.stdout
    assert json.loads(rebuilt.stdout)["refused"] == []
    assert (library / JOURNAL).read_bytes() == journal
    lost = difference(before, exported(stack))
    assert not lost, lost
    refused = stack.command("rebuild", "--from-files", "--library", str(library))
    assert refused.returncode == 1
    assert "--again" in refused.stderr
