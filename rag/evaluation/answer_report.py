"""How good were the answers? From the outcomes of a set to its numbers.

    f1, em               over all questions; one without an answer scores 1 for abstaining (SQuAD 2.0)
    citation_precision   of the citations on questions that have an answer: the quote holds a gold answer, or where
                         gold answers are no stretch of their passage, it stands in a gold passage or on a gold page
    citation_recall      of the gold passages or pages: cited
    abstention           precision and recall of abstaining; auroc of the confidence, answered over unanswerable
    quotes               the first quote, or one of the first three, holds a gold answer
    found                the words the span reader found, first of all, held against the gold answers as they are

Knows nothing of how the questions were asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.evaluation import answer_metrics as metrics
from rag.evaluation.answers import Outcome
from rag.extraction import first_found

Values = Mapping[str, Sequence[float]]

_NUMBERS = re.compile(r"\s*\[\d+\]")


def summarise(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The report: the stable JSON of `footnote eval answers`, documented in docs/json.md."""
    answerable = [outcome for outcome in outcomes if outcome.question.gold]
    impossible = [outcome for outcome in outcomes if not outcome.question.gold]
    over_all, among_answerable = _words(outcomes), _words(answerable)
    hits, recalls = [_hits(outcome) for outcome in answerable], _recalls(answerable)
    abstained, found = _abstention(answerable, impossible), _found(answerable)
    answered, refused = list(map(_confidence, answerable)), list(map(_confidence, impossible))
    return {
        **_means(over_all),
        "citation_precision": metrics.mean([hit for of_one in hits for hit in of_one]),
        "citation_recall": metrics.mean(recalls),
        "abstention": {**_means(abstained), "auroc": metrics.auroc(answered, refused)},
        "n": len(outcomes),
        "n_answerable": len(answerable),
        "answerable": _means(among_answerable),
        "quotes": {
            "first": metrics.mean([_quoted(outcome, 1) for outcome in answerable]),
            "first_three": metrics.mean([_quoted(outcome, 3) for outcome in answerable]),
        },
        "found": _means(found),
        "intervals": {
            **_intervals(over_all),
            "citation_precision": metrics.pooled_interval(hits),
            "citation_recall": metrics.interval(recalls),
            "abstention": {**_intervals(abstained), "auroc": metrics.auroc_interval(answered, refused)},
            "answerable": _intervals(among_answerable),
            "found": _intervals(found),
        },
        **_speed(outcomes),
    }


def _means(values: Values) -> dict[str, float | None]:
    return {name: metrics.mean(each) for name, each in values.items()}


def _intervals(values: Values) -> dict[str, tuple[float, float] | None]:
    return {name: metrics.interval(each) for name, each in values.items()}


def _words(outcomes: Sequence[Outcome]) -> Values:
    return {
        "f1": [metrics.f1(_said(outcome), outcome.question.gold) for outcome in outcomes],
        "em": [metrics.exact(_said(outcome), outcome.question.gold) for outcome in outcomes],
    }


def _said(outcome: Outcome) -> str:
    return "" if outcome.answer.abstained else _NUMBERS.sub("", outcome.answer.text)


def _hits(outcome: Outcome) -> list[float]:
    question, answer = outcome.question, outcome.answer
    if question.word_for_word:
        return [float(metrics.holds(citation.quote, question.gold)) for citation in answer.citations]
    return [float(not places.isdisjoint(question.places)) for places in outcome.cited]


def _recalls(answerable: Sequence[Outcome]) -> list[float]:
    return [
        len(outcome.question.places & frozenset().union(*outcome.cited)) / len(outcome.question.places)
        for outcome in answerable
        if outcome.question.places
    ]


def _abstention(answerable: Sequence[Outcome], impossible: Sequence[Outcome]) -> Values:
    """Of those abstained from, the unanswerable; of the unanswerable, those abstained from."""
    right = [float(outcome.answer.abstained) for outcome in impossible]
    wrong = [0.0 for outcome in answerable if outcome.answer.abstained]
    return {"precision": [1.0] * int(sum(right)) + wrong, "recall": right}


def _found(answerable: Sequence[Outcome]) -> Values:
    """Whether or not the answer abstained: what pointing alone is worth. Empty where no span reader was asked."""
    best = [(first_found(outcome.answer.quotes), outcome.question.gold) for outcome in answerable]
    if all(quote is None for quote, _ in best):
        return {"f1": [], "em": []}
    words = [(quote.found_text if quote else "", gold) for quote, gold in best]
    return {
        "f1": [metrics.f1(text, gold) for text, gold in words],
        "em": [metrics.exact(text, gold) for text, gold in words],
    }


def _quoted(outcome: Outcome, first: int) -> float:
    return float(any(metrics.holds(quote.text, outcome.question.gold) for quote in outcome.answer.quotes[:first]))


def _confidence(outcome: Outcome) -> float:
    """The pipeline's own, else that of its best quote."""
    answer = outcome.answer
    if answer.confidence is not None:
        return answer.confidence
    return max((quote.score for quote in answer.quotes), default=0.0)


def _speed(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """Medians; tokens per second over all answers that a model wrote."""
    timings = [outcome.answer.timings for outcome in outcomes]
    written = [outcome.answer for outcome in outcomes if outcome.answer.completion_tokens > 1]
    seconds = sum(answer.timings.total_s - answer.timings.first_token_s for answer in written)
    made = sum(answer.completion_tokens - 1 for answer in written)
    return {
        "first_token_s": metrics.median([timing.first_token_s for timing in timings if timing.first_token_s]),
        "total_s": metrics.median([timing.total_s for timing in timings]),
        "tokens_per_second": made / seconds if seconds else None,
    }
