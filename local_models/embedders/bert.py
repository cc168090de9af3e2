"""A plain BERT encoder with mean pooling in a page of torch: what all-MiniLM-L6-v2 is, fast where bfloat16 is.

Importing sentence-transformers takes 6 to 13 s and 420 MB before a model is loaded; torch alone takes half of that, so
it comes only when there is much to embed (local_models.embedders.staged). Only the exact kind of model that
`EmbedderFolder.plain_bert` recognises comes here; every other goes through sentence-transformers
(local_models.embedders.sentence). The result equals SentenceTransformer.encode (a test says so). Devlin et al. 2019,
https://arxiv.org/abs/1810.04805.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch  # noqa: TID253 - this room's heavy library, only ever imported in the embed child
from numpy.typing import NDArray
from safetensors import SafetensorError as DamagedWeights
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional  # noqa: TID253

from local_models.embedders.batches import even_batches
from local_models.embedders.folder import EmbedderFolder

BATCH_TOKENS = 512
"""Most tokens computed together by one thread, of texts of like length, so that hardly anything is padded. Texts of
143 tokens a second of one core, best of 6 rounds, with 256, 512 and 1,024: 40, 46, 38."""

Tensor: TypeAlias = Any
"""torch.Tensor; torch is untyped here (see pyproject.toml)."""

__all__ = ["BertEncoder", "DamagedWeights", "has_fast_bf16", "load"]


class _Linear(NamedTuple):
    """A weight, laid out for the processor where oneDNN can, and its bias."""

    weight: Tensor
    bias: Tensor
    packed: bool

    def __call__(self, hidden: Tensor) -> Tensor:
        if self.packed:
            return torch.ops.mkldnn._linear_pointwise(hidden, self.weight, self.bias, "none", [], "")  # noqa: SLF001
        return functional.linear(hidden, self.weight, self.bias)

    def gelu(self, hidden: Tensor) -> Tensor:
        """The exact GELU of the result, in the same pass where it is packed."""
        if self.packed:
            return torch.ops.mkldnn._linear_pointwise(hidden, self.weight, self.bias, "gelu", [], "none")  # noqa: SLF001
        return functional.gelu(functional.linear(hidden, self.weight, self.bias))

    def plus(self, hidden: Tensor, other: Tensor) -> Tensor:
        """The result and `other`, in the same pass where it is packed."""
        if self.packed:
            packed = torch.ops.mkldnn._linear_pointwise.binary  # noqa: SLF001
            return packed(hidden, other, self.weight, self.bias, "add")
        return functional.linear(hidden, self.weight, self.bias) + other


class _Layer(NamedTuple):
    """One layer's parts; `asked` makes query, key and value at once."""

    asked: _Linear
    mixed: _Linear
    norm: tuple[Tensor, Tensor]
    inner: _Linear
    outer: _Linear
    last_norm: tuple[Tensor, Tensor]


