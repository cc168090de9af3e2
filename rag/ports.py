"""What the core asks of the world. Each port is small enough to fake in ten lines.

Only rag.bootstrap knows which implementation stands behind a port.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from local_models.cancel import CancelToken
from local_models.types import EmbedderIdentity, FoundSpan, GenerationEvent, GenerationRequest, ModelInfo
from rag.types import Counting, HiddenText, Opened, Page, PageSkipped, Passage, PassageTerms, Title

Vectors = NDArray[np.float32]


class Parser(Protocol):
    """Reads one family of formats."""

    media_types: tuple[str, ...]
    suffixes: frozenset[str]
    """Lower case, with the dot."""
    counting: Counting

    def recognises(self, head: bytes) -> bool:
        """True if the first 4096 bytes can only be this format, whatever the file's name."""
        ...

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the pages in order. Raises a DocumentError that names the file."""
        ...


class DocumentReader(Protocol):
    """Parses and cuts a file somewhere safe (a child process), under limits."""

    def read(
        self, path: Path, cancel: CancelToken
    ) -> Iterator[Opened | Title | Page | PageSkipped | HiddenText | Passage | PassageTerms]:
        """Yield Opened, the title if there is one, each page, then the passages, each followed by its words' terms.

        Passages have id and document_id 0. Raises DocumentError, Cancelled.
        """
        ...


class Tokens(Protocol):
    """Counts and cuts text in an embedder's own tokens, without special tokens."""

    def count(self, text: str) -> int: ...

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """The code-point span of each token, in order."""
        ...


class Embedder(Protocol):
    """Turns text into unit vectors."""

    @property
    def identity(self) -> EmbedderIdentity: ...

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> Vectors:
        """Shape (len(texts), dimension), each row of length 1. Raises ModelError, WorkerDied, Cancelled."""
        ...


class SpanReader(Protocol):
    """Points at the words of a passage that answer a question."""

    def find(self, question: str, passages: Sequence[str], cancel: CancelToken) -> list[tuple[FoundSpan, ...]]:
        """For each passage its likeliest spans, best first, none overlapping; empty for a passage without words.

        Raises ModelError, WorkerDied, Cancelled.
        """
        ...


class Entailment(Protocol):
    """Says whether a text says what is claimed."""

    def probabilities(self, pairs: Sequence[tuple[str, str]], cancel: CancelToken) -> list[float]:
        """For each claim and text the probability, 0 to 1, that the text says it.

        Raises ModelError, WorkerDied, Cancelled.
        """
        ...


class Reranker(Protocol):
    """Reads question and text together, and says how well the text answers."""

    def probabilities(self, question: str, texts: Sequence[str], cancel: CancelToken) -> list[float]:
        """For each text, 0 to 1. Raises ModelError, WorkerDied, Cancelled."""
        ...


class Generator(Protocol):
    """A language model. One generation at a time."""

    def info(self, cancel: CancelToken | None = None) -> ModelInfo:
        """Loads the model if it is not loaded. Raises ModelError, WorkerDied, Cancelled."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, without special tokens."""
        ...

    def generate(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        """Yields Prefilling and Piece, ends with one Generated; after a cancel with stop_reason "cancelled".

        Raises ContextTooSmall when prompt and max_tokens do not fit, ModelError, WorkerDied.
        """
        ...
