"""The other ports of the pages, answered out of a `House`."""

from datetime import date

from pictopy_ui import answers as a
from pictopy_ui.fakes.finding import check, found, page_of
from pictopy_ui.fakes.house import House
from pictopy_ui.fakes.library import FakeIngest
from pictopy_ui.fakes.people import FakeCluster
from pictopy_ui.fakes.searching import FakeSearch
from pictopy_ui.fakes.seeing import FakeVision
from pictopy_ui.ports import Deps

SERVICES = ("ingest", "vision", "cluster", "search", "memories", "exif")


class FakeMemories:
    def __init__(self, house: House) -> None:
        self._house = house

    def stories(self, day: date) -> tuple[a.Story, ...]:
        check(self._house, "memories")
        return tuple(story for story in self._house.stories.values() if story.day == day.isoformat())

    def story(self, story_id: str) -> a.Story:
        check(self._house, "memories")
        return found("memories", self._house.stories, story_id)

    def build(self, day: date) -> None:
        check(self._house, "memories")
        self._house.asked.append(("build", day.isoformat()))

    def seen(self, story_id: str) -> None:
        self._house.stories[story_id] = self.story(story_id).model_copy(update={"seen": True})

    def feedback(self, story_id: str, verdict: str) -> None:
        self.story(story_id)
        self._house.asked.append(("feedback", story_id, verdict))


class FakeExif:
    def __init__(self, house: House) -> None:
        self._house = house

    def _open(self) -> House:
        check(self._house, "exif")
        return self._house

    def ledger(
        self, photo_id: str | None = None, cursor: str | None = None, *, day: date | None = None, status: str = ""
    ) -> a.Listing[a.Write]:
        def is_asked(one: a.Write) -> bool:
            is_of_day = day is None or (one.written_at is not None and one.written_at.date() == day)
            return photo_id in {None, one.photo_id} and status in {"", one.status} and is_of_day

        return page_of([one for one in self._open().writes if is_asked(one)], cursor, 50)

    def undo(self, write_id: int) -> None:
        undone = {"status": "undone"}
        self._house.writes = [
            write.model_copy(update=undone) if write.write_id == write_id else write for write in self._open().writes
        ]

    def undo_all(self, day: date | None = None) -> None:
        for write in self.ledger(day=day, status="written").items:
            self.undo(write.write_id)

    def plan(self, photo_id: str) -> tuple[a.PlanItem, ...]:
        photo = found("exif", self._open().photos, photo_id)
        return (a.PlanItem(path=photo.files[0].path, target="embedded", add=("dc:subject Anna",)),)

    def dry_run(self) -> a.DryRun:
        return self._open().dry_run

    def start_dry_run(self) -> None:
        photos = len(self._open().photos)
        refused = (a.Reason(reason="the file is read-only", count=1),)
        self._house.dry_run = a.DryRun(
            photos=photos, files=photos, by_kind={"people": photos}, by_target={"embedded": photos}, refused=refused
        )

    def failed_wishes(self) -> tuple[a.FailedWish, ...]:
        return tuple(self._open().wishes)

    def policy(self) -> a.Policy:
        return self._open().policy

    def set_policy(self, policy: a.Policy) -> None:
        self._open().policy = policy


class FakeWatch:
    def __init__(self, house: House) -> None:
        self._house = house

    def health(self) -> tuple[a.Health, ...]:
        up = [service not in self._house.down for service in SERVICES]
        return tuple(
            a.Health(service=service, version="0.1.0", ready=is_up, reachable=is_up, settled=is_up)
            for service, is_up in zip(SERVICES, up, strict=True)
        )


class PlainPictures:
    """Addresses without a signature."""

    def __init__(self, base_url: str = "http://pictures.invalid") -> None:
        self._base_url = base_url

    def thumbnail(self, photo_id: str) -> str:
        return f"{self._base_url}/v1/photos/{photo_id}/thumbnail"

    def preview(self, photo_id: str) -> str:
        return f"{self._base_url}/v1/photos/{photo_id}/preview"

    def original(self, photo_id: str) -> str:
        return f"{self._base_url}/v1/photos/{photo_id}/original"


def deps_of(house: House) -> Deps:
    """Every port on this household."""
    return Deps(
        ingest=FakeIngest(house),
        vision=FakeVision(house),
        cluster=FakeCluster(house),
        search=FakeSearch(house),
        memories=FakeMemories(house),
        exif=FakeExif(house),
        watch=FakeWatch(house),
        pictures=PlainPictures(),
    )
