"""Getting the models ready before the first question: which ones, side by side, and what is told."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from local_models.cancel import CancelToken, never
from local_models.files import ModelFolder
from local_models.generator import LlamaGenerator
from local_models.offline import NetworkGate
from local_models.types import EmbedderIdentity, FoundSpan, ModelInfo
from rag.errors import Cancelled, ModelBroken
from rag.models import Models
from rag.reranking import Reranking
from rag.store.preferences import PreferencesStore
from rag.types import Mode

TOO_FEW_LAYERS = "The graphics card is full, so the processor computes."


@dataclass
class Loading:
    """Embedder, span reader, model of entailment and language model in one; notes what was loaded."""

    loaded: list[str] = field(default_factory=list)
    broken: str = ""
    together: threading.Barrier | None = None
    identity: EmbedderIdentity = EmbedderIdentity("tiny", "0", 2, 8, ())

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> NDArray[np.float32]:
        self._load("embedder", cancel)
        return np.zeros((len(texts), 2), np.float32)

    def find(self, question: str, passages: Sequence[str], cancel: CancelToken) -> list[tuple[FoundSpan, ...]]:
        self.loaded.append("spans")
        return [() for _ in passages]

    def probabilities(self, pairs: Sequence[tuple[str, str]], cancel: CancelToken) -> list[float]:
        self.loaded.append("entailment")
        return [0.5 for _ in pairs]

    def info(self, cancel: CancelToken) -> ModelInfo:
        self._load("model", cancel)
        return ModelInfo("tiny", Path("tiny.gguf"), "llama", 1, 512, "cpu", fallback_reason=TOO_FEW_LAYERS)

    def _load(self, name: str, cancel: CancelToken) -> None:
        cancel.check()
        if self.together is not None:
            self.together.wait(timeout=10)
        if name == self.broken:
            raise ModelBroken(f"The {name} is damaged.", "Install Footnote again.")
        self.loaded.append(name)


def models(loading: Loading, *, passages: bool = True) -> Models:
    return Models(
        cast("ModelFolder", None),
        cast("LlamaGenerator", loading),
        loading,
        loading,
        loading,
        cast("PreferencesStore", None),
        NetworkGate(),
        cast("Reranking", None),
        has_passages=lambda: passages,
    )


@pytest.mark.parametrize(
    ("mode", "loaded"),
    [
        (Mode.GROUNDED, {"embedder", "spans", "entailment", "model"}),
        (Mode.QUOTES, {"embedder", "spans"}),
        (Mode.FREE, {"model"}),
    ],
)
def test_a_mode_loads_what_it_needs(mode: Mode, loaded: set[str]) -> None:
    loading = Loading()
    list(models(loading).warm_up(never(), mode))
    assert set(loading.loaded) == loaded


@pytest.mark.parametrize(("mode", "loaded"), [(Mode.GROUNDED, ["model"]), (Mode.QUOTES, [])])
def test_an_empty_library_needs_no_embedder(mode: Mode, loaded: list[str]) -> None:
    loading = Loading()
    list(models(loading, passages=False).warm_up(never(), mode))
    assert loading.loaded == loaded


def test_embedder_and_model_load_side_by_side() -> None:
    loading = Loading(together=threading.Barrier(2))
    list(models(loading).warm_up(never()))
    assert set(loading.loaded) == {"embedder", "spans", "entailment", "model"}


@pytest.mark.parametrize(
    ("broken", "others"), [("embedder", {"model"}), ("model", {"embedder", "spans", "entailment"})]
)
def test_one_that_fails_is_told_and_the_other_loads(broken: str, others: set[str]) -> None:
    loading = Loading(broken=broken)
    told = [notice.text for notice in models(loading).warm_up(never())]
    assert f"The {broken} is damaged. Install Footnote again." in told
    assert set(loading.loaded) == others


def test_what_the_model_could_not_do_is_told() -> None:
    assert [notice.text for notice in models(Loading()).warm_up(never())] == [TOO_FEW_LAYERS]


def test_a_cancel_ends_it() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(models(Loading()).warm_up(cancel))
