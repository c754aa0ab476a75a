"""Exif: what was written into the user's files, and how to take it back."""

from datetime import date

from pictopy_ui import answers as a
from pictopy_ui.client.line import Line, part


class ExifClient:
    def __init__(self, line: Line) -> None:
        self._line = line

    def ledger(
        self, photo_id: str | None = None, cursor: str | None = None, *, day: date | None = None, status: str = ""
    ) -> a.Listing[a.Write]:
        query = {"photo_id": photo_id, "cursor": cursor, "day": day.isoformat() if day else None}
        return self._line.get("/v1/ledger", a.Listing[a.Write], query | {"status": status or None})

    def undo(self, write_id: int) -> None:
        self._line.send("POST", f"/v1/ledger/{write_id}/undo", {})

    def undo_all(self, day: date | None = None) -> None:
        self._line.send("POST", "/v1/undo", {"day": day.isoformat()} if day else {"all": True})

    def plan(self, photo_id: str) -> tuple[a.PlanItem, ...]:
        return self._line.get(f"/v1/photos/{part(photo_id)}/plan", a.Listing[a.PlanItem]).items

    def dry_run(self) -> a.DryRun:
        return self._line.get("/v1/dry-run", a.DryRun)

    def start_dry_run(self) -> None:
        self._line.send("POST", "/v1/dry-run", {})

    def failed_wishes(self) -> tuple[a.FailedWish, ...]:
        return self._line.get("/v1/wishes/failed", a.Listing[a.FailedWish]).items

    def policy(self) -> a.Policy:
        return self._line.get("/v1/policy", a.Policy)

    def set_policy(self, policy: a.Policy) -> None:
        body = policy.model_dump() if policy.concepts else policy.model_dump(exclude={"concepts"})
        self._line.send("PUT", "/v1/policy", body)
