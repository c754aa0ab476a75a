"""Sessions on ONNX Runtime: the only file that knows it. It has no type information."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnxruntime

from pictopy_vision.domain.arrays import Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.ports import Session, TensorSpec

PREFERRED = ("CUDAExecutionProvider", "ROCMExecutionProvider", "OpenVINOExecutionProvider", "CPUExecutionProvider")
ONLY_ERRORS = 3
# What ONNX Runtime raises for a file that is no model, a wrong input, or a lack of memory: they share no base class.
RAISED = vars(onnxruntime.capi.onnxruntime_pybind11_state).values()
ENGINE_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(kind for kind in RAISED if isinstance(kind, type) and issubclass(kind, Exception)),
)


class OnnxSession:
    """One loaded model; `run` may be called from several threads."""

    def __init__(self, entry: Entry, inner: onnxruntime.InferenceSession) -> None:
        self._entry = entry
        self._inner = inner
        self.inputs = tuple(_spec(tensor) for tensor in inner.get_inputs())
        self.outputs = tuple(_spec(tensor) for tensor in inner.get_outputs())

    def run(self, feed: Mapping[str, Floats]) -> Sequence[Floats]:
        try:
            answers: list[Floats] = self._inner.run(None, dict(feed))
        except ENGINE_ERRORS as error:
            raise ModelError(self._entry.id, f"the engine refused to run it: {error}") from error
        return answers


class OnnxEngine:
    """Opens models on the best provider that this build of ONNX Runtime has; the CPU is always the fallback."""

    def __init__(self, threads: int) -> None:
        """`threads`: cores one run may use; photos and models run side by side, so 1 gives the most photos a second."""
        self._threads = threads
        self.providers = tuple(name for name in PREFERRED if name in onnxruntime.get_available_providers())

    @property
    def name(self) -> str:
        return f"onnxruntime {onnxruntime.__version__}"

    def open(self, entry: Entry, path: Path) -> Session:
        try:
            inner = onnxruntime.InferenceSession(str(path), self._options(), providers=list(self.providers))
        except ENGINE_ERRORS as error:
            raise ModelError(entry.id, f"{path.name} cannot be loaded: {error}") from error
        return OnnxSession(entry, inner)

    def _options(self) -> onnxruntime.SessionOptions:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # with changing shapes the arena keeps the largest of each for ever
        options.enable_mem_pattern = False  # of use only for fixed shapes
        options.log_severity_level = ONLY_ERRORS
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return options


def _spec(tensor: onnxruntime.NodeArg) -> TensorSpec:
    return TensorSpec(tensor.name, tuple(size if isinstance(size, int) else None for size in tensor.shape))
