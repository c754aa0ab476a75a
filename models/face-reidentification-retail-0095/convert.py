"""OpenVINO IR (versions 10 and 11) to ONNX, for the layers of face-reidentification-retail-0095: see README.md."""

import argparse
import hashlib
import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 13, 8  # what every ONNX Runtime since 1.13 reads
INPUT, OUTPUT = "input", "embedding"
CATALOGUE = Path(__file__).resolve().parents[1] / "catalogue"
TYPES = {"f16": np.float16, "f32": np.float32, "i64": np.int64, "i32": np.int32}
PRECISIONS = {"FP16": "f16", "FP32": "f32", "I64": "i64", "I32": "i32"}


class ConvertError(Exception):
    """The files are not an IR that this program knows."""


@dataclass
class Graph:
    """What has been made so far; `values`: (layer, port) to the name of its tensor, `known`: constants by that name."""

    weights: bytes
    values: dict[tuple[str, str], str] = field(default_factory=dict)
    known: dict[str, NDArray[Any]] = field(default_factory=dict)
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    stored: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))

    def constant(self, name: str, array: NDArray[Any]) -> str:
        self.stored[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def floats(self, name: str) -> str:
        """A constant as float32 input of a node; anything else is passed on."""
        if name not in self.known or name in self.stored:
            return name
        return self.constant(name, self.known[name].astype(np.float32))


def convert(xml: Path) -> onnx.ModelProto:
    """Raises ConvertError."""
    root = ET.parse(xml).getroot()  # noqa: S314  a file that the caller chose and whose hash was checked
    graph = Graph(xml.with_suffix(".bin").read_bytes())
    edges = {
        (edge.attrib["to-layer"], edge.attrib["to-port"]): (edge.attrib["from-layer"], edge.attrib["from-port"])
        for edge in root.iter("edge")
    }
    layers = {layer.attrib["id"]: layer for layer in root.iter("layer")}
    shape: list[int] = []
    for layer in _in_order(layers, edges):
        kind, number = layer.attrib["type"], layer.attrib["id"]
        ports = [port.attrib["id"] for port in layer.findall("input/port")]
        inputs = [graph.values[edges[number, port]] for port in ports]
        if kind == "Parameter":
            shape = _dims(layer)
            name = INPUT
        elif kind == "Result":
            return _model(graph, inputs[0], shape)
        else:
            name = f"{layer.get('name')}_{number}"
            if kind not in RULES:
                raise ConvertError(f"layer {layer.get('name')} is a {kind}, which this converter does not know")
            name = RULES[kind](graph, layer, inputs, name)
        for port in layer.findall("output/port"):
            graph.values[number, port.attrib["id"]] = name
    raise ConvertError("the network has no result")


def _in_order(layers: dict[str, ET.Element], edges: dict[tuple[str, str], tuple[str, str]]) -> list[ET.Element]:
    """Each layer after those that feed it."""
    feeds: dict[str, list[str]] = {number: [] for number in layers}
    for (to, _), (source, _) in edges.items():
        feeds[to].append(source)
    done: dict[str, ET.Element] = {}
    waiting = list(layers)
    while waiting:
        ready = [number for number in waiting if all(source in done for source in feeds[number])]
        if not ready:
            raise ConvertError("the network has a circle")
        done |= {number: layers[number] for number in ready}
        waiting = [number for number in waiting if number not in done]
    return sorted(done.values(), key=lambda layer: layer.get("type") == "Result")


def _constant(graph: Graph, layer: ET.Element, inputs: list[str], name: str) -> str:
    """Shape and type stand in the data of later releases, and at the port of earlier ones."""
    data, port = _data(layer), layer.find("output/port")
    kind = data.get("element_type") or PRECISIONS.get(port.get("precision", "") if port is not None else "", "")
    if kind not in TYPES:
        raise ConvertError(f"layer {layer.get('name')} has numbers of type {kind or '?'}")
    dims = [int(part) for part in data["shape"].split(",") if part.strip()] if "shape" in data else _dims(layer)
    start, size = int(data["offset"]), int(data["size"])
    if start + size > len(graph.weights):
        raise ConvertError(f"the .bin ends before the numbers of layer {layer.get('name')}")
    graph.known[name] = np.frombuffer(graph.weights[start : start + size], dtype=TYPES[kind]).reshape(dims)
    return name


def _same(graph: Graph, layer: ET.Element, inputs: list[str], name: str) -> str:
    """A change of precision: everything is float32 here."""
    return inputs[0]


def _pairwise(kind: str) -> "Rule":
    def rule(graph: Graph, layer: ET.Element, inputs: list[str], name: str) -> str:
        graph.add(kind, [graph.floats(each) for each in inputs], name)
        return name

    return rule


def _convolution(graph: Graph, layer: ET.Element, inputs: list[str], name: str) -> str:
    weights = graph.known[inputs[1]].astype(np.float32)
    groups = 1
    if layer.get("type") == "GroupConvolution":
        groups = weights.shape[0]
        weights = weights.reshape(weights.shape[0] * weights.shape[1], *weights.shape[2:])
    graph.add(
        "Conv",
        [inputs[0], graph.constant(f"{name}_weights", weights)],
        name,
        group=groups,
        kernel_shape=weights.shape[2:],
        strides=_ints(layer, "strides"),
        dilations=_ints(layer, "dilations"),
        pads=_pads(layer),
    )
    return name


def _average(graph: Graph, layer: ET.Element, inputs: list[str], name: str) -> str:
    data = _data(layer)
    graph.add(
        "AveragePool",
        inputs[:1],
        name,
        kernel_shape=_ints(layer, "kernel"),
        strides=_ints(layer, "strides"),
        pads=_pads(layer),
        ceil_mode=int(data.get("rounding_type") == "ceil"),
        count_include_pad=int(data.get("exclude-pad") == "false"),
    )
    return name


def _prelu(graph: Graph, layer: ET.Element, inputs: list[str], name: str) -> str:
    """A slope a channel stands alone in IR; ONNX wants it aligned with the channels."""
    slope = graph.known[inputs[1]].astype(np.float32)
    aligned = slope.reshape(-1, 1, 1) if slope.size > 1 else slope.reshape(1)
    graph.add("PRelu", [inputs[0], graph.constant(f"{name}_slope", aligned)], name)
    return name


def _reshape(graph: Graph, layer: ET.Element, inputs: list[str], name: str) -> str:
    """The batch is free: whatever the first size was, it is that of the input."""
    target = graph.known[inputs[1]].astype(np.int64).copy()
    if inputs[0] in graph.known:
        graph.known[name] = graph.known[inputs[0]].reshape(target)
        return name
    target[0] = 0
    graph.add("Reshape", [inputs[0], graph.constant(f"{name}_shape", target)], name)
    return name


Rule = Callable[[Graph, ET.Element, list[str], str], str]
RULES: dict[str, Rule] = {
    "Const": _constant,
    "Convert": _same,
    "Add": _pairwise("Add"),
    "Multiply": _pairwise("Mul"),
    "Convolution": _convolution,
    "GroupConvolution": _convolution,
    "PReLU": _prelu,
    "Sigmoid": _pairwise("Sigmoid"),
    "AvgPool": _average,
    "Reshape": _reshape,
}


def _model(graph: Graph, result: str, shape: list[int]) -> onnx.ModelProto:
    graph.add("Identity", [result], OUTPUT)
    image = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["N", *shape[1:]])
    embedding = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["N", None])
    body = helper.make_graph(graph.nodes, "face_reid", [image], [embedding], list(graph.stored.values()))
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="PictoPy")
    model.ir_version = IR_VERSION
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    return model


