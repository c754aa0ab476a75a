"""Which engine the settings and this machine give."""

import sys
import time

import cv2

from pictopy_vision.engine_fallback import FallbackEngine
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.memory import keep_freed
from pictopy_vision.ports import Engine
from pictopy_vision.settings import VisionSettings

SWITCH_S = 0.0005  # a thread whose model has answered waits for another's Python at most so long; Python's is 5 ms


class EngineError(Exception):
    """The settings ask for an engine that is not installed; the service does not start."""


def open_engine(settings: VisionSettings) -> Engine:
    """ONNX Runtime in this process, behind a Triton server where the settings name one. Raises EngineError."""
    keep_freed()
    sys.setswitchinterval(SWITCH_S)
    cv2.setNumThreads(1)  # photos and models run side by side already; its threads would only wait for each other
    local = OnnxEngine(settings.model_threads, cpu_only=settings.device == "cpu")
    if not settings.triton_url:
        return local
    try:
        from pictopy_vision.engine_triton import TritonEngine  # noqa: PLC0415  its packages are an extra
    except ImportError as error:
        raise EngineError(f"VISION_TRITON_URL is set: pip install 'pictopy-vision[triton]' ({error})") from error
    return FallbackEngine(TritonEngine(settings.triton_url, settings.triton_deadline_s), local, time.monotonic)
