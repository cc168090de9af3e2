"""What the `embed` child answers: embed texts, find spans, hold claims against texts, rerank.

onnxruntime and torch live here and nowhere else.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from local_models.cancel import CancelToken
from local_models.embedders.encoder import Encoder
from local_models.embedders.folder import read_folder
from local_models.embedders.trial import RememberedTrials
from local_models.errors import ModelBroken, ModelNotFound
from local_models.hardware import physical_cores
from local_models.protocol import encode_array
from local_models.types import FoundSpan
from local_models.worker import Handler

Events = Iterator[Mapping[str, object]]

TRIALS = "encoders.json"
"""Beside the file of checksums: what computes fastest on this computer."""


class SpanReader(Protocol):
    """A loaded span reader: for each passage the spans that may answer, likeliest first."""

    def read(self, question: str, passages: Sequence[str]) -> list[tuple[FoundSpan, ...]]: ...


class EntailmentModel(Protocol):
    """A loaded model of entailment: for each claim and text the probability that the text says it."""

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[float]: ...


class Reranker(Protocol):
    """A loaded cross-encoder: for each text how well it answers the question, 0 to 1."""

    def read(self, question: str, texts: Sequence[str]) -> list[float]: ...


def handlers() -> dict[str, Handler]:
    """The operations of the role, around one model of each kind, each loaded when it is first needed."""
    desk, spans, entailment, reranker = _EmbedDesk(), _SpanDesk(), _EntailmentDesk(), _RerankerDesk()
    return {
        "load": desk.load,
        "embed": desk.embed,
        "unload": desk.unload,
        "load_spans": spans.load,
        "find": spans.find,
        "load_entailment": entailment.load,
        "entail": entailment.read,
        "load_reranker": reranker.load,
        "rerank": reranker.read,
        "unload_reranker": reranker.unload,
    }


class _EmbedDesk:
    """While an index is made by another embedder, questions need the one in use: so there may be two."""

    def __init__(self) -> None:
        self._encoders: dict[str, Encoder] = {}

    def load(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: model (its digest), path, threads (0: physical cores), digests; yields {} when it is ready."""
        cancel.check()
        if params["model"] not in self._encoders:
            digests = Path(params["digests"]) if params.get("digests") else None
            encoder = load_encoder(Path(params["path"]), threads=params.get("threads", 0), digests=digests)
            self._encoders[params["model"]] = encoder
        yield {}

    def unload(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: model; its memory is given back. Nothing happens if it is not loaded."""
        cancel.check()
        self._encoders.pop(params["model"], None)
        yield {}

    def embed(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: model, texts, few enough that nobody minds waiting for them; yields their vectors in that order."""
        cancel.check()
        encoder = self._encoders.get(params["model"])
        if encoder is None:
            raise ModelNotFound("No embedder is loaded.", "Choose an embedder in the settings.")
        yield {"vectors": encode_array(encoder.encode(params["texts"]))}


class _SpanDesk:
    def __init__(self) -> None:
        self._reader: SpanReader | None = None

    def load(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: path, threads (0: physical cores); yields an empty mapping when the reader is ready."""
        cancel.check()
        module = importlib.import_module("local_models.embedders.spans")  # 0.2 s, 30 MB
        self._reader = module.SpanModel(Path(params["path"]), threads=params.get("threads", 0) or physical_cores())
        yield {}

    def find(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: question, passages; yields for each passage its spans as [start, end, probability]."""
        cancel.check()
        if self._reader is None:
            raise ModelNotFound("No span reader is loaded.", "Install Footnote again.")
        found = self._reader.read(params["question"], params["passages"])
        yield {"spans": [[[span.start, span.end, span.probability] for span in spans] for spans in found]}


class _EntailmentDesk:
    def __init__(self) -> None:
        self._model: EntailmentModel | None = None

    def load(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: path, threads (0: physical cores); yields an empty mapping when the model is ready."""
        cancel.check()
        module = importlib.import_module("local_models.embedders.entailment")
        self._model = module.EntailmentModel(Path(params["path"]), threads=params.get("threads", 0) or physical_cores())
        yield {}

    def read(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: pairs of a claim and a text; yields their probabilities in the same order."""
        cancel.check()
        if self._model is None:
            raise ModelNotFound("No entailment model is loaded.", "Install Footnote again.")
        yield {"probabilities": self._model.read([(claim, text) for claim, text in params["pairs"]])}


class _RerankerDesk:
    def __init__(self) -> None:
        self._model: Reranker | None = None

    def load(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: path, threads (0: physical cores); yields an empty mapping when the model is ready."""
        cancel.check()
        module = importlib.import_module("local_models.embedders.cross_encoder")  # 6 s, 400 MB
        self._model = module.CrossEncoderModel(
            Path(params["path"]), threads=params.get("threads", 0) or physical_cores()
        )
        yield {}

    def read(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: question, texts; yields their probabilities in the same order."""
        cancel.check()
        if self._model is None:
            raise ModelNotFound("No reranker is loaded.", "Choose one in the settings.")
        yield {"probabilities": self._model.read(params["question"], params["texts"])}

    def unload(self, _: Mapping[str, Any], cancel: CancelToken) -> Events:
        """Its memory is given back. Nothing happens if none is loaded."""
        cancel.check()
        self._model = None
        yield {}


def load_encoder(path: Path, *, threads: int = 0, digests: Path | None = None) -> Encoder:
    """The fastest encoder that can compute this folder. Raises ModelNotFound, ModelBroken."""
    folder = read_folder(path, digests)
    # Each of the two imports its own heavy library; only the one that is needed.
    module = importlib.import_module("local_models.embedders." + ("staged" if folder.plain_bert else "sentence"))
    trials = RememberedTrials(digests.with_name(TRIALS) if digests else None)
    try:
        encoder: Encoder = module.load(folder, threads or physical_cores(), trials)
        encoder.encode(["ready"])
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, module.DamagedWeights) as error:
        raise ModelBroken(
            f"The embedder folder {path} can't be loaded ({type(error).__name__}).",
            "Choose another folder in the settings, or copy this one again.",
        ) from error
    return encoder
