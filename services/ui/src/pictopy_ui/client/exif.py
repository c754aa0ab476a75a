"""Exif: what was written into the user's files, and how to take it back."""

from pictopy_ui import answers as a
from pictopy_ui.client.line import Line


class ExifClient:
    def __init__(self, line: Line) -> None:
        self._line = line

    def ledger(self, photo_id: str | None = None, cursor: str | None = None) -> a.Listing[a.Write]:
        return self._line.get("/v1/ledger", a.Listing[a.Write], {"photo_id": photo_id, "cursor": cursor})

    def undo(self, write_id: int) -> None:
        self._line.send("POST", f"/v1/ledger/{write_id}/undo", {})

    def failed_wishes(self) -> tuple[a.FailedWish, ...]:
        return self._line.get("/v1/wishes/failed", a.Listing[a.FailedWish]).items

    def policy(self) -> a.Policy:
        return self._line.get("/v1/policy", a.Policy)

    def set_policy(self, policy: a.Policy) -> None:
        self._line.send("PUT", "/v1/policy", policy.model_dump())
