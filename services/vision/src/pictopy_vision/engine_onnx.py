"""Sessions on ONNX Runtime: the only file that knows it. It has no type information."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnxruntime

from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.ports import ServerState, Session, TensorSpec

log = logging.getLogger(__name__)
CPU = "CPUExecutionProvider"
PREFERRED = (
    "CUDAExecutionProvider",
    "MIGraphXExecutionProvider",
    "ROCMExecutionProvider",
    "OpenVINOExecutionProvider",
    CPU,
)
ONLY_FATAL = 4  # a provider that cannot start is told by us, in one line instead of a page
# What ONNX Runtime raises for a file that is no model, a wrong input, or a lack of memory: they share no base class.
RAISED = vars(onnxruntime.capi.onnxruntime_pybind11_state).values()
ENGINE_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(kind for kind in RAISED if isinstance(kind, type) and issubclass(kind, Exception)),
)
DTYPES = {"float": "float32", "double": "float64", "float16": "float16"}  # others are called as numpy calls them


class OnnxSession:
    """One loaded model; `run` may be called from several threads."""

    def __init__(self, entry: Entry, inner: onnxruntime.InferenceSession) -> None:
        self._entry = entry
        self._inner = inner
        self.inputs = tuple(_spec(tensor) for tensor in inner.get_inputs())
        self.outputs = tuple(_spec(tensor) for tensor in inner.get_outputs())

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        try:
            answers: list[Floats] = self._inner.run(None, dict(feed))
        except ENGINE_ERRORS as error:
            raise ModelError(self._entry.id, f"the engine refused to run it: {error}") from error
        return answers


class OnnxEngine:
    """Opens models on the best provider that this machine can start; the CPU is always the fallback."""

    server: ServerState | None = None

    def __init__(self, threads: int, *, cpu_only: bool = False) -> None:
        """`threads`: cores one run may use; photos run side by side, so 1 gives the most photos a second."""
        self._threads = threads
        built_in = [name for name in PREFERRED if name in onnxruntime.get_available_providers()]
        self.providers: tuple[str, ...] = (CPU,) if cpu_only else tuple(built_in)
        self.why = _why(self.providers, cpu_only=cpu_only)

    @property
    def name(self) -> str:
        return f"onnxruntime {onnxruntime.__version__}"

    def look(self) -> None:
        """Nothing to ask: all is in this process."""

    def close(self) -> None:
        """Sessions go with the last who holds them."""

    def open(self, entry: Entry, path: Path) -> Session:
        try:
            inner = onnxruntime.InferenceSession(str(path), self._options(), providers=list(self.providers))
        except ENGINE_ERRORS as error:
            raise ModelError(entry.id, f"{path.name} cannot be loaded: {error}") from error
        self._note_what_started(tuple(inner.get_providers()))
        return OnnxSession(entry, inner)

    def _note_what_started(self, started: tuple[str, ...]) -> None:
        """A provider may be built in and still not start, for want of a driver: the CPU then does its work."""
        missing = [name for name in self.providers if name not in started]
        if missing:
            self.providers = tuple(name for name in self.providers if name in started) or (CPU,)
            self.why = (
                f"{_short(missing[0])} is built in but does not start here (driver?), so {_list(self.providers)}."
            )
            log.warning("%s", self.why)

    def _options(self) -> onnxruntime.SessionOptions:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it keeps the largest of each shape for ever; see memory.py instead
        options.enable_mem_pattern = False  # of use only for fixed shapes
        options.log_severity_level = ONLY_FATAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return options


def _why(providers: Sequence[str], *, cpu_only: bool) -> str:
    if cpu_only:
        return "The CPU, as the settings say."
    if len(providers) == 1:
        return "The CPU: this build of ONNX Runtime has no provider for another device."
    return f"{_list(providers)}: the best that this build of ONNX Runtime has, in this order."


def _list(providers: Sequence[str]) -> str:
    return ", then ".join(map(_short, providers))


def _short(provider: str) -> str:
    return provider.removesuffix("ExecutionProvider")


def _spec(tensor: onnxruntime.NodeArg) -> TensorSpec:
    kind = tensor.type.removeprefix("tensor(").removesuffix(")")
    shape = tuple(size if isinstance(size, int) else None for size in tensor.shape)
    return TensorSpec(tensor.name, shape, DTYPES.get(kind, kind))
