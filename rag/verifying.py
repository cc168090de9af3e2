"""Checks what was written with a model of entailment beside the rules; without it where that can't be used.

    answer, sources -> rag.citing, with footnote-entailment reading each claim beside its nearest windows -> cited text

Knows which exceptions end an answer (a cancel, a dead child) and which only cost it the second opinion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from local_models.cancel import CancelToken
from rag.citing import CitedText, cite
from rag.errors import ModelError
from rag.ports import Entailment
from rag.types import Source


@dataclass(frozen=True, slots=True)
class Verified:
    """`problem` says why no model of entailment had a part in it; empty if it had."""

    cited: CitedText
    problem: str = ""


class Verifier:
    """Checks with a model of entailment, or by rules alone where there is none. Any thread may call it."""

    def __init__(self, entailment: Entailment | None = None) -> None:
        self._entailment = entailment

    def check(self, answer: str, sources: Sequence[Source], cancel: CancelToken) -> Verified:
        """As rag.citing.cite. Raises WorkerDied, Cancelled."""
        if self._entailment is None:
            return Verified(cite(answer, sources))
        try:
            return Verified(cite(answer, sources, _Once(self._entailment, cancel)))
        except ModelError as error:
            return Verified(cite(answer, sources), str(error))


class _Once:
    """Asks of each pair once. A claim that names its source is held against the same windows a second time; and a
    sentence with the one before it reads like the window of both.
    """

    def __init__(self, entailment: Entailment, cancel: CancelToken) -> None:
        self._entailment, self._cancel = entailment, cancel
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        unknown = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        if unknown:
            self._known.update(zip(unknown, self._entailment.probabilities(unknown, self._cancel), strict=True))
        return [self._known[pair] for pair in pairs]
