"""Any sentence-transformers folder, computed by sentence-transformers itself. The only importer of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch  # noqa: TID253 - this room's heavy libraries, only ever imported in the embed child
from numpy.typing import NDArray
from safetensors import SafetensorError as DamagedWeights
from sentence_transformers import SentenceTransformer  # noqa: TID253

from local_models.embedders.folder import EmbedderFolder
from local_models.embedders.trial import RememberedTrials

__all__ = ["DamagedWeights", "SentenceEncoder", "load"]


class SentenceEncoder:
    """A loaded SentenceTransformer, on the CPU. Code that comes with a model is never run."""

    def __init__(self, folder: EmbedderFolder, *, threads: int) -> None:
        torch.set_num_threads(threads)
        self._model = SentenceTransformer(
            str(folder.path), device="cpu", local_files_only=True, trust_remote_code=False
        )

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 per text, shape (len(texts), dimension)."""
        vectors = self._model.encode(
            list(texts), batch_size=16, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, np.float32)


def load(folder: EmbedderFolder, threads: int, _: RememberedTrials) -> SentenceEncoder:
    """Nothing else computes such a folder, so there is nothing to try."""
    return SentenceEncoder(folder, threads=threads)
