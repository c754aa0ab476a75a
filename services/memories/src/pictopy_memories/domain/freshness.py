"""When to make today's stories anew: soon after the library has come to rest, and now and then while it never does."""

from dataclasses import dataclass

STALE_MOST_S = 300.0
"""A long import shows its first stories after five minutes."""


@dataclass
class Freshness:
    """Watches the version of the library; ask it again and again. Times are of one monotonic clock, in seconds."""

    settle_s: float
    _version: int | None = None
    _changed_at_s: float = 0.0
    _stale_since_s: float | None = None

    def is_due(self, version: int, built: int | None, now_s: float) -> bool:
        if version != self._version:
            self._version, self._changed_at_s = version, now_s
        if built == version:
            self._stale_since_s = None
            return False
        if self._stale_since_s is None:
            self._stale_since_s = now_s
        quiet = now_s - self._changed_at_s >= self.settle_s
        return quiet or now_s - self._stale_since_s >= STALE_MOST_S

    def built(self) -> None:
        """A build has ended; what changed meanwhile starts a new wait."""
        self._stale_since_s = None
