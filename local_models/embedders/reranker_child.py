"""A reranker as the program sees it: rag.ports.Reranker over the `embed` child. Free of torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.client import WorkerClient
from local_models.embedders.child_model import ChildModel
from local_models.embedders.cross_encoder_folder import check_cross_encoder

REQUEST_TEXTS = 4
"""Texts per request: a cancel waits for one of these."""


class ChildReranker:
    """The cross-encoder of a folder, in the child that also embeds. Thread-safe; loaded by the first question."""

    def __init__(self, client: WorkerClient, folder: Path, *, threads: int = 0) -> None:
        """Raises ModelNotFound, ModelBroken, if the folder holds none."""
        check_cross_encoder(folder)
        self._model = ChildModel(client, "load_reranker", folder, threads=threads)

    def probabilities(self, question: str, texts: Sequence[str], cancel: CancelToken) -> list[float]:
        """As rag.ports.Reranker says."""
        found: list[float] = []
        for start in range(0, len(texts), REQUEST_TEXTS):
            params = {"question": question, "texts": list(texts[start : start + REQUEST_TEXTS])}
            found += [float(one) for one in self._model.ask("rerank", params, cancel)["probabilities"]]
        return found

    def unload(self) -> None:
        """Give its memory back."""
        self._model.unload("unload_reranker")
