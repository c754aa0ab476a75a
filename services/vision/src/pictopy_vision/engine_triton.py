"""Sessions on a Triton Inference Server over gRPC: the only file that knows tritonclient. It has no type information.

Pictures go through shared memory where server and service are on one host, else in the request. Each request has a
deadline. What comes back is held against what the server says of the model, because a server is not ours to trust.
"""

import contextlib
import logging
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException, np_to_triton_dtype, shared_memory, triton_to_np_dtype
from tritonclient.utils.shared_memory import SharedMemoryException

from pictopy_vision.domain.arrays import Array, Floats
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import EngineAwayError, ModelError
from pictopy_vision.domain.tensors import misfit
from pictopy_vision.ports import ServerState, Session, TensorSpec

log = logging.getLogger(__name__)
AWAY = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN")  # gRPC statuses; a model that fails is INTERNAL
ON_THIS_HOST = ("127.0.0.1", "localhost", "[::1]", "unix:")
SHARED_FROM_BYTES = 1 << 18  # below it a copy in the request is quicker than two calls
CALL_S = 1.0  # for a call that moves no data
RETRY_MS = 1000  # a channel that lost its server tries again this often; gRPC's own pause grows to two minutes
CHANNEL = [
    ("grpc.initial_reconnect_backoff_ms", RETRY_MS),
    ("grpc.max_reconnect_backoff_ms", RETRY_MS),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
]


class TritonEngine:
    """`open` takes a model that the server has loaded, if it was made from the file that our entry names."""

    providers: tuple[str, ...] = ("Triton",)
    why = "A Triton server, as the settings say."

    def __init__(self, url: str, deadline_s: float) -> None:
        """`url`: host:port of its gRPC endpoint."""
        self._url = url
        self._deadline_s = deadline_s
        self._client = triton.InferenceServerClient(url, channel_args=CHANNEL)
        self._memory = SharedMemory(self._client) if url.startswith(ON_THIS_HOST) else None
        self.server = ServerState(url, ready=False, why="Not asked yet.")

    @property
    def name(self) -> str:
        return f"triton at {self._url}"

    def look(self) -> None:
        """Ask it how it is, and keep the answer in `server`."""
        try:
            version = self._client.get_server_metadata(client_timeout=self._deadline_s).version
            ready = self._client.is_server_ready(client_timeout=self._deadline_s)
        except InferenceServerException as error:
            self.server = ServerState(self._url, ready=False, why=f"It does not answer: {_words(error)}")
            return
        why = f"Triton {version} is ready." if ready else f"Triton {version} is still starting."
        self.server = ServerState(self._url, ready=bool(ready), why=why)

    def close(self) -> None:
        if self._memory:
            self._memory.close()
        self._client.close()

    def open(self, entry: Entry, path: Path) -> Session:
        """`path` is not read: the server has its own copy. Raises EngineAwayError, ModelError."""
        with _told(entry):
            config = self._client.get_model_config(entry.id, client_timeout=self._deadline_s).config
            metadata = self._client.get_model_metadata(entry.id, client_timeout=self._deadline_s)
        served = config.parameters["fingerprint"].string_value if "fingerprint" in config.parameters else ""
        if served != entry.fingerprint:
            raise ModelError(entry.id, f"the server has another file ({served[:16] or 'not told'})")
        return TritonSession(entry, self._client, self._memory, self._deadline_s, metadata)


class TritonSession:
    """One model on the server; `run` may be called from several threads."""

    def __init__(
        self, entry: Entry, client: Any, memory: "SharedMemory | None", deadline_s: float, metadata: Any
    ) -> None:
        self._entry = entry
        self._client = client
        self._memory = memory
        self._deadline_s = deadline_s
        self.inputs = tuple(map(_spec, metadata.inputs))
        self.outputs = tuple(map(_spec, metadata.outputs))
        self._asked = [triton.InferRequestedOutput(output.name) for output in self.outputs]

    def run(self, feed: Mapping[str, Array]) -> Sequence[Floats]:
        """Raises EngineAwayError; ModelError also for an answer that the model cannot have given."""
        arrays = {name: np.ascontiguousarray(array) for name, array in feed.items()}
        try:
            answers = self._ask(arrays)
        except EngineAwayError:
            if self._memory:
                self._memory.close()  # a server that comes back knows none of it
            raise
        rows = len(next(iter(arrays.values())))
        for output, answer in zip(self.outputs, answers, strict=True):
            if reason := misfit(answer, output.shape, rows):
                raise ModelError(self._entry.id, f"the server's output {output.name} {reason}")
        return answers

    def _ask(self, arrays: Mapping[str, Array]) -> list[Floats]:
        with _told(self._entry), contextlib.ExitStack() as lent:
            inputs = [self._input(name, array, lent) for name, array in arrays.items()]
            result = self._client.infer(self._entry.id, inputs, outputs=self._asked, client_timeout=self._deadline_s)
            return [_read(result, output) for output in self.outputs]

    def _input(self, name: str, array: Array, lent: contextlib.ExitStack) -> Any:
        tensor = triton.InferInput(name, array.shape, np_to_triton_dtype(array.dtype))
        is_large = array.nbytes >= SHARED_FROM_BYTES
        region = lent.enter_context(self._memory.holding(array)) if self._memory and is_large else None
        if region:
            tensor.set_shared_memory(region, array.nbytes)
        else:
            tensor.set_data_from_numpy(array)
        return tensor


