"""A plain BERT encoder with mean pooling, computed by onnxruntime in float32: what all-MiniLM-L6-v2 is.

It reads the folder's own model.safetensors, and is ready in a sixth of the time that importing torch takes: the first
question waits for it. Only the kind of model that `EmbedderFolder.plain_bert` recognises comes here. The result equals
SentenceTransformer.encode (a test says so). Devlin et al. 2019, https://arxiv.org/abs/1810.04805.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # noqa: TID253 - only ever imported in the embed child
from numpy.typing import NDArray
from tokenizers import Tokenizer

from local_models.embedders.folder import EmbedderFolder
from local_models.embedders.onnx_wire import FLOAT, INT64, Node, model_bytes

BATCH_TOKENS = 256
"""Tokens computed together, of texts of like length, so that hardly anything is padded. Seconds of one core for 41
sentences with 1 (each alone), 256, 512 and 2,048: 0.50, 0.41, 0.44, 0.87; for 16 passages 0.79, 0.79, 0.90, 1.09.
A sentence alone leaves the weights to be fetched for it, and more than this does not fit the processor's cache."""

HIDDEN = -1e9
"""Added to the attention to padding."""

Array = NDArray[np.float32]
Weights = Mapping[str, Array]


class DamagedWeights(ValueError):
    """The weights are not those that the folder's config.json describes."""


