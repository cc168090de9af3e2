"""The best passages read once more by a cross-encoder that the user has chosen: none is needed, and none is shipped.

A reranker sees question and passage together, where words and vectors compare them from afar. What it says is added to
the score of the passages that it read, so the others stay behind them, and those that it can't tell apart keep their
order. Knows no SQL, no FAISS and no model.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from local_models.cancel import CancelToken
from rag.errors import ModelError
from rag.index.fusion import Ranked, in_order
from rag.ports import Reranker
from rag.store.library import Library
from rag.titles import text_in_context

RERANKED = 20
"""Passages read: more than any answer takes (12), and 0.7 s of a cross-encoder of MiniLM's size on 2 threads."""


class ChosenReranker(Reranker, Protocol):
    """One whose memory can be given back."""

    def unload(self) -> None: ...


class Reranking:
    """The reranker in use, if any, of one library. Any thread may call it."""

    def __init__(self, library: Library, of_folder: Callable[[Path], ChosenReranker]) -> None:
        """`of_folder` gives the reranker of a folder, or raises ModelNotFound, ModelBroken."""
        self._library = library
        self._of_folder = of_folder
        self._folder = ""
        self._reranker: ChosenReranker | None = None
        self._turn = threading.Lock()

    @property
    def folder(self) -> str:
        """Where the one in use lies; empty when there is none."""
        return self._folder

    def use(self, folder: str) -> None:
        """From now on rerank with this folder's cross-encoder; with none, if empty.

        Waits for what is being reranked: the one before would be loaded anew by its next passages. Raises
        ModelNotFound, ModelBroken; the one before then stays.
        """
        if folder == self._folder:
            return
        chosen = self._of_folder(Path(folder)) if folder else None
        with self._turn:
            before, self._reranker, self._folder = self._reranker, chosen, folder
            if before is not None:
                before.unload()

    def rerank(self, question: str, ranked: Ranked, cancel: CancelToken) -> tuple[Ranked, str]:
        """The ranking anew, and what kept it from being that: then it is as it was. Raises WorkerDied, Cancelled."""
        if not self._folder or not ranked:
            return ranked, ""
        texts = self._texts([id_ for id_, _ in ranked[:RERANKED]])
        with self._turn:
            if self._reranker is None:  # since the texts were read
                return ranked, ""
            try:
                found = self._reranker.probabilities(question, list(texts.values()), cancel)
            except ModelError as error:
                return ranked, str(error)
        read = dict(zip(texts, found, strict=True))
        scored = [(id_, replace(scores, reranked=read.get(id_))) for id_, scores in ranked]
        return sorted(scored, key=in_order), ""

    def _texts(self, ids: Sequence[int]) -> dict[int, str]:
        """As the embedder reads them, in the order of the ids; without those that are gone."""
        passages = self._library.passages(ids)
        documents = self._library.documents_of(passages)
        return {
            passage.id: text_in_context(documents[passage.document_id], passage)
            for passage in passages
            if passage.document_id in documents
        }
