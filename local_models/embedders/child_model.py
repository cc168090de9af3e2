"""A model beside the embedder, in the `embed` child: loaded by the first request and again in a new child."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_models.cancel import CancelToken
from local_models.client import WorkerClient


class ChildModel:
    """The model of one folder. Thread-safe. `load` is the operation that loads it in the child."""

    def __init__(self, client: WorkerClient, load: str, folder: Path, *, threads: int = 0) -> None:
        self._client = client
        self._load = load
        self._params = {"path": str(folder), "threads": threads}
        self._lock = threading.Lock()
        self._loaded_in: int | None = None

    def warm_up(self, cancel: CancelToken) -> None:
        """Load the model if it is not loaded. Raises ModelError, WorkerDied, Cancelled."""
        with self._lock:
            if self._client.running and self._client.pid == self._loaded_in:
                return
            list(self._client.request(self._load, self._params, cancel))
            self._loaded_in = self._client.pid

    def ask(self, operation: str, params: Mapping[str, object], cancel: CancelToken) -> dict[str, Any]:
        """The one answer of the operation. Raises as `warm_up`."""
        self.warm_up(cancel)
        (answer,) = self._client.request(operation, params, cancel)
        return answer

    def unload(self, operation: str) -> None:
        """Give its memory back, if it is loaded."""
        with self._lock:
            loaded = self._client.running and self._client.pid == self._loaded_in
            self._loaded_in = None
        if loaded:
            list(self._client.request(operation, self._params, CancelToken()))
