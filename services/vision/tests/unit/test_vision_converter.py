"""The converter of face-reidentification-retail-0095: a small IR of the same kinds of layers, judged by numpy."""

import importlib.util
import struct
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from pictopy_contracts.ids import ModelId
from pictopy_vision.catalogue_files import CHECKOUT, read_catalogue
from pictopy_vision.domain.entry import Entry
from pictopy_vision.model_folder import ModelFolder

pytest.importorskip("onnx", reason="the converter has requirements of its own")
FOLDER = CHECKOUT.parent / "face-reidentification-retail-0095"
Floats = NDArray[np.float32]


def converter() -> ModuleType:
    spec = importlib.util.spec_from_file_location("convert_face_reid", FOLDER / "convert.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Ir:
    """Writes an IR: `late` as OpenVINO does today (type and shape in the data, FP16 converted), else as it did."""

    def __init__(self, *, late: bool) -> None:
        self.late = late
        self.layers: list[str] = []
        self.edges: list[str] = []
        self.weights = b""

    def layer(self, kind: str, inputs: Sequence[int] = (), data: str = "", dims: Sequence[int] = ()) -> int:
        number = len(self.layers)
        ports = "".join(f'<port id="{n}"/>' for n in range(len(inputs)))
        out = "".join(f"<dim>{dim}</dim>" for dim in dims)
        precision = "I64" if "i64" in data else "FP16"
        self.layers.append(
            f'<layer id="{number}" name="{kind}" type="{kind}" version="opset1"><data {data}/><input>{ports}</input>'
            f'<output><port id="9" precision="{precision}">{out}</port></output></layer>'
        )
        self.edges += [
            f'<edge from-layer="{source}" from-port="9" to-layer="{number}" to-port="{n}"/>'
            for n, source in enumerate(inputs)
        ]
        return number

    def constant(self, array: NDArray[np.generic]) -> int:
        raw = array.astype(np.int64 if array.dtype.kind == "i" else np.float16).tobytes()
        data = f'offset="{len(self.weights)}" size="{len(raw)}"'
        self.weights += raw
        kind = "i64" if array.dtype.kind == "i" else "f16"
        shape = ",".join(map(str, array.shape))
        if self.late or kind == "i64":
            data += f' element_type="{kind}" shape="{shape}"'
        number = self.layer("Const", data=data, dims=array.shape)
        return self.layer("Convert", [number], 'destination_type="f32"') if self.late and kind == "f16" else number

    def write(self, folder: Path) -> Path:
        path = folder / "small.xml"
        body = f"<layers>{''.join(self.layers)}</layers><edges>{''.join(self.edges)}</edges>"
        path.write_text(f'<net name="small" version="{11 if self.late else 10}">{body}</net>', encoding="utf-8")
        path.with_suffix(".bin").write_bytes(self.weights)
        return path


WINDOW = 'strides="{s}, {s}" dilations="1, 1" pads_begin="{p}, {p}" pads_end="{p}, {p}" auto_pad="explicit"'


def half(random: np.random.Generator, *shape: int) -> Floats:
    """Numbers that FP16 holds exactly."""
    return random.normal(size=shape).astype(np.float16).astype(np.float32)


def convolved(image: Floats, weights: Floats, stride: int, pad: int, groups: int) -> Floats:
    """(N, O, H, W); `weights`: (O, I / groups, h, w)."""
    padded = np.pad(image, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weights.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    parts = np.split(windows, groups, axis=1)
    kernels = np.split(weights, groups)
    answers = [np.einsum("nchwyx,ocyx->nohw", part, kernel) for part, kernel in zip(parts, kernels, strict=True)]
    return np.concatenate(answers, axis=1).astype(np.float32)


@pytest.mark.parametrize("late", [True, False], ids=["IR 11", "IR 10"])
def test_the_network_says_the_same(tmp_path: Path, late: bool) -> None:
    """Each kind of layer of the real network, in a small one: ONNX Runtime gives what numpy does, for any batch."""
    random = np.random.default_rng(4)
    scale, shift, slope = half(random, 1, 3, 1, 1), half(random, 1, 3, 1, 1), half(random, 4)
    first, depth = half(random, 4, 3, 3, 3), half(random, 4, 1, 3, 3)
    ir = Ir(late=late)
    node = ir.layer("Parameter", dims=(1, 3, 8, 8))
    node = ir.layer("Multiply", [node, ir.constant(scale)])
    node = ir.layer("Add", [node, ir.constant(shift)])
    node = ir.layer("Convolution", [node, ir.constant(first)], WINDOW.format(s=2, p=1))
    node = ir.layer("PReLU", [node, ir.constant(slope)])
    deep = ir.layer("GroupConvolution", [node, ir.constant(depth[:, None])], WINDOW.format(s=1, p=1))
    pool = 'kernel="4, 4" strides="1, 1" pads_begin="0, 0" pads_end="0, 0" exclude-pad="true" rounding_type="floor"'
    mean = ir.layer("AvgPool", [node], pool)
    gate = ir.layer("Sigmoid", [mean])
    node = ir.layer("Multiply", [deep, gate])
    node = ir.layer("Reshape", [node, ir.constant(np.array([1, 64]))], 'special_zero="true"')
    ir.layer("Result", [node])
    model = converter().convert(ir.write(tmp_path))

    images = random.normal(size=(3, 3, 8, 8)).astype(np.float32)
    hidden = convolved(images * scale + shift, first, 2, 1, 1)
    hidden = np.where(hidden < 0, hidden * slope[:, None, None], hidden)
    gates = 1 / (1 + np.exp(-hidden.mean(axis=(2, 3), keepdims=True)))
    wanted = (convolved(hidden, depth, 1, 1, 4) * gates).reshape(3, -1)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (answer,) = session.run(["embedding"], {"input": images})
    np.testing.assert_allclose(answer, wanted, rtol=1e-4, atol=1e-4)


def test_what_it_does_not_know_is_refused(tmp_path: Path) -> None:
    """Another kind of layer, a .bin that was cut, files of another release: a sentence, and no model."""
    module = converter()
    ir = Ir(late=True)
    ir.layer("Result", [ir.layer("Swish", [ir.layer("Parameter", dims=(1, 3, 8, 8))])])
    with pytest.raises(module.ConvertError, match="Swish"):
        module.convert(ir.write(tmp_path))
    ir = Ir(late=True)
    ir.layer(
        "Result", [ir.layer("Add", [ir.layer("Parameter", dims=(1, 2)), ir.constant(np.ones(9, dtype=np.float32))])]
    )
    path = ir.write(tmp_path)
    path.with_suffix(".bin").write_bytes(ir.weights[:7])
    with pytest.raises(module.ConvertError, match=r"\.bin ends"):
        module.convert(path)
    with pytest.raises(module.ConvertError, match="not that of the release"):
        module.check_release(path, {"small.xml": "0" * 64})


def test_the_shelf_it_makes_is_taken(tmp_path: Path) -> None:
    """The converted file stands in the store by an entry of its own hash, and the store finds it whole."""
    entry: Entry = read_catalogue(CHECKOUT).entries[ModelId("face-reidentification-retail-0095")]
    content = struct.pack("<8f", *range(8))
    converter().lay_out(content, entry.model_dump(mode="json"), tmp_path)
    (stored,) = ModelFolder(tmp_path).stored()
    assert (stored.id, stored.bytes) == (entry.id, len(content))
    ModelFolder(tmp_path).verify(stored)


def test_the_catalogue_names_the_converter() -> None:
    """An entry that is a conversion says of what, and its converter is there."""
    converted = [entry.conversion for entry in read_catalogue(CHECKOUT).entries.values() if entry.conversion]
    assert converted
    assert all((CHECKOUT.parent / each.converter).is_file() for each in converted)
    assert all(each.publisher_sha256 for each in converted)
