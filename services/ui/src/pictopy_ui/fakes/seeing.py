"""Vision, answered out of a `House`: models that come and go, and changes from one to another."""

from collections.abc import Mapping

from pictopy_ui import answers as a
from pictopy_ui.fakes.finding import check, found
from pictopy_ui.fakes.house import House


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

    def use(self, model_id: str, task: str | None = None) -> None:
        model = self._model(model_id)
        before = next((one.id for one in self._house.models if one.in_use and one.task == model.task), "")
        self._house.models = [
            one.model_copy(update={"in_use": one.id == model_id}) if one.task == model.task else one
            for one in self._house.models
        ]
        if before and before != model_id and model.task in {"face_embedding", "image_embedding"}:
            self._house.changes = [a.Change(task=model.task, before=before, after=model_id)]

    def switch(self, task: str, *, is_on: bool) -> None:
        check(self._house, "vision")
        self._house.asked.append(("switch", task, is_on))

    def profiles(self) -> a.Profiles:
        check(self._house, "vision")
        ids = tuple(model.id for model in self._house.models[:2])
        small = a.Profile(
            id="4gb", title="4 GB / N100", models=ids, disk_mb=9, memory_mb=400, ms_per_photo=180, installed=True
        )
        large = a.Profile(id="gpu", title="GPU", models=ids, disk_mb=400, memory_mb=3000, fits=False)
        hardware = a.Hardware(cores=4, memory_mb=8000, instructions=("avx2",), disk_free_mb=120_000)
        return a.Profiles(items=(small, large), hardware=hardware, recommended="4gb")

    def use_profile(self, profile_id: str) -> None:
        check(self._house, "vision")
        self._house.asked.append(("profile", profile_id))

    def bench(self) -> a.Bench:
        check(self._house, "vision")
        return self._house.bench

    def start_bench(self) -> None:
        check(self._house, "vision")
        timings = tuple(
            a.Timing(model=one.id, task=one.task, ms=31.5, runs=30, engine="onnxruntime")
            for one in self._house.models
            if one.installed
        )
        self._house.bench = a.Bench(items=timings)

    def changes(self) -> tuple[a.Change, ...]:
        check(self._house, "vision")
        return tuple(self._house.changes)

    def end_change(self, task: str, how: str) -> None:
        ended = next(one for one in self.changes() if one.task == task)
        self._house.changes = []
        if how == "back":
            self.use(ended.before)
            self._house.changes = []

    def _model(self, model_id: str) -> a.Model:
        check(self._house, "vision")
        return found("vision", {one.id: one for one in self._house.models}, model_id)

    def _install(self, model_id: str, *, is_in: bool) -> None:
        check(self._house, "vision")
        state = {"installed": is_in, "in_use": is_in}
        self._house.models = [
            model.model_copy(update=state) if model.id == model_id else model for model in self._house.models
        ]


def _why(model: a.Model, used: Mapping[str, a.Model]) -> str:
    return "The best installed model for it" if model.task in used else "No model for it is installed"
