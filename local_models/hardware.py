"""What this computer has for a model to run on, and whether a model fits.

Memory is what `psutil` calls available: free, or given back at once when asked for. It knows nothing of llama.cpp.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil

from local_models.errors import ModelTooLarge
from local_models.gguf import GgufHeader

DEFAULT_CONTEXT = 8192
"""Tokens of context when nothing else is asked for; a longer one costs memory that few questions use."""

KV_BYTES = 2  # the KV cache is kept in float16
UBATCH = 512  # tokens computed at once, as in local_models.llama
GB = 10**9


@dataclass(frozen=True, slots=True)
class Hardware:
    """Bytes of memory, and cores. `cores` are physical ones: hyperthreads slow matrix products down."""

    memory: int
    free_memory: int
    cores: int


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes a loaded model takes, by purpose."""

    weights: int
    kv_cache: int
    compute: int

    @property
    def total(self) -> int:
        return self.weights + self.kv_cache + self.compute


def read_hardware() -> Hardware:
    """This computer, now."""
    memory = psutil.virtual_memory()
    return Hardware(memory=memory.total, free_memory=memory.available, cores=physical_cores())


def physical_cores() -> int:
    """At least 1; not more than this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(psutil.cpu_count(logical=False) or allowed, allowed))


def context_tokens(header: GgufHeader, asked: int) -> int:
    """The context a model is loaded with: as asked (0: DEFAULT_CONTEXT), but not beyond what it was trained for."""
    trained = header.context_length or asked or DEFAULT_CONTEXT
    return min(asked or DEFAULT_CONTEXT, trained)


def memory_need(header: GgufHeader, n_ctx: int) -> MemoryNeed:
    """An estimate on the safe side: weights as in the file, a KV cache of n_ctx tokens, the buffers of one batch."""
    width = header.own("embedding_length")
    heads = header.own("attention.head_count", 1) or 1
    kv_heads = header.own("attention.head_count_kv", heads)
    key = header.own("attention.key_length", width // heads)
    value = header.own("attention.value_length", width // heads)
    kv_cache = header.own("block_count") * n_ctx * kv_heads * (key + value) * KV_BYTES
    per_token = 4 * (8 * width + 3 * header.own("feed_forward_length"))  # float32 activations of one layer at a time
    compute = UBATCH * per_token + 4 * header.vocabulary
    return MemoryNeed(weights=header.weight_bytes, kv_cache=kv_cache, compute=compute)


def check_fits(header: GgufHeader, n_ctx: int, free_memory: int) -> None:
    """Raises ModelTooLarge with the numbers when the model does not fit into `free_memory` bytes."""
    need = memory_need(header, n_ctx)
    if need.total <= free_memory:
        return
    smaller = "Choose a smaller model"
    advice = f"{smaller} or a shorter context." if need.weights < free_memory else f"{smaller}."
    raise ModelTooLarge(
        f"The model “{header.path.name}” needs about {need.total / GB:.1f} GB of memory "
        f"({need.weights / GB:.1f} GB weights, {need.kv_cache / GB:.1f} GB for {n_ctx} tokens of context), "
        f"but {free_memory / GB:.1f} GB are free.",
        advice,
    )
