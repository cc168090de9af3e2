"""Answers go first: work on the library stands still while a question is being answered.

Two kinds of work want the same processor cores and the same embedder. Whoever answers says so for as long as it takes;
whoever indexes asks before each small step. It knows nothing of what is answered or indexed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np

from local_models.cancel import CancelToken
from local_models.types import EmbedderIdentity
from rag.ports import Embedder, Vectors

PASSAGES_AT_ONCE = 4
"""Passages embedded between two looks at whether an answer is being made: what a question may have to wait for. Seconds
of processor for 96 passages, 16, 8, 4 and 2 at once: 2.2, 2.1, 2.1, 1.8, so that small steps cost nothing."""

T = TypeVar("T")


class RightOfWay:
    """Held by any number of answers at once, from any thread."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._answers = 0

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Hold it while an answer is made."""
        with self._free:
            self._answers += 1
        try:
            yield
        finally:
            with self._free:
                self._answers -= 1
                self._free.notify_all()

    def first(self, events: Iterator[T]) -> Iterator[T]:
        """The same events, while others give way."""
        with self.answering():
            yield from events

    def give_way(self, cancel: CancelToken) -> None:
        """Return when no answer is being made. Raises Cancelled."""
        forget = cancel.on_cancel(self._wake)
        try:
            with self._free:
                while self._answers and not cancel.cancelled:
                    self._free.wait()
        finally:
            forget()
        cancel.check()

    def _wake(self) -> None:
        with self._free:
            self._free.notify_all()


class PatientEmbedder:
    """rag.ports.Embedder for passages: between any two requests to the child it gives way to answers."""

    def __init__(self, embedder: Embedder, way: RightOfWay) -> None:
        self._embedder = embedder
        self._way = way

    @property
    def identity(self) -> EmbedderIdentity:
        return self._embedder.identity

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> Vectors:
        """Texts of like length go together, each distinct one once."""
        distinct = sorted(dict.fromkeys(texts), key=len)
        rows: dict[str, Vectors] = {}
        for start in range(0, len(distinct), PASSAGES_AT_ONCE):
            batch = distinct[start : start + PASSAGES_AT_ONCE]
            self._way.give_way(cancel)
            rows.update(zip(batch, self._embedder.embed(batch, cancel), strict=True))
        vectors = np.empty((len(texts), self.identity.dimension), np.float32)
        for number, text in enumerate(texts):
            vectors[number] = rows[text]
        return vectors
