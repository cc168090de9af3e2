"""The embedder in use, for those who hold it for long: it may become another one while the program runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.cancel import CancelToken
from local_models.embedders.child import ChildEmbedder
from local_models.types import EmbedderIdentity


class CurrentEmbedder:
    """rag.ports.Embedder. A call is made by one embedder to its end, whatever becomes the current one meanwhile."""

    def __init__(self, embedder: ChildEmbedder) -> None:
        self._now = embedder

    @property
    def now(self) -> ChildEmbedder:
        """Who it is at this moment."""
        return self._now

    def use(self, embedder: ChildEmbedder) -> None:
        """From now on it is this one."""
        self._now = embedder

    @property
    def identity(self) -> EmbedderIdentity:
        return self._now.identity

    @property
    def tokenizer_json(self) -> Path:
        """The file of its tokenizer, for children that cut text."""
        return self._now.tokenizer_json

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> NDArray[np.float32]:
        """As rag.ports.Embedder says."""
        return self._now.embed(texts, cancel)

    def memory(self) -> int:
        """Resident bytes of the child, 0 when none runs."""
        return self._now.memory()

    def close(self) -> None:
        """End the child, for good."""
        self._now.close()
