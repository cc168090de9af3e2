"""A reranker: any cross-encoder folder, computed by sentence-transformers. Loaded in the `embed` child only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch  # noqa: TID253 - this room's heavy libraries, only ever imported in the embed child
from safetensors import SafetensorError
from sentence_transformers import CrossEncoder  # noqa: TID253

from local_models.embedders.cross_encoder_folder import check_cross_encoder
from local_models.errors import ModelBroken

LONGEST = 512
"""Tokens of question and text together that are read at most, also where a model could read more."""

_BATCH = 8


class CrossEncoderModel:
    """A loaded cross-encoder, on the CPU. Code that comes with a model is never run."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        """Raises ModelNotFound, ModelBroken."""
        check_cross_encoder(folder)
        torch.set_num_threads(threads)
        try:
            self._model = CrossEncoder(
                str(folder), device="cpu", local_files_only=True, trust_remote_code=False, num_labels=1
            )
            self._model.max_length = min(self._model.max_length or LONGEST, LONGEST)
            self.read("ready?", ["ready"])
        except (OSError, ValueError, KeyError, RuntimeError, TypeError, SafetensorError) as error:
            raise ModelBroken(
                f"The reranker folder {folder} can't be loaded ({type(error).__name__}).",
                "Copy it again, or choose another.",
            ) from error

    def read(self, question: str, texts: Sequence[str]) -> list[float]:
        """For each text how well it answers, 0 to 1. Models that give logits get them through a sigmoid too."""
        pairs = [(question, text) for text in texts]
        scores = self._model.predict(
            pairs, batch_size=_BATCH, show_progress_bar=False, activation_fn=torch.nn.Sigmoid()
        )
        return [float(score) for score in scores]
