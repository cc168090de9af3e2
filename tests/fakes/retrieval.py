"""Fakes for retrieval: an embedder whose vectors the test chooses, and hits made of texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.cancel import CancelToken
from local_models.types import EmbedderIdentity
from rag.ports import Vectors
from rag.types import Document, DocumentState, Hit, Passage, Scores, Span


class TableEmbedder:
    """Each text's vector is what `vector_of` says, made a unit vector."""

    def __init__(self, vector_of: Callable[[str], NDArray[np.float64]], languages: tuple[str, ...] = ("en",)) -> None:
        self._vector_of = vector_of
        dimension = len(vector_of("probe"))
        self.identity = EmbedderIdentity("table", "digest-table", dimension, 256, languages)
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> Vectors:
        cancel.check()
        self.asked.extend(texts)
        rows = np.stack([self._vector_of(text) for text in texts])
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def hit(text: str, *, document: int = 1, ordinal: int = 0, fused: float = 0.5, vectors: float | None = 0.5) -> Hit:
    passage = Passage(document * 1000 + ordinal, document, ordinal, text, Span(0, len(text)))
    file = Document(document, Path(f"/{document}.txt"), f"File {document}", "text/plain", "", 0, DocumentState.COMPLETE)
    return Hit(passage, file, Scores(1.0, vectors, fused))
