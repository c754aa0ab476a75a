"""`model.py` of Triton's Python backend: one ONNX file on ONNX Runtime. Copied into a model's folder, not imported.

For servers without the onnxruntime backend (a wheel, a small image). Requests that Triton gathered run as one batch.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))  # the embedded Python ignores it

import numpy as np  # noqa: E402  must come after the path
import onnxruntime  # noqa: E402  must come after the path
import triton_python_backend_utils as triton  # type: ignore[import-not-found]  # noqa: E402  only inside the server


class TritonPythonModel:
    """The name and the methods are Triton's."""

    def initialize(self, args: dict[str, str]) -> None:
        config = json.loads(args["model_config"])
        self._inputs = [tensor["name"] for tensor in config["input"]]
        self._outputs = [tensor["name"] for tensor in config["output"]]
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False  # with changing shapes the arena keeps the largest of each for ever
        path = Path(args["model_repository"]) / args["model_version"] / "model.onnx"
        providers = onnxruntime.get_available_providers()
        self._session = onnxruntime.InferenceSession(str(path), options, providers=providers)

    def execute(self, requests: list[Any]) -> list[Any]:
        """One response a request, in their order."""
        fed = [[triton.get_input_tensor_by_name(one, name).as_numpy() for name in self._inputs] for one in requests]
        together = [np.concatenate(arrays) for arrays in zip(*fed, strict=True)]
        answers = self._session.run(self._outputs, dict(zip(self._inputs, together, strict=True)))
        if len(requests) == 1:
            return [self._response(answers)]
        ends = np.cumsum([len(arrays[0]) for arrays in fed])[:-1]
        return [self._response(parts) for parts in zip(*(np.split(one, ends) for one in answers), strict=True)]

    def _response(self, answers: Any) -> Any:
        tensors = [triton.Tensor(name, answer) for name, answer in zip(self._outputs, answers, strict=True)]
        return triton.InferenceResponse(tensors)
