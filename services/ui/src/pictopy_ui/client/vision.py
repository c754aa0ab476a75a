"""Vision: which models there are and which tasks are on."""

from pictopy_ui import answers as a
from pictopy_ui.client.line import Line, part


class VisionClient:
    def __init__(self, line: Line) -> None:
        self._line = line

    def models(self) -> a.Models:
        return self._line.get("/v1/models", a.Models)

    def pull(self, model_id: str) -> None:
        self._line.send("POST", f"/v1/models/{part(model_id)}/pull", {})

    def pull_starter(self) -> None:
        self._line.send("POST", "/v1/models/pull-starter", {})

    def remove(self, model_id: str) -> None:
        self._line.send("POST", f"/v1/models/{part(model_id)}/remove", {})

    def pulls(self) -> tuple[a.Pull, ...]:
        return self._line.get("/v1/models/pulls", a.Listing[a.Pull]).items

    def use(self, model_id: str, task: str | None = None) -> None:
        self._line.send("POST", f"/v1/models/{part(model_id)}/use", {"task": task} if task else {})

    def switch(self, task: str, *, is_on: bool) -> None:
        self._line.send("POST", f"/v1/tasks/{part(task)}/{'on' if is_on else 'off'}", {})

    def profiles(self) -> a.Profiles:
        return self._line.get("/v1/profiles", a.Profiles)

    def use_profile(self, profile_id: str) -> None:
        self._line.send("POST", f"/v1/profiles/{part(profile_id)}/use", {})

    def bench(self) -> a.Bench:
        return self._line.get("/v1/models/bench", a.Bench)

    def start_bench(self) -> None:
        self._line.send("POST", "/v1/models/bench", {})

    def changes(self) -> tuple[a.Change, ...]:
        return self._line.get("/v1/models/changes", a.Listing[a.Change]).items

    def end_change(self, task: str, how: str) -> None:
        self._line.send("POST", f"/v1/models/changes/{part(task)}/{part(how)}", {})
