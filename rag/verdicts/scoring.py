"""How likely a window carries a claim, from what they share, before anything is held against it.

A logistic regression of two features, and of a third where a model of entailment has read claim and window. It knows
no contradictions: these are the checks' part, and rag.verdicts.judging puts both together. The embedder's cosine was
tried and left out (docs/decisions/0009).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rag.verdicts.dates import moments
from rag.verdicts.evidence import Window, Windows
from rag.verdicts.negation import denied
from rag.verdicts.numbers import quantities
from rag.verdicts.opposites import sides
from rag.verdicts.statement import Statement

TOLD, ORDER, BIAS = 3.7, 0.5, -2.4
"""Fitted on one half of the three claim sets' dev parts (scientific abstracts, web pages, dialogue; each set and each
class with the same weight), measured on the other half: balanced accuracy 0.74, by the cosine alone 0.67, by the share
of words alone 0.71. `footnote eval claims` measures it anew."""

READ_TOLD, READ_ORDER, READ_ENTAILED, READ_BIAS = 2.0, 0.5, 0.7, -1.33
"""The same with the log odds of footnote-entailment as third feature. Fitted and measured on the same halves: balanced
accuracy 0.77. The regression itself gives the words shared no weight, because the model has learned from the half that
it was fitted on; here they keep half of theirs, which is as good on the other half (docs/decisions/0011)."""

SUREST = 0.995
"""The model of entailment is never surer than this, nor of the contrary."""

NEAR = 0.5
"""A word that only stands around the window counts so much of one in it. Fitted freely it would count more than one in
it, and a sentence could be carried by what stands beside its contradiction."""


@dataclass(frozen=True, slots=True)
class Features:
    """`covered`: share of the claim's words found, weighed by rarity; `near`: share found only around the window;
    `order`: share of its words that stand in the window in the same order. All 0 to 1.
    """

    covered: float
    near: float
    order: float

    def probability(self, entailed: float | None = None) -> float:
        """That the window carries the claim, if nothing speaks against it.

        `entailed`: the probability that a model of entailment gives; None where none has read.
        """
        told = min(1.0, self.covered + NEAR * self.near)
        if entailed is None:
            odds = TOLD * told + ORDER * self.order + BIAS
        else:
            odds = READ_TOLD * told + READ_ORDER * self.order + READ_ENTAILED * _log_odds(entailed) + READ_BIAS
        return 1 / (1 + math.exp(-odds))


def _log_odds(probability: float) -> float:
    kept = min(max(probability, 1 - SUREST), SUREST)
    return math.log(kept / (1 - kept))


def features(claim: Statement, window: Window, windows: Windows, *, confirmed: bool) -> Features:
    """`confirmed`: the claim's numbers and dates were checked, so that these count as found in any spelling."""
    evidence = window.statement
    found = _found(claim, evidence) | (_counted(claim) if confirmed else frozenset())
    total = sum(windows.rarity(word) for word in claim.words)
    if not total:
        return Features(0.0, 0.0, 0.0)
    near = (claim.words & window.context.words) - found
    return Features(
        covered=sum(windows.rarity(word) for word in claim.words & found) / total,
        near=len(near) / len(claim.words),
        order=_in_order(claim, evidence),
    )


def _found(claim: Statement, evidence: Statement) -> frozenset[str]:
    """The claim's words that the evidence has, or says by a word on the same side of a pair: "rose" for "increased"."""
    said = _sided(evidence)
    by_side = {stem for stem, its in _sided(claim).items() if any(its & others for others in said.values())}
    return (claim.words & evidence.words) | by_side


def _sided(statement: Statement) -> dict[str, set[tuple[int, int]]]:
    no = denied(statement)
    found: dict[str, set[tuple[int, int]]] = {}
    for place, token in enumerate(statement.tokens):
        for pair, sign in sides(token):
            found.setdefault(token.stem, set()).add((pair, -sign if place in no else sign))
    return found


def _counted(claim: Statement) -> frozenset[str]:
    """The stems inside dates and quantities."""
    spans = [(moment.start, moment.end) for moment in moments(claim.text)]
    spans += [(quantity.start, quantity.start + len(quantity.text)) for quantity in quantities(claim.text)]
    return frozenset(token.stem for token in claim.tokens if any(start <= token.start < end for start, end in spans))


def _in_order(claim: Statement, evidence: Statement) -> float:
    """The longest common subsequence of the words, as a share of the claim's."""
    mine = [token.stem for token in claim.tokens if token.stem]
    its = [token.stem for token in evidence.tokens if token.stem]
    shared = set(mine) & set(its)
    its = [stem for stem in its if stem in shared]
    row = [0] * (len(its) + 1)
    for stem in mine:
        if stem not in shared:
            continue
        before = 0
        for place, other in enumerate(its, start=1):
            above = row[place]
            row[place] = before + 1 if stem == other else max(above, row[place - 1])
            before = above
    return row[-1] / len(mine) if mine else 0.0
