"""footnote-entailment as the program sees it: rag.ports.Entailment over the `embed` child. Free of onnxruntime."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.client import WorkerClient

REQUEST_PAIRS = 16
"""Pairs per request: a cancel waits for one of these, 0.1 s on 2 threads."""


class ChildEntailment:
    """The entailment model of a folder, in the child that also embeds. Thread-safe; loaded by the first question."""

    def __init__(self, client: WorkerClient, folder: Path, *, threads: int = 0) -> None:
        self._client = client
        self._params = {"path": str(folder), "threads": threads}
        self._lock = threading.Lock()
        self._loaded_in: int | None = None

    def warm_up(self, cancel: CancelToken) -> None:
        """Load the model if it is not loaded. Raises ModelError, WorkerDied, Cancelled."""
        with self._lock:
            if self._client.running and self._client.pid == self._loaded_in:
                return
            list(self._client.request("load_entailment", self._params, cancel))
            self._loaded_in = self._client.pid

    def probabilities(self, pairs: Sequence[tuple[str, str]], cancel: CancelToken) -> list[float]:
        """As rag.ports.Entailment says."""
        found: list[float] = []
        for start in range(0, len(pairs), REQUEST_PAIRS):
            self.warm_up(cancel)
            params = {"pairs": [list(pair) for pair in pairs[start : start + REQUEST_PAIRS]]}
            (answer,) = self._client.request("entail", params, cancel)
            found += [float(one) for one in answer["probabilities"]]
        return found
