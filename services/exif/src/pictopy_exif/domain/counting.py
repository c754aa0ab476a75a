"""What a dry run found: how many files would change, by kind of change, and why others would not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pictopy_exif.domain.mapping import concept_of, concepts_of
from pictopy_exif.domain.merge import Change
from pictopy_exif.domain.records import PhotoState


@dataclass
class DryRun:
    """The last one, which may still be under way. Photos counted; files that would change; per concept, files."""

    running: bool = False
    photos: int = 0
    files: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    by_target: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        self.running, self.photos, self.files = True, 0, 0
        for counter in (self.by_kind, self.by_target, self.refused):
            counter.clear()

    def count(self, state: PhotoState, target: str, change: Change) -> None:
        """One file that would change."""
        known = concepts_of(state.wishes, state.picture) if state.picture else {}
        self.files += 1
        self.by_target[target] += 1
        self.by_kind.update({concept_of(said, known) for said in (*change.added, *change.removed)})

    def refuse(self, reasons: Iterable[str]) -> None:
        self.refused.update(reasons)

    def shown(self) -> dict[str, Any]:
        refused = [{"reason": reason, "count": count} for reason, count in self.refused.most_common()]
        return {
            **{"running": self.running, "photos": self.photos, "files": self.files},
            **{"by_kind": dict(self.by_kind), "by_target": dict(self.by_target), "refused": refused},
        }
