"""A model's `config.pbtxt` for a Triton server, from its catalogue entry and the shapes in its file."""

from collections.abc import Sequence
from typing import Literal, Protocol

from pictopy_vision.domain.entry import Entry

Backend = Literal["onnxruntime", "python"]
"""`onnxruntime`: Triton's own, on GPU or CPU. `python`: our `model.py`, for servers that come without the other."""

MAX_BATCH = 64
QUEUE_DELAY_US = 2000  # what a request waits for company: a fiftieth of a photo's time on two cores
DTYPES = {
    "float32": "TYPE_FP32",
    "float16": "TYPE_FP16",
    "float64": "TYPE_FP64",
    "int64": "TYPE_INT64",
    "int32": "TYPE_INT32",
}


class Tensor(Protocol):
    """A `ports.TensorSpec`."""

    @property
    def name(self) -> str: ...

    @property
    def shape(self) -> tuple[int | None, ...]: ...

    @property
    def dtype(self) -> str: ...


def config_of(entry: Entry, inputs: Sequence[Tensor], outputs: Sequence[Tensor], backend: Backend) -> str:
    """Batches where the file takes them: the first axis of every input and output is then the batch."""
    batched = all(tensor.shape and tensor.shape[0] is None for tensor in (*inputs, *outputs))
    lines = [
        "# Made from models/catalogue by `python -m pictopy_vision.triton_repository`; do not edit.",
        f'name: "{entry.id}"',
        f'backend: "{backend}"',
        f"max_batch_size: {MAX_BATCH if batched else 0}",
        *_tensors("input", inputs, batched=batched),
        *_tensors("output", outputs, batched=batched),
        f'parameters {{ key: "fingerprint" value {{ string_value: "{entry.fingerprint}" }} }}',
    ]
    if batched:
        lines.append(f"dynamic_batching {{ max_queue_delay_microseconds: {QUEUE_DELAY_US} }}")
    if backend == "python":
        lines.append("instance_group [ { count: 1 kind: KIND_CPU } ]")
    return "\n".join(lines) + "\n"


def _tensors(kind: str, tensors: Sequence[Tensor], *, batched: bool) -> list[str]:
    return [f"{kind} [ {{ {_tensor(tensor, batched=batched)} }} ]" for tensor in tensors]


def _tensor(tensor: Tensor, *, batched: bool) -> str:
    shape = tensor.shape[1:] if batched else tensor.shape
    sizes = ", ".join(str(-1 if size is None else size) for size in shape)
    return f'name: "{tensor.name}" data_type: {DTYPES[tensor.dtype]} dims: [ {sizes} ]'
