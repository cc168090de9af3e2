"""footnote-span as the program sees it: rag.ports.SpanReader over the `embed` child. Free of onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.client import WorkerClient
from local_models.embedders.child_model import ChildModel
from local_models.types import FoundSpan

REQUEST_PASSAGES = 6
"""Passages per request: a cancel waits for one of these, 0.09 s on 2 threads for passages of 888 characters. Twice as
many in a request are no faster."""


class ChildSpanReader:
    """The span reader of a folder, in the child that also embeds. Thread-safe.

    Nothing is read before the first question, or `warm_up`.
    """

    def __init__(self, client: WorkerClient, folder: Path, *, threads: int = 0) -> None:
        self._model = ChildModel(client, "load_spans", folder, threads=threads)

    def warm_up(self, cancel: CancelToken) -> None:
        """Load the reader if it is not loaded. Raises ModelError, WorkerDied, Cancelled."""
        self._model.warm_up(cancel)

    def find(self, question: str, passages: Sequence[str], cancel: CancelToken) -> list[tuple[FoundSpan, ...]]:
        """As rag.ports.SpanReader says."""
        found: list[tuple[FoundSpan, ...]] = []
        for start in range(0, len(passages), REQUEST_PASSAGES):
            params = {"question": question, "passages": list(passages[start : start + REQUEST_PASSAGES])}
            answer = self._model.ask("find", params, cancel)
            found += [tuple(FoundSpan(*span) for span in spans) for spans in answer["spans"]]
        return found
