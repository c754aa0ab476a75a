"""The ONNX Runtime engine: what it refuses, and that its sessions are the port's."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from pictopy_contracts.ids import ModelId
from pictopy_testing.shared import models
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.entry import Entry
from pictopy_vision.domain.errors import ModelError
from pictopy_vision.engine_onnx import OnnxEngine
from pictopy_vision.fakes import session_for
from pictopy_vision.heads import check_fit, takes_batches
from pictopy_vision.memory import give_back
from pictopy_vision.ports import TensorSpec

ENTRIES = read_catalogue(CHECKOUT).entries
YUNET, REID, YOLOX = (
    ENTRIES[ModelId(name)] for name in ("yunet_n_dynamic", "face-reidentification-retail-0095", "yolox_nano")
)


@pytest.mark.parametrize("content", [b"", b"<html>no model</html>", b"\x08\x07" * 500], ids=["empty", "text", "bytes"])
def test_a_file_that_is_no_model_is_told(tmp_path: Path, content: bytes) -> None:
    """Garbage is an error with the model's id, not a crash."""
    path = tmp_path / "garbage.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"model yolox_nano: garbage\.onnx cannot be loaded"):
        OnnxEngine(1).open(YOLOX, path)


def test_the_cpu_is_always_there() -> None:
    """Whatever this build can, the last provider is the CPU."""
    assert OnnxEngine(1).providers[-1] == "CPUExecutionProvider"
    assert OnnxEngine(1).name.startswith("onnxruntime ")


def test_giving_memory_back_does_no_harm() -> None:
    """It may be called at any time."""
    give_back()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"inputs": (TensorSpec("images", (None, 3, 128, 128)),)}, "inputs"),
        ({"outputs": (TensorSpec("other", (None,)),)}, "no output embedding"),
        ({"inputs": (TensorSpec("input", (None, 3, 112, 112)),)}, "its entry says"),
        ({"inputs": (TensorSpec("input", (None, 128)),)}, "its entry says"),
    ],
    ids=["input", "output", "size", "rank"],
)
def test_a_model_that_does_not_fit_its_entry_is_told(changed: dict[str, tuple[TensorSpec, ...]], reason: str) -> None:
    """Other names or shapes than the entry's are refused before the first picture."""
    session = session_for(REID, lambda feed: [])
    check_fit(session, REID)
    session.inputs = changed.get("inputs", session.inputs)
    session.outputs = changed.get("outputs", session.outputs)
    with pytest.raises(ModelError, match=reason):
        check_fit(session, REID)


@pytest.mark.photos
@pytest.mark.parametrize("entry", list(ENTRIES.values()), ids=list(ENTRIES))
def test_every_file_of_the_mirror_fits_its_entry(entry: Entry) -> None:
    """Names and shapes in each file are those that the catalogue states."""
    path = models() / entry.mirror
    if not path.is_file():
        pytest.skip(f"the mirror has no {entry.mirror}")
    check_fit(OnnxEngine(1).open(entry, path), entry)


@pytest.mark.photos
def test_a_wrong_tensor_is_told() -> None:
    """The engine's own complaint comes with the model's id."""
    session = OnnxEngine(1).open(YOLOX, models() / YOLOX.mirror)
    assert not takes_batches(session)
    with pytest.raises(ModelError, match="model yolox_nano: the engine refused"):
        session.run({"images": np.zeros((1, 3, 10, 10), dtype=np.float32)})


@pytest.mark.photos
def test_one_session_serves_many_threads() -> None:
    """Runs side by side give what runs one after the other give."""
    session = OnnxEngine(1).open(REID, models() / REID.mirror)
    crops = [np.random.default_rng(n).random((1, 3, 128, 128), dtype=np.float32) * 255 for n in range(8)]
    alone = [session.run({"input": crop})[0] for crop in crops]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda crop: session.run({"input": crop})[0], crops))
    np.testing.assert_allclose(np.concatenate(together), np.concatenate(alone), rtol=1e-5, atol=1e-5)