class OnnxBert:
    """The encoder of one folder. Thread-safe. Each batch is computed by one thread, several at a time."""

    def __init__(self, folder: EmbedderFolder, *, threads: int) -> None:
        """Raises OSError, ValueError, KeyError for a damaged folder."""
        self._tokenizer = Tokenizer.from_file(str(folder.tokenizer_json))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(folder.identity.max_tokens)
        self._width = folder.identity.dimension
        self._heads = int(folder.config["num_attention_heads"])
        self._threads = threads
        self._weights = _prepared(_stored(folder.path / "model.safetensors"), folder.config)  # the session borrows them
        self._session = _session(folder.config, self._weights)

    def encode(self, texts: Sequence[str]) -> Array:
        """One vector per text, shape (len(texts), dimension), of length 1."""
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        order = sorted(range(len(texts)), key=lambda number: -len(encodings[number].ids))
        batches = list(_batches(order, [len(encoding.ids) for encoding in encodings]))
        ids = [[encodings[number].ids for number in batch] for batch in batches]
        result = np.empty((len(texts), self._width), np.float32)
        with ThreadPoolExecutor(self._threads) as threads:
            for batch, means in zip(batches, threads.map(self._encode_ids, ids), strict=True):
                result[batch] = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return result

    def _encode_ids(self, rows: list[list[int]]) -> Array:
        """Mean of the last hidden states of each row, (rows, width); the longest row is the first."""
        longest = len(rows[0])
        lengths = np.array([len(row) for row in rows])
        kept = np.arange(longest) < lengths[:, None]
        inputs = {
            "ids": np.array([row + [0] * (longest - len(row)) for row in rows], np.int64).ravel(),
            "places": np.tile(np.arange(longest), len(rows)),
            "attention": np.where(kept, 0.0, HIDDEN).astype(np.float32)[:, None, None, :],
            "split": np.array([len(rows), longest, self._heads, self._width // self._heads]),
            "joined": np.array([-1, self._width]),
        }
        (hidden,) = self._session.run(None, inputs)
        sums = (hidden.reshape(len(rows), longest, self._width) * kept[:, :, None]).sum(1)
        return np.asarray(sums / lengths[:, None], np.float32)


def load(folder: EmbedderFolder, threads: int) -> OnnxBert:
    """Raises OSError, ValueError, KeyError for a damaged folder."""
    try:
        encoder = OnnxBert(folder, threads=threads)
        encoder.encode(["ready"])
    except (OSError, ValueError, KeyError):
        raise
    except Exception as error:  # onnxruntime's own, which have no ancestor in common
        raise DamagedWeights("the weights do not have the shapes that config.json says") from error
    return encoder


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """`order`, longest first, in pieces of about BATCH_TOKENS."""
    start = 0
    while start < len(order):
        end = start + max(1, BATCH_TOKENS // max(1, lengths[order[start]]))
        yield list(order[start:end])
        start = end


def _session(config: Mapping[str, Any], weights: Weights) -> onnxruntime.InferenceSession:
    """A session whose `run` computes in the thread that calls it; several may call it at once."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()]
    options.add_external_initializers(list(weights), values)
    model = model_bytes(
        list(_nodes(config)),
        inputs={
            "ids": (INT64, 1),
            "places": (INT64, 1),
            "attention": (FLOAT, 4),
            "split": (INT64, 1),
            "joined": (INT64, 1),
        },
        weights={name: value.shape for name, value in weights.items()},
        output=f"layer {config['num_hidden_layers']}",
    )
    # as in local_models.embedders.spans: the fused kernel takes five times as long as the two that it fuses
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def _nodes(config: Mapping[str, Any]) -> Iterator[Node]:
    """Tokens of all rows in one column, (rows x length, width); "split" is (rows, length, heads, width of a head)."""
    epsilon = float(config["layer_norm_eps"])
    yield Node("Gather", ("embeddings.word_embeddings.weight", "ids"), "words")
    yield Node("Gather", ("embeddings.position_embeddings.weight", "places"), "positions")
    yield Node("Add", ("words", "positions"), "embedded")
    yield _norm("embedded", "embeddings.LayerNorm", "layer 0", epsilon)
    for number in range(int(config["num_hidden_layers"])):
        yield from _layer(f"layer {number}", f"layer {number + 1}", f"encoder.layer.{number}.", epsilon)


def _layer(hidden: str, after: str, name: str, epsilon: float) -> Iterator[Node]:
    for part, order in (("query", (0, 2, 1, 3)), ("key", (0, 2, 3, 1)), ("value", (0, 2, 1, 3))):
        yield _linear(hidden, f"{name}attention.self.{part}")
        yield Node("Reshape", (f"{name}attention.self.{part}", "split"), f"{name}{part} split")
        yield Node("Transpose", (f"{name}{part} split",), f"{name}{part}", {"perm": order})
    yield Node("MatMul", (f"{name}query", f"{name}key"), f"{name}likeness")
    yield Node("Add", (f"{name}likeness", "attention"), f"{name}masked")
    yield Node("Softmax", (f"{name}masked",), f"{name}shares")
    yield Node("MatMul", (f"{name}shares", f"{name}value"), f"{name}mixed")
    yield Node("Transpose", (f"{name}mixed",), f"{name}mixed split", {"perm": (0, 2, 1, 3)})
    yield Node("Reshape", (f"{name}mixed split", "joined"), f"{name}attended")
    yield _linear(f"{name}attended", f"{name}attention.output.dense")
    yield Node("Add", (f"{name}attention.output.dense", hidden), f"{name}first sum")
    yield _norm(f"{name}first sum", f"{name}attention.output.LayerNorm", f"{name}between", epsilon)
    yield _linear(f"{name}between", f"{name}intermediate.dense")
    yield Node("Gelu", (f"{name}intermediate.dense",), f"{name}inner")
    yield _linear(f"{name}inner", f"{name}output.dense")
    yield Node("Add", (f"{name}output.dense", f"{name}between"), f"{name}second sum")
    yield _norm(f"{name}second sum", f"{name}output.LayerNorm", after, epsilon)


def _linear(hidden: str, name: str) -> Node:
    return Node("Gemm", (hidden, f"{name}.weight", f"{name}.bias"), name, {"transB": 1})


def _norm(hidden: str, name: str, output: str, epsilon: float) -> Node:
    return Node("LayerNormalization", (hidden, f"{name}.weight", f"{name}.bias"), output, {"epsilon": epsilon})


def _prepared(stored: Weights, config: Mapping[str, Any]) -> Weights:
    """What the graph uses; queries divided by the root of a head's width, places with the type of a first text."""
    names = {name for node in _nodes(config) for name in node.inputs if name.endswith((".weight", ".bias"))}
    used = {name: stored[name] for name in sorted(names)}
    root = np.float32(int(config["hidden_size"]) // int(config["num_attention_heads"])) ** np.float32(0.5)
    scaled = {name: value / root for name, value in used.items() if ".self.query." in name}
    kind = stored["embeddings.token_type_embeddings.weight"][0]
    places = "embeddings.position_embeddings.weight"
    return {**used, **scaled, places: used[places] + kind}


def _stored(path: Path) -> Weights:
    """The tensors of a safetensors file, not read before they are used.

    Format: 8 bytes with the length of a JSON header, the header, the tensors
    (https://huggingface.co/docs/safetensors). Raises OSError, ValueError, KeyError.
    """
    data = np.memmap(path, np.uint8, "r")
    start = 8 + int.from_bytes(data[:8].tobytes(), "little")
    header = json.loads(data[8:start].tobytes())
    header.pop("__metadata__", None)
    return {
        name.removeprefix("bert."): _floats(data[start:][slice(*entry["data_offsets"])], entry["dtype"], entry["shape"])
        for name, entry in header.items()
        if entry["dtype"] in _TYPES
    }


_TYPES = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}


def _floats(data: NDArray[np.uint8], kind: str, shape: Sequence[int]) -> Array:
    values = data.view(_TYPES[kind]).reshape(shape)
    if kind == "BF16":  # the upper half of a float32
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32, copy=False)
