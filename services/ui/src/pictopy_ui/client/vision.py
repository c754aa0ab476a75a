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
