"""A small real image/text pair: ONNX files and a tokenizer.json that go through the very code that large ones take.

The image tower sees mean colours, the text tower knows their names.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

COLOURS = {"red": (0, 0, 255), "green": (0, 255, 0), "blue": (255, 0, 0)}
"""Name to BGR."""
WORDS = ["[UNK]", "red", "green", "blue", "rose", "grass", "sky", "a"]
MEANINGS = np.array([[0, 0, 0], *np.eye(3), *np.eye(3), [0, 0, 0]], dtype=np.float32)
IMAGE, TEXT = "colours_image", "colours_text"


def image_tower() -> bytes:
    """(N, 3, H, W) RGB 0..1 to (N, 3): mean colour less grey."""
    nodes = [
        helper.make_node("ReduceMean", ["pixels", "axes"], ["mean"], keepdims=0),
        helper.make_node("ReduceMean", ["mean", "channel"], ["grey"], keepdims=1),
        helper.make_node("Sub", ["mean", "grey"], ["feature"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([2, 3], dtype=np.int64), "axes"),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "channel"),
    ]
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 3, 32, 32])
    feature = helper.make_tensor_value_info("feature", TensorProto.FLOAT, ["n", 3])
    return saved(nodes, [pixels], [feature], constants)


def text_tower(meanings: np.ndarray[Any, Any] = MEANINGS) -> bytes:
    """(N, 8) token numbers with their mask to (N, 3): the sum of the words' colours less grey."""
    nodes = [
        helper.make_node("Gather", ["meanings", "ids"], ["each"]),
        helper.make_node("Cast", ["mask"], ["counts"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["counts", "last"], ["wide"]),
        helper.make_node("Mul", ["each", "wide"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "words"], ["feature"], keepdims=0),
    ]
    constants = [
        numpy_helper.from_array(meanings - meanings.mean(axis=1, keepdims=True), "meanings"),
        numpy_helper.from_array(np.array([2], dtype=np.int64), "last"),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "words"),
    ]
    ids, mask = (helper.make_tensor_value_info(name, TensorProto.INT64, ["n", 8]) for name in ("ids", "mask"))
    return saved(nodes, [ids, mask], [helper.make_tensor_value_info("feature", TensorProto.FLOAT, ["n", 3])], constants)


def saved(nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: list[Any]) -> bytes:
    graph = helper.make_graph(nodes, "tower", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def tokenizer() -> bytes:
    made = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return str(made.to_str()).encode()


def file_fields(name: str, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"file": name, "bytes": len(content), "sha256": digest, "mirror": f"made/{name}"}


def entry(model_id: str, content: bytes, **given: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": model_id,
        "title": model_id,
        "licence": {"name": "made", "allows": "all", "commercial": True, "text": "Apache-2.0.txt"},
        "note": "made by a test",
        "starter": False,
        "preference": 1,
        "hardware": {"suits": "any CPU"},
    }
    return facts | file_fields(f"{model_id}.onnx", content) | given


@dataclass(frozen=True)
class Pair:
    """Catalogue entries as their YAML would have them, and the bytes of their files."""

    image: dict[str, Any]
    text: dict[str, Any]
    image_file: bytes
    text_file: bytes
    tokenizer: bytes


def made_pair(tokens: bytes | None = None, meanings: np.ndarray[Any, Any] = MEANINGS) -> Pair:
    """`tokens` and `meanings` may be spoilt."""
    image_file, text_file = image_tower(), text_tower(meanings)
    tokens = tokenizer() if tokens is None else tokens
    size = {"width_px": 32, "height_px": 32}
    pixels = {"name": "pixels", "colour": "rgb", "std": [255, 255, 255], "fit": "stretch", **size}
    output = {"names": ["feature"], "meaning": "colours", "embedding_size": 3}
    image = entry(IMAGE, image_file, tasks=["image_embedding"], family="image_tower", input=pixels, output=output)
    text = entry(
        TEXT,
        text_file,
        tasks=["text_embedding"],
        family="text_tower",
        pair=IMAGE,
        files=[file_fields("tokenizer.json", tokens) | {"role": "tokenizer"}],
        input={"name": "ids", "mask": "mask", "fit": "tokens", "length": 8},
        output=output,
        thresholds={"show": {"value": 0.25, "origin": "cosine; made"}},
    )
    return Pair(image, text, image_file, text_file, tokens)
