"""Memories: the stories of a day."""

from datetime import date

from pictopy_ui import answers as a
from pictopy_ui.client.line import Line, part


class MemoriesClient:
    def __init__(self, line: Line) -> None:
        self._line = line

    def stories(self, day: date) -> tuple[a.Story, ...]:
        return self._line.get("/v1/memories", a.Listing[a.Story], {"day": day.isoformat()}).items

    def story(self, story_id: str) -> a.Story:
        return self._line.get(f"/v1/memories/{part(story_id)}", a.Story)

    def build(self, day: date) -> None:
        self._line.send("POST", "/v1/memories/build", {"day": day.isoformat()})

    def seen(self, story_id: str) -> None:
        self._line.send("POST", f"/v1/memories/{part(story_id)}/seen", {})

    def feedback(self, story_id: str, verdict: str) -> None:
        self._line.send("POST", f"/v1/memories/{part(story_id)}/feedback", {"verdict": verdict})
