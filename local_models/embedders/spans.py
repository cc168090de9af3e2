"""footnote-span: reads a question with a passage, and points at the words that answer it, or at none.

    question, passage -> windows of 256 tokens -> start and end scores per token, "not here" at [CLS] -> spans

An ONNX file run by onnxruntime, with its own tokenizer, checksums and calibration beside it. It lives in the `embed`
child. Spans as in Devlin et al. 2019; "not here" as in SQuAD 2.0's reference reader: the best span's score less that of
[CLS]. It knows nothing of sentences, sources or answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime  # noqa: TID253 - only ever imported in the embed child
from numpy.typing import NDArray
from tokenizers import Tokenizer

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
"""Tokens of an answer at most; of the answers trained on, 97 in 100 are no longer."""

SPANS = 6
"""Different places told for each passage: about as many as it has sentences."""

MICRO_BATCH = 8
"""Windows computed together, sorted by length, so that hardly anything is padded."""

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


class SpanModel:
    """The reader of one folder. Not thread-safe."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        """Raises ModelBroken, naming the folder, if a file is missing, changed or can't be run."""
        for name in (WEIGHTS, TOKENIZER, CALIBRATION):
            check_sum(folder / name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # idle threads would spin beside the language model's
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / WEIGHTS), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._calibration = Calibration(**json.loads((folder / CALIBRATION).read_text("utf-8")))
        except Exception as error:
            raise ModelBroken(f"The span reader in {folder} can't be loaded.", "Install Footnote again.") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._cls, self._sep = self._special("[CLS]"), self._special("[SEP]")

    def read(self, question: str, passages: Sequence[str]) -> list[tuple[FoundSpan, ...]]:
        """For each passage up to SPANS places that do not overlap, likeliest first; none for one without words."""
        windows = sorted(self._windows(question, passages), key=lambda window: len(window.ids))
        found: list[list[FoundSpan]] = [[] for _ in passages]
        for start in range(0, len(windows), MICRO_BATCH):
            batch = windows[start : start + MICRO_BATCH]
            for window, spans in zip(batch, self._read(batch), strict=True):
                found[window.passage] += spans
        return [_apart(spans) for spans in found]

    def scores(self, question: str, passage: str) -> tuple[float, float]:
        """Margin over "not here" and score of the passage, before calibration, of the best span."""
        margins = [(-np.inf, 0.0)]
        for window in self._windows(question, [passage]):
            first, last, here = self._run([window])
            inside = slice(window.first, len(window.ids) - 1)
            best = next(best_spans(first[0, inside], last[0, inside]))
            margins.append((best[2] - float(first[0, 0] + last[0, 0]), float(here[0])))
        return max(margins)

    def _special(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ModelBroken(f"The span reader's tokenizer has no {token}.", "Install Footnote again.")
        return int(number)

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

    def _read(self, windows: Sequence[_Window]) -> Iterator[list[FoundSpan]]:
        first, last, here = self._run(windows)
        for row, window in enumerate(windows):
            inside = slice(window.first, len(window.ids) - 1)
            nowhere = float(first[row, 0] + last[row, 0])
            yield [
                FoundSpan(
                    window.offsets[start][0],
                    window.offsets[end][1],
                    self._calibration.probability(score - nowhere, float(here[row])),
                )
                for start, end, score in best_spans(first[row, inside], last[row, inside])
            ]

    def _run(self, windows: Sequence[_Window]) -> tuple[Scores, Scores, Scores]:
        """Start and end scores, (windows, longest), and one for each whole passage, (windows,)."""
        length = max(len(window.ids) for window in windows)
        ids, mask, segment = (np.zeros((len(windows), length), np.int64) for _ in range(3))
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = window.ids
            mask[row, : len(window.ids)] = 1
            segment[row, window.first : len(window.ids) - 1] = 1
        first, last, here = self._session.run(None, {"ids": ids, "mask": mask, "segment": segment})
        return first, last, here


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
