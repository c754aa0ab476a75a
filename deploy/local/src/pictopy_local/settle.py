"""When an import is over, and when it never will be. Pure: the caller brings the snapshots and the clock."""

from typing import Any, Literal

from pictopy_local.activity import Snapshot

Verdict = Literal["working", "settled", "stalled"]
QUIET_S = 1.0
"""Settled must still hold after that: a message between two services shows in neither for a moment."""


class SettleWatch:
    """Settled twice in a row, at least a second apart; stalled after `stall_s` without any change."""

    def __init__(self, stall_s: float) -> None:
        self._stall_s = stall_s
        self._settled_since: float | None = None
        self._seen: dict[str, Any] = {}
        self._changed_at: float | None = None

    def observe(self, snapshot: Snapshot, now_s: float) -> Verdict:
        if snapshot.is_settled:
            self._settled_since = now_s if self._settled_since is None else self._settled_since
            return "settled" if now_s - self._settled_since >= QUIET_S else "working"
        self._settled_since = None
        if self._has_changed(snapshot) or self._changed_at is None:
            self._changed_at = now_s
        return "stalled" if now_s - self._changed_at > self._stall_s else "working"

    def _has_changed(self, snapshot: Snapshot) -> bool:
        """A service that comes and goes without getting on is no change: its last words count."""
        answers = {name: _work(status) for name, status in snapshot.statuses.items() if status is not None}
        if snapshot.activity is not None:
            answers["activity"] = snapshot.activity.model_dump()
        seen = {**self._seen, **answers}
        changed, self._seen = seen != self._seen, seen
        return changed


def _work(status: dict[str, Any]) -> dict[str, Any]:
    return {key: status.get(key) for key in ("pending", "outbox", "backlog")}
