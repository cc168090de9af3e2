"""A plain BERT encoder with mean pooling in a page of torch: what all-MiniLM-L6-v2 is, fast where bfloat16 is.

Importing sentence-transformers takes 6 to 13 s and 420 MB before a model is loaded; torch alone takes half of that, so
it comes only when there is much to embed (local_models.embedders.staged). Only the exact kind of model that
`EmbedderFolder.plain_bert` recognises comes here; every other goes through sentence-transformers
(local_models.embedders.sentence). The result equals SentenceTransformer.encode (a test says so). Devlin et al. 2019,
https://arxiv.org/abs/1810.04805.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch  # noqa: TID253 - this room's heavy library, only ever imported in the embed child
from numpy.typing import NDArray
from safetensors import SafetensorError as DamagedWeights
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional  # noqa: TID253

from local_models.embedders.folder import EmbedderFolder

MICRO_BATCH = 16
"""Texts computed together, sorted by length, so that hardly anything is padded. Passages per second of one core with
bf16, for batches of 4, 8, 16, 32, 64: 54, 62, 74, 79, 75."""

Tensor: TypeAlias = Any
"""torch.Tensor; torch is untyped here (see pyproject.toml)."""

__all__ = ["BertEncoder", "DamagedWeights", "has_fast_bf16", "load"]


class BertEncoder:
    """The encoder of one folder, on the CPU. bf16 where the processor multiplies it in hardware."""

    def __init__(self, folder: EmbedderFolder, *, threads: int, bf16: bool | None = None) -> None:
        """`bf16` None: as the processor is better at. Raises OSError, ValueError, KeyError for a damaged folder."""
        self._threads = threads
        self._tokenizer = _tokenizer(folder.tokenizer_json, folder.identity.max_tokens)
        self._width = folder.identity.dimension
        self._heads = int(folder.config["num_attention_heads"])
        self._epsilon = float(folder.config["layer_norm_eps"])
        self._type = torch.bfloat16 if (has_fast_bf16() if bf16 is None else bf16) else torch.float32
        weights = load_file(folder.path / "model.safetensors")
        self._weights: Mapping[str, Tensor] = {
            name.removeprefix("bert."): value.to(self._type) for name, value in weights.items()
        }
        self._layers = [f"encoder.layer.{number}." for number in range(int(folder.config["num_hidden_layers"]))]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector per text, shape (len(texts), dimension), of length 1."""
        torch.set_num_threads(self._threads)  # OpenMP keeps it for each thread that asks, and another one loaded us
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        order = sorted(range(len(texts)), key=lambda number: len(encodings[number].ids))
        batches = [order[start : start + MICRO_BATCH] for start in range(0, len(order), MICRO_BATCH)]
        result = torch.empty((len(texts), self._width))
        with torch.inference_mode():
            for batch in batches:
                means = self._encode_ids([encodings[number].ids for number in batch])
                result[torch.tensor(batch)] = functional.normalize(means)
        return np.asarray(result.numpy(), np.float32)

    def _encode_ids(self, ids: list[list[int]]) -> Tensor:
        longest = max(len(row) for row in ids)
        tokens = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
        lengths = torch.tensor([len(row) for row in ids])
        mask = torch.arange(longest) < lengths[:, None]
        hidden = self._embed(tokens)
        attended = None if int(lengths.min()) == longest else mask[:, None, None, :]
        for layer in self._layers:
            hidden = self._layer(hidden, attended, layer)
        kept = hidden.float() * mask[:, :, None]
        return kept.sum(1) / lengths[:, None]

    def _embed(self, tokens: Tensor) -> Tensor:
        name = "embeddings."
        words = functional.embedding(tokens, self._weights[name + "word_embeddings.weight"])
        places = self._weights[name + "position_embeddings.weight"][: tokens.shape[1]]
        kind = self._weights[name + "token_type_embeddings.weight"][0]
        return self._norm(words + places + kind, name + "LayerNorm")

    def _layer(self, hidden: Tensor, mask: Tensor, name: str) -> Tensor:
        batch, length, width = hidden.shape
        query, key, value = (
            self._linear(hidden, f"{name}attention.self.{part}").view(batch, length, self._heads, -1).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = self._linear(mixed.transpose(1, 2).reshape(batch, length, width), f"{name}attention.output.dense")
        hidden = self._norm(mixed + hidden, f"{name}attention.output.LayerNorm")
        inner = functional.gelu(self._linear(hidden, f"{name}intermediate.dense"))
        return self._norm(self._linear(inner, f"{name}output.dense") + hidden, f"{name}output.LayerNorm")

    def _linear(self, hidden: Tensor, name: str) -> Tensor:
        return functional.linear(hidden, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, hidden: Tensor, name: str) -> Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(hidden, weight.shape, weight, bias, self._epsilon)


def load(folder: EmbedderFolder, threads: int) -> BertEncoder:
    return BertEncoder(folder, threads=threads)


def has_fast_bf16() -> bool:
    """True if the processor multiplies bfloat16 in hardware (AMX, AVX512-BF16).

    Measured with AMX: 74 passages/s of one core, 38 in float32; the vectors agree to a cosine of 0.9999.
    """
    return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001


def _tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
