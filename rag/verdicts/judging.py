"""The verdict on one sentence: which window of the sources carries it, and what the checks hold against it.

    claim -> nearest windows -> a model of entailment and six checks on each -> likelihood -> supported, partly or not,
    with a reason

A window that says otherwise is no support, however alike. Where none is left that supports, the likest one tells the
reason. It knows neither answers nor citations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.types import SentenceVerdict
from rag.verdicts import comparisons, dates, names, negation, numbers, quantifiers
from rag.verdicts.evidence import Window, Windows
from rag.verdicts.scoring import features
from rag.verdicts.statement import Finding, Statement, read

SUPPORTED = 0.39
"""Probability from which a claim is supported: the best on the half that rag.verdicts.scoring was fitted on."""

PARTLY = 0.3
"""From here some of it stands in the source."""

ALIKE = 0.3
"""A window less likely than this says nothing against a claim: it speaks of something else."""

NEARER = 0.1
"""A window that says otherwise and holds so much more of the claim's own words prevails over one that supports it."""

Check = Callable[[Statement, Statement, Statement], Finding | None]

Entails = Callable[[Sequence[tuple[str, str]]], Sequence[float]]
"""For each claim and text the probability that the text says it; raises nothing but what stops the whole answer."""

CHECKS: tuple[Check, ...] = (
    dates.check, numbers.check, names.check, negation.check, comparisons.check, quantifiers.check
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` is empty for SUPPORTED; `score` 0 to 1; `window` is what came nearest, None where nothing did."""

    verdict: SentenceVerdict
    score: float
    reason: str = ""
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A window held against the claim. `covered`: how much of the claim's words it holds itself."""

    window: Window
    covered: float
    probability: float
    finding: Finding | None

    @property
    def carries(self) -> bool:
        return self.finding is None and self.probability >= SUPPORTED

    @property
    def contradicts(self) -> bool:
        return self.finding is not None and self.finding.hard and self.probability >= ALIKE


def judge(claim: str, windows: Windows, *, source: int | None = None, entails: Entails | None = None) -> Judgement:
    """The verdict on `claim`; with `source` from the windows of the source of that number alone.

    Without `entails` the words shared say how likely a window carries it.
    """
    statement = read(claim)
    near = windows.nearest(statement, source=source)
    entailed = entails([(claim, window.told) for window in near]) if entails and near else [None] * len(near)
    held = [_hold(statement, window, windows, read_as) for window, read_as in zip(near, entailed, strict=True)]
    if not held:
        return Judgement(SentenceVerdict.NOT_SUPPORTED, 0.0, "nothing like it stands in the sources")
    carrying = next((one for one in held if one.carries), None)
    contrary = max((one for one in held if one.contradicts), key=lambda one: one.covered, default=None)
    if carrying is not None and (contrary is None or contrary.covered < carrying.covered + NEARER):
        return Judgement(SentenceVerdict.SUPPORTED, carrying.probability, window=carrying.window)
    if contrary is not None:
        return _judgement(SentenceVerdict.NOT_SUPPORTED, contrary)
    likest = max(held, key=lambda one: one.probability)
    least = PARTLY if likest.finding is None else SUPPORTED
    is_partly = likest.probability >= least and not (likest.finding and likest.finding.hard)
    return _judgement(SentenceVerdict.PARTLY if is_partly else SentenceVerdict.NOT_SUPPORTED, likest)


def _hold(claim: Statement, window: Window, windows: Windows, entailed: float | None) -> _Held:
    findings = [check(claim, window.statement, window.context) for check in CHECKS]
    told = [finding for finding in findings if finding is not None]
    told.sort(key=lambda finding: not finding.hard)
    confirmed = findings[0] is None and findings[1] is None
    likeness = features(claim, window, windows, confirmed=confirmed)
    probability = round(likeness.probability(entailed), 4)
    return _Held(window, likeness.covered, probability, told[0] if told else None)


def _judgement(verdict: SentenceVerdict, held: _Held) -> Judgement:
    """A claim that is not supported scores less than one that is."""
    if held.finding is not None:
        reason = held.finding.reason
    elif verdict is SentenceVerdict.PARTLY:
        reason = "the source says only some of this"
    else:
        reason = "nothing in the sources says this"
    return Judgement(verdict, min(held.probability, SUPPORTED), reason, held.window)


def worst(judgements: Sequence[Judgement]) -> Judgement:
    """Of several sentences that make one claim, the one least carried."""
    order = (SentenceVerdict.NOT_SUPPORTED, SentenceVerdict.PARTLY, SentenceVerdict.SUPPORTED)
    return min(judgements, key=lambda one: (order.index(one.verdict), one.score))
