"""footnote-entailment as the program sees it: rag.ports.Entailment over the `embed` child. Free of onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.client import WorkerClient
from local_models.embedders.child_model import ChildModel

REQUEST_PAIRS = 16
"""Pairs per request: a cancel waits for one of these, 0.1 s on 2 threads."""


class ChildEntailment:
    """The entailment model of a folder, in the child that also embeds. Thread-safe; loaded by the first question."""

    def __init__(self, client: WorkerClient, folder: Path, *, threads: int = 0) -> None:
        self._model = ChildModel(client, "load_entailment", folder, threads=threads)

    def warm_up(self, cancel: CancelToken) -> None:
        """Load the model if it is not loaded. Raises ModelError, WorkerDied, Cancelled."""
        self._model.warm_up(cancel)

    def probabilities(self, pairs: Sequence[tuple[str, str]], cancel: CancelToken) -> list[float]:
        """As rag.ports.Entailment says."""
        found: list[float] = []
        for start in range(0, len(pairs), REQUEST_PAIRS):
            params = {"pairs": [list(pair) for pair in pairs[start : start + REQUEST_PAIRS]]}
            answer = self._model.ask("entail", params, cancel)
            found += [float(one) for one in answer["probabilities"]]
        return found
