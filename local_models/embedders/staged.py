"""A plain BERT encoder that is ready at once, and faster when there is much to do.

A question is embedded by onnxruntime, ready after 0.3 s. torch needs 3 s to be imported, but where the processor
multiplies bfloat16 in hardware it computes 2.2 to 3 times as fast. So torch is fetched, by a thread beside, when so
much has been computed that it would have paid; elsewhere never. The vectors of the two have a cosine of 0.9999.
"""

from __future__ import annotations

import importlib
import platform
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.embedders import onnx_bert
from local_models.embedders.encoder import Encoder
from local_models.embedders.folder import EmbedderFolder
from local_models.embedders.trial import RememberedTrials, is_better

WORTH_S = 3.0
"""Seconds of computing after which torch is imported: as many as that takes, so that at most as much is lost as gained
(about 120 passages on 2 threads)."""

DamagedWeights = onnx_bert.DamagedWeights


class StagedEncoder:
    """`first`, until it has computed for WORTH_S; then what `fetch` brings, if it brings anything."""

    def __init__(
        self,
        first: Encoder,
        fetch: Callable[[], Encoder | None],
        *,
        worth_s: float = WORTH_S,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`fetch` is called once, in a thread of its own; `first` goes on until it returns."""
        self._encoder = first
        self._fetch = fetch
        self._left_s = worth_s
        self._clock = clock
        self._fetching: threading.Thread | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector per text, shape (len(texts), dimension), of length 1."""
        began = self._clock()
        vectors = self._encoder.encode(texts)
        self._left_s -= self._clock() - began
        if self._left_s <= 0 and self._fetching is None:
            self._fetching = threading.Thread(target=self._replace, name="faster encoder")
            self._fetching.start()
        return vectors

    def settle(self) -> None:
        """Wait for a fetch under way."""
        if self._fetching is not None:
            self._fetching.join()

    def _replace(self) -> None:
        self._encoder = self._fetch() or self._encoder


def load(folder: EmbedderFolder, threads: int, trials: RememberedTrials) -> StagedEncoder:
    """Raises OSError, ValueError, KeyError for a damaged folder."""
    first = onnx_bert.load(folder, threads)
    return StagedEncoder(first, lambda: _faster(first, folder, threads, trials))


def _faster(first: Encoder, folder: EmbedderFolder, threads: int, trials: RememberedTrials) -> Encoder | None:
    """What computes the same faster on this computer, if anything does; tried once, then remembered."""
    better = trials.outcome(folder.identity.digest)
    if better is False or not _may_have_fast_bf16():
        return None
    bert = importlib.import_module("local_models.embedders.bert")  # torch: 3 s, 200 MB
    if not bert.has_fast_bf16():
        return None
    candidate: Encoder = bert.load(folder, threads)
    if better is None:
        better = is_better(candidate, first)
        trials.remember(folder.identity.digest, better=better)
    return candidate if better else None


def _may_have_fast_bf16() -> bool:
    """Only torch knows for certain; False spares its import."""
    if platform.system() == "Linux":
        flags = Path("/proc/cpuinfo").read_text("utf-8", "replace")
        return "amx_bf16" in flags or "avx512_bf16" in flags
    return platform.system() == "Windows"
