"""A file whose own names for input and outputs are not known: its entry's names stand for them, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.ports import Session, TensorSpec


class NamedByPosition:
    """Outputs beyond those of the entry are left out. A text's inputs keep their names: they tell numbers from mask."""

    def __init__(self, entry: Entry, inner: Session) -> None:
        """Raises ModelError where the file has other numbers of inputs or outputs than the entry."""
        names = entry.output.names
        is_text = entry.input.fit == "tokens"
        if len(inner.outputs) < len(names) or (len(inner.inputs) != 1 and not is_text):
            has = f"{len(inner.inputs)} inputs and {len(inner.outputs)} outputs"
            raise ModelError(entry.id, f"has {has}, its entry says 1 and {len(names)}")
        self._inner = inner
        self._own_names = {} if is_text else {entry.input.name: inner.inputs[0].name}
        self.inputs: tuple[TensorSpec, ...] = (
            inner.inputs if is_text else (replace(inner.inputs[0], name=entry.input.name),)
        )
        self.outputs: tuple[TensorSpec, ...] = tuple(
            replace(spec, name=name) for spec, name in zip(inner.outputs, names, strict=False)
        )

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        named = {self._own_names.get(name, name): array for name, array in feed.items()}
        return self._inner.run(named)[: len(self.outputs)]
