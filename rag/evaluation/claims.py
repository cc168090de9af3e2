"""How well verdicts agree with people's: balanced accuracy on both halves of a set, beside what likeness alone gives.

    claim, evidence -> sentences of the claim -> the worst verdict (rag.verdicts.judging) -> supported or not

Likeness alone is the cosine of the embedder, or the share of words, of the best sentence, with the threshold that is
best on the very half that is measured: more than a threshold chosen elsewhere would give. The weights were fitted on
half 1 and the model of entailment has learned from it, so that half 0 is the one to read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from local_models.cancel import CancelToken
from rag.evaluation.claim_sets import LabelledClaim
from rag.events import Progress
from rag.ports import Embedder, Entailment
from rag.sentences import sentences
from rag.types import SentenceVerdict
from rag.verdicts.evidence import Windows
from rag.verdicts.judging import Judgement, judge, worst
from rag.verdicts.statement import read

EMBEDDED = 4
"""Sentences of the evidence, those with most of the claim's words, whose cosine is taken."""


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """`judgement` of the whole claim, `by_rules` the same without the model of entailment.

    `cosine` and `words` are those of the best sentence, the least over the claim's sentences.
    """

    claim: LabelledClaim
    judgement: Judgement
    by_rules: Judgement
    cosine: float
    words: float


@dataclass(frozen=True, slots=True)
class ClaimsReport:
    judged: tuple[JudgedClaim, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "claims": len(self.judged),
            "supported": sum(one.claim.supported for one in self.judged),
            "half_0": _measures([one for one in self.judged if one.claim.half == 0]),
            "half_1": _measures([one for one in self.judged if one.claim.half == 1]),
        }


def evaluate(
    claims: Sequence[LabelledClaim], embedder: Embedder, entailment: Entailment, cancel: CancelToken
) -> Iterator[Progress | ClaimsReport]:
    """Progress for each claim, and the report at the end. Raises ModelError, WorkerDied, Cancelled."""
    judged = []
    for number, claim in enumerate(claims, start=1):
        cancel.check()
        judged.append(_judge(claim, embedder, entailment, cancel))
        yield Progress(number, len(claims), claim.claim[:40])
    yield ClaimsReport(tuple(judged))


def balanced_accuracy(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    """The mean of the shares of the supported and of the unsupported that are told right."""
    shares = [float((said[truth == value] == value).mean()) for value in (True, False) if (truth == value).any()]
    return sum(shares) / len(shares) if shares else 0.0


def best_threshold_accuracy(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Balanced accuracy with the threshold on `scores` that is best for them."""
    return max((balanced_accuracy(truth, scores >= threshold) for threshold in np.unique(scores)), default=0.0)


def _judge(claim: LabelledClaim, embedder: Embedder, entailment: Entailment, cancel: CancelToken) -> JudgedClaim:
    windows = Windows([claim.evidence])
    parts = [claim.claim[start:end] for start, end in sentences(claim.claim)] or [claim.claim]

    def entails(pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
        return entailment.probabilities(pairs, cancel)

    likenesses = [_likeness(part, windows, embedder, cancel) for part in parts]
    return JudgedClaim(
        claim,
        worst([judge(part, windows, entails=entails) for part in parts]),
        by_rules=worst([judge(part, windows) for part in parts]),
        cosine=min(cosine for cosine, _ in likenesses),
        words=min(words for _, words in likenesses),
    )


def _likeness(part: str, windows: Windows, embedder: Embedder, cancel: CancelToken) -> tuple[float, float]:
    statement = read(part)
    near = windows.nearest(statement, EMBEDDED)
    if not near:
        return 0.0, 0.0
    vectors = embedder.embed([part, *(window.text for window in near)], cancel)
    shared = [len(statement.words & window.statement.words) / len(statement.words) for window in near]
    return float((vectors[1:] @ vectors[0]).max()), max(shared)


def _measures(judged: Sequence[JudgedClaim]) -> dict[str, object]:
    truth = np.array([one.claim.supported for one in judged], bool)
    said = np.array([one.judgement.verdict is SentenceVerdict.SUPPORTED for one in judged], bool)
    right = float((truth & said).sum())
    return {
        "claims": len(judged),
        "balanced_accuracy": balanced_accuracy(truth, said),
        "precision": right / max(1, int(said.sum())),
        "recall": right / max(1, int(truth.sum())),
        "by_rules": balanced_accuracy(
            truth, np.array([one.by_rules.verdict is SentenceVerdict.SUPPORTED for one in judged], bool)
        ),
        "cosine_alone": best_threshold_accuracy(truth, np.array([one.cosine for one in judged])),
        "words_alone": best_threshold_accuracy(truth, np.array([one.words for one in judged])),
    }
