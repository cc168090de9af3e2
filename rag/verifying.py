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
    """Checks with one model of entailment. Any thread may call it."""

    def __init__(self, entailment: Entailment) -> None:
        self._entailment = entailment

    def check(self, answer: str, sources: Sequence[Source], cancel: CancelToken) -> Verified:
        """As rag.citing.cite. Raises WorkerDied, Cancelled."""
        try:
            return Verified(cite(answer, sources, lambda pairs: self._entailment.probabilities(pairs, cancel)))
        except ModelError as error:
            return Verified(cite(answer, sources), str(error))
