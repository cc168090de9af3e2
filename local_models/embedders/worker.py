"""What the `embed` child answers: load a model folder, embed texts. torch lives here and nowhere else."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from local_models.cancel import CancelToken
from local_models.embedders.folder import read_folder
from local_models.errors import ModelBroken, ModelNotFound
from local_models.hardware import physical_cores
from local_models.protocol import encode_array
from local_models.worker import Handler

Events = Iterator[Mapping[str, object]]


class Encoder(Protocol):
    """A loaded model: one unit vector per text."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


def handlers() -> dict[str, Handler]:
    """The operations of the role, around one model."""
    desk = _EmbedDesk()
    return {"load": desk.load, "embed": desk.embed}


class _EmbedDesk:
    def __init__(self) -> None:
        self._encoder: Encoder | None = None

    def load(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: path, threads (0: physical cores), digests; yields an empty mapping when the model is ready."""
        cancel.check()
        digests = Path(params["digests"]) if params.get("digests") else None
        self._encoder = load_encoder(Path(params["path"]), threads=params.get("threads", 0), digests=digests)
        yield {}

    def embed(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: texts, few enough that nobody minds waiting for them; yields their vectors in the same order."""
        cancel.check()
        if self._encoder is None:
            raise ModelNotFound("No embedder is loaded.", "Choose an embedder in the settings.")
        yield {"vectors": encode_array(self._encoder.encode(params["texts"]))}


def load_encoder(path: Path, *, threads: int = 0, digests: Path | None = None) -> Encoder:
    """The fastest encoder that can compute this folder. Raises ModelNotFound, ModelBroken."""
    folder = read_folder(path, digests)
    # Each of the two imports its own heavy library; only the one that is needed.
    module = importlib.import_module("local_models.embedders." + ("bert" if folder.plain_bert else "sentence"))
    try:
        encoder: Encoder = module.load(folder, threads or physical_cores())
        encoder.encode(["ready"])
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, module.DamagedWeights) as error:
        raise ModelBroken(
            f"The embedder folder {path} can't be loaded ({type(error).__name__}).",
            "Choose another folder in the settings, or copy this one again.",
        ) from error
    return encoder
