"""A household of invented photos, people, events and stories; the state behind the fake services."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pictopy_contracts.geometry import Box
from pictopy_ui import answers as a

NAMES = ("Anna", "Björn", "Chiara «Kiki» O'Neill", None, None, None)
PLACES = ("Arezzo", "Lund", "Roma")
TAGS = ("beach", "cake", "mountain", "dog", "snow")
SHAPES = ((1200, 800), (800, 1200), (1600, 900), (1000, 1000), (1500, 1000))
MODELS = (
    ("yunet", "faces", "YuNet face detector", "MIT", 232_589, True),
    ("sface", "face_embedding", "SFace face embedding", "Apache-2.0", 38_696_353, True),
    ("mobilenet-tags", "tags", "MobileNet tags", "Apache-2.0", 13_964_571, False),
)
CONCEPTS = ("people", "keywords", "event", "place", "caption", "title", "rating", "favourite", "albums", "time")


@dataclass
class House:
    """`down`: services that do not answer. Everything a page changes is kept here and can be looked at."""

    libraries: list[a.Library] = field(default_factory=list)
    photos: dict[str, a.PhotoFacts] = field(default_factory=dict)
    hits: dict[str, a.Hit] = field(default_factory=dict)
    people: dict[str, a.Person] = field(default_factory=dict)
    faces: dict[str, a.Face] = field(default_factory=dict)
    events: dict[str, a.Event] = field(default_factory=dict)
    stories: dict[str, a.Story] = field(default_factory=dict)
    failures: list[a.Failure] = field(default_factory=list)
    writes: list[a.Write] = field(default_factory=list)
    wishes: list[a.FailedWish] = field(default_factory=list)
    models: list[a.Model] = field(default_factory=list)
    pulls: list[a.Pull] = field(default_factory=list)
    policy: a.Policy = field(default_factory=lambda: a.Policy(concepts=dict.fromkeys(CONCEPTS, "on")))
    albums: dict[str, a.Album] = field(default_factory=dict)
    conflicts: list[a.Conflict] = field(default_factory=list)
    changes: list[a.Change] = field(default_factory=list)
    bench: a.Bench = field(default_factory=a.Bench)
    dry_run: a.DryRun = field(default_factory=a.DryRun)
    held: set[str] = field(default_factory=set)
    """Stages of which looking again is held back."""
    asked: list[tuple[object, ...]] = field(default_factory=list)
    """What was asked for, in order: («scan», library), («decide», kind, subject) ..."""
    before: dict[int, tuple[dict[str, a.Person], dict[str, a.Face]]] = field(default_factory=dict)
    """People and faces as they were before each decision, to undo it."""
    down: set[str] = field(default_factory=set)

    @classmethod
    def furnished(cls, photos: int = 48, today: datetime = datetime(2026, 6, 14, 12, 0)) -> "House":  # noqa: DTZ001  # local, as photos are
        """With photos every few days back from `today`, and all that comes of them."""
        house = cls(libraries=[a.Library(library_id="l1", name="Family", root="/photos/family", photo_count=photos)])
        for number in range(photos):
            house._take(number, today - timedelta(days=9 * number + number % 3, hours=number % 7))
        house._meet()
        house._happen()
        house._tell(today)
        house._work()
        return house

    def _take(self, number: int, when: datetime) -> None:
        photo_id = f"{number:032x}"
        width, height = SHAPES[number % len(SHAPES)]
        is_video = number % 17 == 5
        facts = a.PhotoFacts(
            photo_id=photo_id,
            kind="video" if is_video else "photo",
            format="mp4" if is_video else "jpeg",
            files=(a.File(library_id="l1", path=f"{when:%Y}/IMG_{number:04}.jpg", size_bytes=3_400_000 + number),),
            width_px=width,
            height_px=height,
            taken_at_local=when,
            time_source="exif",
            latitude_deg=43.46 + number / 1000,
            longitude_deg=11.88,
            camera_make="Fujifilm",
            camera_model="X-T5",
            duration_s=12.4 if is_video else None,
            keywords=("holiday",) if number % 4 == 0 else (),
            favourite=number % 6 == 1,
        )
        self.photos[photo_id] = facts
        self.hits[photo_id] = a.Hit(
            photo_id=photo_id,
            kind=facts.kind,
            taken_at_local=when,
            tags=(TAGS[number % len(TAGS)],),
            event_id=f"e{number // 8}",
            places=(PLACES[number % len(PLACES)],),
            width_px=width,
            height_px=height,
            duration_s=facts.duration_s,
        )

    def _meet(self) -> None:
        """Each photo but every fifth shows one person."""
        for number, photo_id in enumerate(self.photos):
            if number % 5 == 4:
                continue
            person_id = f"p{number % len(NAMES)}"
            x = 0.25 + (number % 4) * 0.1
            box = Box(x1=x, y1=0.22, x2=x + 0.2, y2=0.58)
            source = "user" if number % 9 == 0 else "auto"
            face = a.Face(face_id=f"f{number}", photo_id=photo_id, box=box, source=source, confidence=0.91)
            self.faces[face.face_id] = face.model_copy(update={"person_id": person_id})
        for number, name in enumerate(NAMES):
            self.people[f"p{number}"] = a.Person(person_id=f"p{number}", name=name)
        self.count_faces()
        for face_id in list(self.faces)[:2]:
            loose = self.faces[face_id].model_copy(update={"face_id": f"loose-{face_id}", "person_id": None})
            self.faces[loose.face_id] = loose

    def count_faces(self) -> None:
        """People follow from faces; who has none left is gone."""
        for person in list(self.people.values()):
            own = [face for face in self.faces.values() if face.person_id == person.person_id]
            if not own:
                del self.people[person.person_id]
                continue
            cover = a.Cover(photo_id=own[0].photo_id, box=own[0].box)
            counts = {"face_count": len(own), "photo_count": len({face.photo_id for face in own}), "cover": cover}
            self.people[person.person_id] = person.model_copy(update=counts)

    def _happen(self) -> None:
        for event_id in dict.fromkeys(hit.event_id for hit in self.hits.values() if hit.event_id):
            inside = [hit for hit in self.hits.values() if hit.event_id == event_id]
            times = sorted(hit.taken_at_local for hit in inside if hit.taken_at_local)
            place = inside[0].places[0]
            self.events[event_id] = a.Event(
                event_id=event_id,
                kind="trip" if int(event_id[1:]) % 2 else "event",
                title=f"Days in {place}",
                started_at_local=times[0],
                ended_at_local=times[-1],
                place=place,
                photo_count=len(inside),
                photo_ids=tuple(hit.photo_id for hit in inside),
            )

    def _tell(self, today: datetime) -> None:
        for number, title in enumerate(("On this day, 2025", "Three days in Arezzo")):
            ids = list(self.photos)[number * 8 : number * 8 + 6]
            self.stories[f"s{number}"] = a.Story(
                story_id=f"s{number}",
                day=f"{today:%Y-%m-%d}",
                kind="on_this_day" if number == 0 else "trip",
                title=title,
                subtitle=f"{len(ids)} photos",
                reasons=("One year ago today.",) if number == 0 else ("A trip of three days with Anna.",),
                left_out=(a.LeftOut(reason="nearly the same as another", count=3),),
                slides=tuple(
                    a.Slide(photo_id=photo_id, caption=f"Day {at + 1}", reasons=("The sharpest of its minute.",))
                    for at, photo_id in enumerate(ids)
                ),
            )

    def _work(self) -> None:
        self.failures = [
            a.Failure(
                path="2019/broken «x».jpg", library_id="l1", stage="preview", reason="The file ends in the middle"
            ),
            a.Failure(
                photo_id=f"{3:032x}", stage="vision", reason="Out of memory", attempts=5, dead_id="vision:VISION:7"
            ),
        ]
        written = datetime(2026, 6, 1, 9, 30)  # noqa: DTZ001  # shown as it stands
        self.writes = [
            a.Write(write_id=7, photo_id=f"{0:032x}", path="2026/IMG_0000.jpg", target="embedded", status="written",
                    wishes={"people": ["Anna"]}, verified=True, written_at=written),
        ]  # fmt: skip
        self.albums = {"a0": a.Album(album_id="a0", name="Best of", photo_count=1)}
        self.change(f"{1:032x}", albums=("Best of",))
        self.conflicts = [
            a.Conflict(
                conflict_id="1", photo_id=f"{2:032x}", path="2026/IMG_0002.jpg", what="caption", ours="At home",
                theirs="In the garden", resolved="theirs", rule="The file is newer than what was said here",
                at=written,
            )
        ]  # fmt: skip
        self.models = [
            a.Model(
                id=id_, task=task, title=title, licence=licence, bytes=size, installed=is_in, in_use=is_in, starter=True
            )
            for id_, task, title, licence, size, is_in in MODELS
        ]

    def change(self, photo_id: str, **changes: object) -> None:
        self.photos[photo_id] = self.photos[photo_id].model_copy(update=changes)

    def without_models(self) -> "House":
        bare = [model.model_copy(update={"installed": False, "in_use": False}) for model in self.models]
        return replace(self, models=bare)

    def model_change(self, task: str) -> a.ModelChange:
        """A third of the photos is done."""
        change = next((one for one in self.changes if one.task == task), None)
        if change is None:
            return a.ModelChange(task=task)
        counts = {"done": len(self.photos) // 3, "total": len(self.photos)}
        return a.ModelChange(task=task, active=change.before, next=change.after, state="computing", **counts)
