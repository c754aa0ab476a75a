"""The other ports of the pages, answered out of a `House`."""

from collections.abc import Mapping
from datetime import date

from pictopy_ui import answers as a
from pictopy_ui.fakes.finding import check, found, page_of
from pictopy_ui.fakes.house import House
from pictopy_ui.fakes.library import FakeIngest
from pictopy_ui.fakes.people import FakeCluster
from pictopy_ui.fakes.searching import FakeSearch
from pictopy_ui.ports import Deps

SERVICES = ("ingest", "vision", "cluster", "search", "memories", "exif")


class FakeVision:
    def __init__(self, house: House) -> None:
        self._house = house

    def models(self) -> a.Models:
        check(self._house, "vision")
        items = self._house.models
        used = {model.task: model for model in items if model.installed}
        tasks = {
            model.task: a.Task(
                on=model.task in used, model=model.id if model.task in used else None, why=_why(model, used)
            )
            for model in items
        }
        return a.Models(model_version="v1", tasks=tasks, items=tuple(items))

    def pull(self, model_id: str) -> None:
        self._install(model_id, is_in=True)

    def pull_starter(self) -> None:
        for model in list(self._house.models):
            self._install(model.id, is_in=True)

    def remove(self, model_id: str) -> None:
        self._install(model_id, is_in=False)

    def pulls(self) -> tuple[a.Pull, ...]:
        check(self._house, "vision")
        return tuple(self._house.pulls)

    def _install(self, model_id: str, *, is_in: bool) -> None:
        check(self._house, "vision")
        state = {"installed": is_in, "in_use": is_in}
        self._house.models = [
            model.model_copy(update=state) if model.id == model_id else model for model in self._house.models
        ]


def _why(model: a.Model, used: Mapping[str, a.Model]) -> str:
    return "The best installed model for it" if model.task in used else "No model for it is installed"


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

    def ledger(self, photo_id: str | None = None, cursor: str | None = None) -> a.Listing[a.Write]:
        return page_of([one for one in self._open().writes if photo_id in {None, one.photo_id}], cursor, 50)

    def undo(self, write_id: int) -> None:
        undone = {"status": "undone"}
        self._house.writes = [
            write.model_copy(update=undone) if write.write_id == write_id else write for write in self._open().writes
        ]

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
