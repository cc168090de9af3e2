"""footnote-span: reads a question with a passage, and points at the words that answer it, or at none.

    question, passage -> windows of 256 tokens -> start and end scores per token, "not here" at [CLS] -> spans

An ONNX file run by onnxruntime, with its own tokenizer, checksums and calibration beside it. It lives in the `embed`
child. Spans as in Devlin et al. 2019; "not here" as in SQuAD 2.0's reference reader: the best span's score less that of
[CLS]. It knows nothing of sentences, sources or answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from local_models.embedders.onnx_session import one_thread_session
from local_models.errors import ModelBroken
from local_models.files import check_sum
from local_models.types import FoundSpan

WEIGHTS, TOKENIZER, CALIBRATION = "footnote-span.onnx", "tokenizer.json", "calibration.json"

WINDOW = 256
"""Tokens of question and passage together, as in training."""

QUESTION_TOKENS = 48
OVERLAP = 64
"""Tokens that two windows of a longer passage share: twice the longest answer."""

LONGEST = 30
"""Tokens of an answer at most; of the answers trained on, 993 in 1,000 are no longer."""

SPANS = 6
"""Different places told for each passage: about as many as it has sentences."""

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic regression on the margin over "not here" and the score of the whole passage; fitted on dev sets."""

    margin: float
    here: float
    bias: float

    def probability(self, margin: float, here: float) -> float:
        """That the words answer, 0 to 1."""
        return float(1.0 / (1.0 + np.exp(-(self.margin * margin + self.here * here + self.bias))))


@dataclass(frozen=True, slots=True)
class _Window:
    """Part of a passage with the question: where its passage tokens begin, and their characters."""

    passage: int
    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _ScoredSpan:
    """A span before calibration: its characters, its margin over "not here", and the score of the whole passage."""

    passage: int
    start: int
    end: int
    margin: float
    here: float


class SpanModel:
    """The reader of one folder. Thread-safe.

    Each window is computed by one thread and alone, several at a time. A batch would be padded, its rows quantized with
    one scale (so a passage's spans would depend on its company), and its threads would wait for each other after each
    of 200 operations: 8 windows on 2 threads took 530 ms for 4,000 tokens, alone 346 ms.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        """Raises ModelBroken, naming the folder, if a file is missing, changed or can't be run."""
        for name in (WEIGHTS, TOKENIZER, CALIBRATION):
            check_sum(folder / name)
        try:
            self._session = one_thread_session(folder / WEIGHTS)
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self.calibration = Calibration(**json.loads((folder / CALIBRATION).read_text("utf-8")))
        except Exception as error:
            raise ModelBroken(f"The span reader in {folder} can't be loaded.", "Install Footnote again.") from error
        self._threads = threads
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._cls, self._sep = self._special("[CLS]"), self._special("[SEP]")

    def read(self, question: str, passages: Sequence[str]) -> list[tuple[FoundSpan, ...]]:
        """For each passage up to SPANS places that do not overlap, likeliest first; none for one without words."""
        found: list[list[FoundSpan]] = [[] for _ in passages]
        for span in self._spans(question, passages):
            probability = self.calibration.probability(span.margin, span.here)
            found[span.passage].append(FoundSpan(span.start, span.end, probability))
        return [_apart(spans) for spans in found]

    def scores(self, question: str, passage: str) -> tuple[float, float]:
        """Margin over "not here" and score of the passage, before calibration, of the best span."""
        spans = self._spans(question, [passage])
        return max(((span.margin, span.here) for span in spans), default=(-np.inf, 0.0))

    def _special(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ModelBroken(f"The span reader's tokenizer has no {token}.", "Install Footnote again.")
        return int(number)

    def _spans(self, question: str, passages: Sequence[str]) -> Iterator[_ScoredSpan]:
        """The spans of all windows, in no order. The longest windows first, so that all threads end together."""
        windows = sorted(self._windows(question, passages), key=lambda window: -len(window.ids))
        with ThreadPoolExecutor(self._threads) as threads:
            for spans in threads.map(self._read, windows):
                yield from spans

    def _windows(self, question: str, passages: Sequence[str]) -> Iterator[_Window]:
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS]
        head = [self._cls, *asked, self._sep]
        room = WINDOW - len(head) - 1
        for number, encoding in enumerate(self._tokenizer.encode_batch(list(passages), add_special_tokens=False)):
            for start in range(0, max(1, len(encoding.ids) - OVERLAP), room - OVERLAP):
                ids = encoding.ids[start : start + room]
                if ids:
                    offsets = encoding.offsets[start : start + room]
                    yield _Window(number, [*head, *ids, self._sep], len(head), offsets)

    def _read(self, window: _Window) -> list[_ScoredSpan]:
        ids = np.array([window.ids], np.int64)
        inside = slice(window.first, len(window.ids) - 1)
        segment = np.zeros_like(ids)
        segment[0, inside] = 1
        first, last, here = self._session.run(None, {"ids": ids, "segment": segment})
        nowhere = float(first[0, 0] + last[0, 0])
        return [
            _ScoredSpan(
                window.passage, window.offsets[start][0], window.offsets[end][1], score - nowhere, float(here[0])
            )
            for start, end, score in best_spans(first[0, inside], last[0, inside])
        ]


def best_spans(first: Scores, last: Scores) -> Iterator[tuple[int, int, float]]:
    """First token, last token and score of up to SPANS spans, best first, none overlapping one before it."""
    sums = first[:, None] + last[None, :]
    places = np.arange(len(first))
    length = places[None, :] - places[:, None]
    sums[(length < 0) | (length >= LONGEST)] = -np.inf
    for _ in range(SPANS):
        start, end = np.unravel_index(int(sums.argmax()), sums.shape)
        score = float(sums[start, end])
        if not np.isfinite(score):
            return
        yield int(start), int(end), score
        sums[: end + 1, start:] = -np.inf


def _apart(spans: list[FoundSpan]) -> tuple[FoundSpan, ...]:
    """The likeliest of all windows' spans, of those that overlap only the likeliest."""
    kept: list[FoundSpan] = []
    for span in sorted(spans, key=lambda span: -span.probability):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(kept[:SPANS])
