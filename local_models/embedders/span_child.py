"""footnote-span as the program sees it: rag.ports.SpanReader over the `embed` child. Free of onnxruntime."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.client import WorkerClient
from local_models.types import FoundSpan

REQUEST_PASSAGES = 6
"""Passages per request: a cancel waits for one of these, 0.09 s on 2 threads for passages of 888 characters. Twice as
many in a request are no faster."""


class ChildSpanReader:
    """The span reader of a folder, in the child that also embeds. Thread-safe.

    Nothing is read before the first question, or `warm_up`.
    """

    def __init__(self, client: WorkerClient, folder: Path, *, threads: int = 0) -> None:
        self._client = client
        self._params = {"path": str(folder), "threads": threads}
        self._lock = threading.Lock()
        self._loaded_in: int | None = None

    def warm_up(self, cancel: CancelToken) -> None:
        """Load the reader if it is not loaded. Raises ModelError, WorkerDied, Cancelled."""
        with self._lock:
            if self._client.running and self._client.pid == self._loaded_in:
                return
            list(self._client.request("load_spans", self._params, cancel))
            self._loaded_in = self._client.pid

    def find(self, question: str, passages: Sequence[str], cancel: CancelToken) -> list[tuple[FoundSpan, ...]]:
        """As rag.ports.SpanReader says."""
        found: list[tuple[FoundSpan, ...]] = []
        for start in range(0, len(passages), REQUEST_PASSAGES):
            self.warm_up(cancel)
            params = {"question": question, "passages": list(passages[start : start + REQUEST_PASSAGES])}
            (answer,) = self._client.request("find", params, cancel)
            found += [tuple(FoundSpan(*span) for span in spans) for spans in answer["spans"]]
        return found
