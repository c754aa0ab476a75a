"""A file whose own names for input and outputs are not known: its entry's names stand for them, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.ports import Session, TensorSpec


class NamedByPosition:
    def __init__(self, entry: Entry, inner: Session) -> None:
        """Raises ModelError where the file has another number of inputs or outputs than the entry."""
        names = (len(inner.inputs), len(inner.outputs))
        if names != (1, len(entry.output.names)):
            raise ModelError(
                entry.id,
                f"has {names[0]} inputs and {names[1]} outputs, its entry says 1 and {len(entry.output.names)}",
            )
        self._inner = inner
        self._input = entry.input.name
        self.inputs: tuple[TensorSpec, ...] = (replace(inner.inputs[0], name=entry.input.name),)
        self.outputs: tuple[TensorSpec, ...] = tuple(
            replace(spec, name=name) for spec, name in zip(inner.outputs, entry.output.names, strict=True)
        )

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        return self._inner.run({self._inner.inputs[0].name: feed[self._input]})