@dataclass(frozen=True)
class Region:
    name: str
    handle: Any
    size: int


class SharedMemory:
    """Regions that both sides map, used again and again: one a request under way, made larger when one must be.

    A server on this host may still not see our memory (a container with an IPC namespace of its own): the first
    region that it refuses ends the attempt, and pictures travel in the requests.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._free: list[Region] = []
        self.is_usable = True

    @contextlib.contextmanager
    def holding(self, array: Array) -> Iterator[str | None]:
        """The name of a region whose first bytes are those of `array`; None where memory cannot be shared."""
        region = self._take(array.nbytes)
        if region is None:
            yield None
            return
        try:
            shared_memory.set_shared_memory_region(region.handle, [array])
            yield region.name
        except BaseException:  # the server may have forgotten it, or may still be reading it: never used again
            self._drop(region)
            raise
        with self._lock:
            self._free.append(region)

    def close(self) -> None:
        """Give all regions back that no request holds."""
        with self._lock:
            regions, self._free = self._free, []
        for region in regions:
            self._drop(region)

    def _take(self, size: int) -> Region | None:
        with self._lock:
            region = self._free.pop() if self._free else None
        if region and region.size >= size:
            return region
        if region:
            self._drop(region)
        return self._make(size) if self.is_usable else None

    def _make(self, size: int) -> Region | None:
        name = f"pictopy-{uuid.uuid4().hex}"
        region = Region(name, shared_memory.create_shared_memory_region(name, f"/{name}", size), size)
        try:
            self._client.register_system_shared_memory(name, f"/{name}", size, client_timeout=CALL_S)
        except InferenceServerException as error:
            self._drop(region)
            if _is_away(error):
                raise
            self.is_usable = False
            log.info("no memory is shared with the server, pictures travel in requests: %s", _words(error))
            return None
        return region

    def _drop(self, region: Region) -> None:
        with contextlib.suppress(InferenceServerException):  # a server that is gone has dropped it already
            self._client.unregister_system_shared_memory(region.name, client_timeout=CALL_S)
        with contextlib.suppress(SharedMemoryException):
            shared_memory.destroy_shared_memory_region(region.handle)


@contextlib.contextmanager
def _told(entry: Entry) -> Iterator[None]:
    """The client's one exception as ours: gone or late, or a refusal of this model."""
    try:
        yield
    except InferenceServerException as error:
        kind = EngineAwayError if _is_away(error) else ModelError
        raise kind(entry.id, f"the server did not run it: {_words(error)}") from error
    except SharedMemoryException as error:
        raise EngineAwayError(entry.id, f"no memory can be shared with the server: {error}") from error


def _is_away(error: Any) -> bool:
    return any(word in str(error.status() or "").upper() for word in AWAY)


def _words(error: Any) -> str:
    return str(error.message() or error.status() or "no reason given").strip().splitlines()[0][:300]


def _read(result: Any, output: TensorSpec) -> Floats:
    """Raises InferenceServerException where there is no such output or its bytes are not of its shape."""
    try:
        answer = result.as_numpy(output.name)
    except ValueError as error:
        raise InferenceServerException(f"the bytes of {output.name} are not of its shape: {error}") from error
    if answer is None:
        raise InferenceServerException(f"the answer has no {output.name}")
    found: Floats = answer
    return found


def _spec(tensor: Any) -> TensorSpec:
    shape = tuple(int(size) if size >= 0 else None for size in tensor.shape)
    return TensorSpec(tensor.name, shape, np.dtype(triton_to_np_dtype(tensor.datatype)).name)
