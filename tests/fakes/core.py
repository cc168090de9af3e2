"""Fakes of the core's ports: an embedder of hashed words, a generator that follows a script, a reader of plain text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from local_models.cancel import CancelToken
from local_models.types import (
    EmbedderIdentity,
    FoundSpan,
    Generated,
    GenerationEvent,
    GenerationRequest,
    ModelInfo,
    Piece,
    Prefilling,
)
from rag.errors import DocumentBroken, DocumentQuarantined, ReaderKilled
from rag.index.terms import passage_terms
from rag.parsers.wire import Item
from rag.ports import Vectors
from rag.types import HiddenText, Opened, Page, PageSkipped, Passage, Place, Span


class WordEmbedder:
    """Texts that share words have a high cosine."""

    def __init__(self, dimension: int = 64) -> None:
        self._identity = EmbedderIdentity("words", "0" * 64, dimension, 256, ("en",))
        self.asked: list[list[str]] = []
        self.before_embedding: Callable[[], None] = lambda: None

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> Vectors:
        self.before_embedding()
        cancel.check()
        self.asked.append(list(texts))
        rows = np.full((len(texts), self._identity.dimension), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % len(row)] += 1
        normalised: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return normalised


class SetEntailment:
    """Gives each claim the probability set for it, others `otherwise`; `fail_with` is raised instead."""

    def __init__(self, told: Mapping[str, float] | None = None, *, otherwise: float = 0.5) -> None:
        self.told = dict(told or {})
        self.otherwise = otherwise
        self.asked: list[tuple[str, str]] = []
        self.fail_with: Exception | None = None

    def probabilities(self, pairs: Sequence[tuple[str, str]], cancel: CancelToken) -> list[float]:
        cancel.check()
        if self.fail_with is not None:
            raise self.fail_with
        self.asked += pairs
        return [self.told.get(claim, self.otherwise) for claim, _ in pairs]


class WordSpans:
    """Finds the last two words of each line, as probable as the share of the question's longer words in the line.

    `fail_with` is raised instead; all probabilities are `sureness` times as high.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.sureness = 1.0
        self.fail_with: Exception | None = None

    def find(self, question: str, passages: Sequence[str], cancel: CancelToken) -> list[tuple[FoundSpan, ...]]:
        cancel.check()
        self.asked.append(question)
        if self.fail_with is not None:
            raise self.fail_with
        asked = set(re.findall(r"\w{4,}", question.casefold()))
        return [self._spans(asked, passage) for passage in passages]

    def _spans(self, asked: set[str], passage: str) -> tuple[FoundSpan, ...]:
        found = []
        for line in re.finditer(r"[^\n]+", passage):
            words = set(re.findall(r"\w{4,}", line.group().casefold()))
            ending = re.search(r"\S+(?: \S+)?$", line.group().rstrip("."))
            if ending:
                chance = self.sureness * len(asked & words) / (len(asked) or 1)
                found.append(FoundSpan(line.start() + ending.start(), line.start() + ending.end(), chance))
        return tuple(sorted(found, key=lambda span: -span.probability))


class ScriptedGenerator:
    """Says what it is told to say, a word a piece; `script` may raise, or look at the request."""

    def __init__(self, script: Callable[[GenerationRequest], str], *, n_ctx: int = 2048) -> None:
        self.script = script
        self.n_ctx = n_ctx
        self.requests: list[GenerationRequest] = []
        self.fallback_reason = ""
        self.name = "scripted"
        self.after_piece: Callable[[int], None] = lambda _: None
        self.logprob: Callable[[str], float] = lambda _: 0.0

    def info(self, cancel: CancelToken | None = None) -> ModelInfo:
        return ModelInfo(self.name, Path("scripted.gguf"), "llama", 1, self.n_ctx, "cpu", self.fallback_reason)

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def generate(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        self.requests.append(request)
        yield Prefilling(1, 1, 0)
        pieces = re.findall(r"\S+\s*", self.script(request))
        for number, piece in enumerate(pieces):
            if cancel.cancelled:
                yield Generated("cancelled", 1, 0, number, 0.0, 0.0)
                return
            yield Piece(piece, 1, self.logprob(piece))
            self.after_piece(number)
        yield Generated("end", 1, 0, len(pieces), 0.0, 0.0)


class LineReader:
    """Every line of a text file is a passage. HIDES hides a text, BLANK stands for a page behind
    it that gave none. A file with the word BROKEN can't be read, and one
    with the word POISON ends its reader, unless it is `harmless`. The next `kill_next` readings are killed halfway.
    """

    def __init__(self) -> None:
        self.asked: list[Path] = []
        self.harmless = False
        self.kill_next = 0
        self.before_reading: Callable[[], None] = lambda: None

    def read(self, path: Path, cancel: CancelToken) -> Iterator[Item]:
        self.asked.append(path)
        self.before_reading()
        cancel.check()
        text = path.read_text(encoding="utf-8")
        if "BROKEN" in text:
            raise DocumentBroken(f"“{path.name}” is damaged.", "Get a new copy.")
        if "POISON" in text and not self.harmless:
            raise DocumentQuarantined(f"“{path.name}” ended its reader.", "Save it anew.")
        yield Opened("text/plain")
        yield from [HiddenText(1)] * text.count("HIDES")
        yield Page(1, text)
        if self.kill_next:
            self.kill_next -= 1
            raise ReaderKilled(f"“{path.name}” ended its reader.", "Save it anew.")
        yield from (PageSkipped(2 + number, "blank") for number in range(text.count("BLANK")))
        start = 0
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                span = Span(start, start + len(line), 1)
                yield Passage(0, 0, number - 1, line, span, "", Place(lines=(number, number)))
                yield passage_terms(path.stem, "", line)
            start += len(line) + 1