class BertEncoder:
    """The encoder of one folder, on the CPU. bf16 where the processor multiplies it in hardware. Thread-safe.

    Each batch is computed by one thread, several at a time: 2 threads that share every operation wait for each other
    after each, and gave 86 passages a second where two that share none gave 117.
    """

    def __init__(self, folder: EmbedderFolder, *, threads: int, bf16: bool | None = None) -> None:
        """`bf16` None: as the processor is better at. Raises OSError, ValueError, KeyError for a damaged folder."""
        self._threads = threads
        self._tokenizer = _tokenizer(folder.tokenizer_json, folder.identity.max_tokens)
        self._width = folder.identity.dimension
        self._heads = int(folder.config["num_attention_heads"])
        self._epsilon = float(folder.config["layer_norm_eps"])
        self._type = torch.bfloat16 if (has_fast_bf16() if bf16 is None else bf16) else torch.float32
        stored = load_file(folder.path / "model.safetensors")
        with torch.inference_mode():
            weights = {name.removeprefix("bert."): value.to(self._type) for name, value in stored.items()}
            self._words = weights["embeddings.word_embeddings.weight"]
            self._places = weights["embeddings.position_embeddings.weight"]
            self._kind = weights["embeddings.token_type_embeddings.weight"][0]
            self._norm = _norm(weights, "embeddings.LayerNorm")
            count = int(folder.config["num_hidden_layers"])
            self._layers = [_layer(weights, f"encoder.layer.{number}.") for number in range(count)]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector per text, shape (len(texts), dimension), of length 1."""
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        batches = even_batches([len(row) for row in rows], most=BATCH_TOKENS, threads=self._threads)
        result = np.empty((len(texts), self._width), np.float32)
        # OpenMP keeps the number of threads for each thread that asks
        with ThreadPoolExecutor(self._threads, initializer=partial(torch.set_num_threads, 1)) as threads:
            computed = threads.map(self._encode_ids, [[rows[number] for number in batch] for batch in batches])
            for batch, vectors in zip(batches, computed, strict=True):
                result[batch] = vectors
        return result

    def _encode_ids(self, rows: list[list[int]]) -> NDArray[np.float32]:
        """The vectors of rows of tokens; the longest is the first."""
        longest, shortest = len(rows[0]), min(map(len, rows))
        lengths = torch.tensor([len(row) for row in rows])
        kept = torch.arange(longest) < lengths[:, None]
        with torch.inference_mode():
            hidden = self._embed(torch.tensor([row + [0] * (longest - len(row)) for row in rows]))
            attended = None if shortest == longest else kept[:, None, None, :]
            for layer in self._layers:
                hidden = self._through(layer, hidden, attended, len(rows))
            summed = (hidden.view(len(rows), longest, self._width).float() * kept[:, :, None]).sum(1)
            return np.asarray(functional.normalize(summed / lengths[:, None]).numpy(), np.float32)

    def _embed(self, tokens: Tensor) -> Tensor:
        """All rows in one column, (rows x length, width)."""
        words = functional.embedding(tokens, self._words)
        places = self._places[: tokens.shape[1]]
        return self._normed(words + places + self._kind, self._norm).view(-1, self._width)

    def _through(self, layer: _Layer, hidden: Tensor, attended: Tensor | None, rows: int) -> Tensor:
        asked = layer.asked(hidden).view(rows, -1, 3, self._heads, self._width // self._heads)
        query, key, value = (asked[:, :, part].transpose(1, 2) for part in range(3))
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=attended)
        hidden = self._normed(layer.mixed.plus(found.transpose(1, 2).reshape(-1, self._width), hidden), layer.norm)
        return self._normed(layer.outer.plus(layer.inner.gelu(hidden), hidden), layer.last_norm)

    def _normed(self, hidden: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
        return functional.layer_norm(hidden, (self._width,), *norm, self._epsilon)


def load(folder: EmbedderFolder, threads: int) -> BertEncoder:
    return BertEncoder(folder, threads=threads)


def has_fast_bf16() -> bool:
    """True if the processor multiplies bfloat16 in hardware (AMX, AVX512-BF16).

    Measured with AMX: 74 passages/s of one core, 38 in float32; the vectors agree to a cosine of 0.9999.
    """
    return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001


def _layer(weights: Mapping[str, Tensor], name: str) -> _Layer:
    parts = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
    return _Layer(
        asked=_linear(*(torch.cat([weights[f"{part}.{kind}"] for part in parts]) for kind in ("weight", "bias"))),
        mixed=_linear_named(weights, f"{name}attention.output.dense"),
        norm=_norm(weights, f"{name}attention.output.LayerNorm"),
        inner=_linear_named(weights, f"{name}intermediate.dense"),
        outer=_linear_named(weights, f"{name}output.dense"),
        last_norm=_norm(weights, f"{name}output.LayerNorm"),
    )


def _linear_named(weights: Mapping[str, Tensor], name: str) -> _Linear:
    return _linear(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _linear(weight: Tensor, bias: Tensor) -> _Linear:
    """Packed for bf16 only: in float32 torch's own way is as fast, and exact."""
    if weight.dtype is not torch.bfloat16 or not torch.backends.mkldnn.is_available():
        return _Linear(weight, bias, packed=False)
    packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), BATCH_TOKENS)  # noqa: SLF001
    return _Linear(packed, bias, packed=True)


def _norm(weights: Mapping[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