def _data(layer: ET.Element) -> dict[str, str]:
    found = layer.find("data")
    return dict(found.attrib) if found is not None else {}


def _ints(layer: ET.Element, key: str) -> list[int]:
    return [int(part) for part in _data(layer)[key].split(",")]


def _pads(layer: ET.Element) -> list[int]:
    if _data(layer).get("auto_pad", "explicit") not in ("explicit", "valid"):
        raise ConvertError(f"layer {layer.get('name')} leaves its padding to the engine")
    return _ints(layer, "pads_begin") + _ints(layer, "pads_end")


def _dims(layer: ET.Element) -> list[int]:
    return [int(dim.text or 0) for dim in layer.findall("output/port/dim")]


def check_release(xml: Path, published: dict[str, str | None]) -> None:
    """Raises ConvertError where a file is not the publisher's."""
    for name, wanted in published.items():
        digest = hashlib.sha256(xml.with_name(name).read_bytes()).hexdigest()
        if digest != wanted:
            raise ConvertError(f"{name} is not that of the release in the catalogue: its SHA-256 is {digest}")


def lay_out(model: bytes, entry: dict[str, Any], shelf: Path) -> Path:
    """As PictoPy's store has it: `<id>/<version>/` with the file and an entry that has its hash."""
    digest = hashlib.sha256(model).hexdigest()
    own = entry | {"bytes": len(model), "sha256": digest, "note": "Converted on this machine from the publisher's IR."}
    home = shelf / str(entry["id"]) / digest[:16]
    home.mkdir(parents=True, exist_ok=True)
    (home / entry["file"]).write_bytes(model)
    (home / "LICENCE.txt").write_bytes((CATALOGUE / "licences" / entry["licence"]["text"]).read_bytes())
    (home / "entry.json").write_text(json.dumps(own, indent=1) + "\n", encoding="utf-8")
    return home


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("xml", type=Path)
    parser.add_argument("shelf", type=Path, help="folder that gets the model in the layout of PictoPy's store")
    parser.add_argument("--any-release", action="store_true", help="do not compare the files with the catalogue")
    given = parser.parse_args()
    entry = yaml.safe_load((CATALOGUE / "face-reidentification-retail-0095.yaml").read_text(encoding="utf-8"))
    try:
        if not given.any_release:
            check_release(given.xml, entry["conversion"]["publisher_sha256"])
        home = lay_out(convert(given.xml).SerializeToString(deterministic=True), entry, given.shelf)
    except (ConvertError, OSError, ET.ParseError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{home / entry['file']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
