"""The embedder as the rest of the program sees it: rag.ports.Embedder over a child process. Free of torch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient
from local_models.embedders.folder import read_folder
from local_models.embedders.tokens import EmbedderTokens
from local_models.errors import ModelNotFound
from local_models.protocol import decode_array
from local_models.types import EmbedderIdentity

REQUEST_TEXTS = 16
"""Texts per request. The child answers requests in order, so a question waits for one of these: 0.2 s on 2 cores
that multiply bfloat16, 0.4 s on others."""


class ChildEmbedder:
    """A sentence-transformers folder in a child process of role `embed`. Thread-safe.

    Reading the folder is quick; the child loads the model with the first text, or with `warm_up`.
    """

    def __init__(self, client: WorkerClient, folder: Path, *, digests: Path | None = None, threads: int = 0) -> None:
        """`digests`: a JSON file that remembers checksums. Raises ModelNotFound, ModelBroken."""
        self._client = client
        self._folder = read_folder(folder, digests)
        self._params = {
            "model": self._folder.identity.digest,
            "path": str(folder),
            "threads": threads,
            "digests": str(digests) if digests else "",
        }
        self._lock = threading.Lock()
        self._loaded_in: int | None = None

    @property
    def identity(self) -> EmbedderIdentity:
        return self._folder.identity

    @property
    def tokenizer_json(self) -> Path:
        """The file of this embedder's tokenizer, for children that cut text."""
        return self._folder.tokenizer_json

    def tokens(self) -> EmbedderTokens:
        """This embedder's own tokens. Raises ModelNotFound, ModelBroken."""
        return EmbedderTokens(self._folder.tokenizer_json)

    def warm_up(self, cancel: CancelToken) -> None:
        """Load the model if it is not loaded. Raises ModelError, WorkerDied, Cancelled."""
        with self._lock:
            if self._client.running and self._client.pid == self._loaded_in:
                return
            list(self._client.request("load", self._params, cancel))
            self._loaded_in = self._client.pid

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> NDArray[np.float32]:
        """As rag.ports.Embedder says. Texts of like length go together, whatever their order."""
        vectors = np.empty((len(texts), self.identity.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        for start in range(0, len(order), REQUEST_TEXTS):
            batch = order[start : start + REQUEST_TEXTS]
            vectors[batch] = self._embed_batch([texts[number] for number in batch], cancel)
        return vectors

    def unload(self) -> None:
        """Give the model's memory back; the next text loads it again. The child and its other models stay."""
        with self._lock:
            if self._client.running:
                list(self._client.request("unload", {"model": self.identity.digest}, never()))
            self._loaded_in = None

    def memory(self) -> int:
        """Resident bytes of the child, 0 when none runs."""
        return self._client.memory()

    def close(self) -> None:
        """End the child, for good."""
        self._client.close()

    def _embed_batch(self, texts: list[str], cancel: CancelToken) -> NDArray[np.float32]:
        try:
            return self._embedded(texts, cancel)
        except ModelNotFound:  # somebody else who had this model in the same child has unloaded it
            with self._lock:
                self._loaded_in = None
            return self._embedded(texts, cancel)

    def _embedded(self, texts: list[str], cancel: CancelToken) -> NDArray[np.float32]:
        self.warm_up(cancel)
        (answer,) = self._client.request("embed", {"model": self.identity.digest, "texts": texts}, cancel)
        return decode_array(answer["vectors"])
