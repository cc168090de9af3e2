"""footnote-entailment: reads a claim with a stretch of text, and says how likely the text says what is claimed.

    claim, text -> one row of tokens -> one score -> probability

A cross-encoder in ONNX, run by onnxruntime, with its own tokenizer, checksums and calibration beside it. It lives in
the `embed` child. It knows nothing of sentences, sources or verdicts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from local_models.embedders.onnx_session import one_thread_session
from local_models.errors import ModelBroken
from local_models.files import check_sum

WEIGHTS, TOKENIZER, CALIBRATION = "footnote-entailment.onnx", "tokenizer.json", "calibration.json"

LENGTH = 224
"""Tokens of claim and text together, as in training; a longer text is cut at its start, where its context is."""

CLAIM_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic regression on the score; fitted on people's verdicts."""

    slope: float
    bias: float

    def probability(self, score: float) -> float:
        """That the text says what is claimed, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, self.slope * score + self.bias))))


class EntailmentModel:
    """The model of one folder. Thread-safe. Each row is computed by one thread and alone, as in spans.SpanModel."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        """Raises ModelBroken, naming the folder, if a file is missing, changed or can't be run."""
        for name in (WEIGHTS, TOKENIZER, CALIBRATION):
            check_sum(folder / name)
        try:
            self._session = one_thread_session(folder / WEIGHTS)
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self.calibration = Calibration(**json.loads((folder / CALIBRATION).read_text("utf-8")))
        except Exception as error:
            raise ModelBroken(
                f"The entailment model in {folder} can't be loaded.", "Install Footnote again."
            ) from error
        self._threads = threads
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._cls, self._sep = self._special("[CLS]"), self._special("[SEP]")

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For each claim and text the probability that the text says it."""
        return [self.calibration.probability(score) for score in self.scores(pairs)]

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Before calibration."""
        with ThreadPoolExecutor(self._threads) as threads:
            return list(threads.map(self._score, pairs))

    def _score(self, pair: tuple[str, str]) -> float:
        claim, text = (self._tokenizer.encode(part, add_special_tokens=False).ids for part in pair)
        head = [self._cls, *claim[:CLAIM_TOKENS], self._sep]
        room = LENGTH - len(head) - 1
        ids = np.array([[*head, *text[-room:], self._sep]], np.int64)
        segment = np.zeros_like(ids)
        segment[0, len(head) :] = 1
        (scores,) = self._session.run(None, {"ids": ids, "segment": segment})
        return float(scores[0])

    def _special(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ModelBroken(f"The entailment model's tokenizer has no {token}.", "Install Footnote again.")
        return int(number)
