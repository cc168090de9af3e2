"""How good are the answers? Every question of a set goes through the real pipeline, retrieval in the loop.

The folder holds passages.jsonl (id, title, text) and questions.jsonl (question, answers, passage_id, is_impossible).
Each passage becomes a document of its own, so that its citation can be told from its neighbour's. What is counted:

    f1, em               over all questions; one without an answer scores 1 for abstaining (SQuAD 2.0)
    citation_precision   of the citations on questions that have an answer: the quote holds a gold answer
    citation_recall      of the questions that have an answer: the passage it stands in is cited
    abstention           precision and recall of abstaining; auroc of the confidence, answered over unanswerable
    quotes               the first quote, or one of the first three, holds a gold answer

Knows the service only from outside, as a user does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from local_models.cancel import CancelToken
from rag.assistant import Assistant
from rag.errors import UsageError
from rag.evaluation import answer_metrics as metrics
from rag.evaluation.beir import Entry, write_entries
from rag.events import Finished, Progress
from rag.types import Answer, Mode

_NUMBERS = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Question:
    """`gold` is empty for a question the passages do not answer; `passage_id` is then the passage that misleads."""

    text: str
    gold: tuple[str, ...]
    passage_id: str


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """The passages, and the questions about them."""

    passages: tuple[Entry, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question."""

    question: Question
    answer: Answer
    cited: frozenset[str]
    """Ids of the passages that were cited."""


def load(folder: Path, *, limit: int | None = None) -> AnswerSet:
    """Read the set; `limit` picks that many questions evenly at random, always the same ones. Raises UsageError."""
    passages = tuple(
        Entry(str(row["id"]), str(row.get("title") or ""), str(row["text"])) for row in _rows(folder, "passages")
    )
    questions = tuple(
        Question(
            str(row["question"]),
            () if row.get("is_impossible") else tuple(map(str, _list(row["answers"]))),
            str(row["passage_id"]),
        )
        for row in _rows(folder, "questions")
    )
    if limit is not None and limit < len(questions):
        picked = sorted(Random(0).sample(range(len(questions)), limit))  # noqa: S311 - a sample, not a secret
        questions = tuple(questions[index] for index in picked)
    return AnswerSet(passages, questions)


def evaluate(
    assistant: Assistant, data: AnswerSet, folder: Path, mode: Mode, cancel: CancelToken
) -> Iterator[Progress | Outcome]:
    """Index the passages (as files in `folder`), ask every question in a conversation of its own."""
    ids = write_entries(data.passages, folder)
    for event in assistant.add([folder], cancel):
        if isinstance(event, Progress):
            yield event
    yield from assistant.embed_pending(cancel)
    for number, question in enumerate(data.questions):
        yield Progress(number, len(data.questions), "Asking")
        answer = _ask(assistant, question, mode, cancel)
        cited = frozenset(ids.get(citation.source.path, "") for citation in answer.citations)
        yield Outcome(question, answer, cited)


def summarise(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The report: the stable JSON of `footnote eval answers`, documented in docs/json.md."""
    answerable = [outcome for outcome in outcomes if outcome.question.gold]
    impossible = [outcome for outcome in outcomes if not outcome.question.gold]
    per_question = {
        "f1": [metrics.f1(_said(outcome), outcome.question.gold) for outcome in outcomes],
        "em": [metrics.exact(_said(outcome), outcome.question.gold) for outcome in outcomes],
        "citation_precision": [hit for outcome in answerable for hit in _citation_hits(outcome)],
        "citation_recall": [float(outcome.question.passage_id in outcome.cited) for outcome in answerable],
    }
    return {
        **{name: metrics.mean(values) for name, values in per_question.items()},
        "abstention": _abstention(answerable, impossible),
        "n": len(outcomes),
        "n_answerable": len(answerable),
        "answerable": {
            "f1": metrics.mean([metrics.f1(_said(outcome), outcome.question.gold) for outcome in answerable]),
            "em": metrics.mean([metrics.exact(_said(outcome), outcome.question.gold) for outcome in answerable]),
        },
        "quotes": {
            "first": metrics.mean([_quoted(outcome, 1) for outcome in answerable]),
            "first_three": metrics.mean([_quoted(outcome, 3) for outcome in answerable]),
        },
        "intervals": {name: metrics.interval(values) for name, values in per_question.items()},
        **_speed(outcomes),
    }


def _ask(assistant: Assistant, question: Question, mode: Mode, cancel: CancelToken) -> Answer:
    for event in assistant.ask(question.text, cancel, mode=mode):
        if isinstance(event, Finished):
            cancel.check()
            return event.answer
    raise UsageError("A question was given up before it was answered.", "Run the evaluation again.")


def _said(outcome: Outcome) -> str:
    return "" if outcome.answer.abstained else _NUMBERS.sub("", outcome.answer.text)


def _citation_hits(outcome: Outcome) -> list[float]:
    return [float(metrics.holds(citation.quote, outcome.question.gold)) for citation in outcome.answer.citations]


def _quoted(outcome: Outcome, first: int) -> float:
    return float(any(metrics.holds(quote.text, outcome.question.gold) for quote in outcome.answer.quotes[:first]))


def _abstention(answerable: Sequence[Outcome], impossible: Sequence[Outcome]) -> dict[str, float | None]:
    right = sum(outcome.answer.abstained for outcome in impossible)
    wrong = sum(outcome.answer.abstained for outcome in answerable)
    return {
        "precision": metrics.share(right, right + wrong),
        "recall": metrics.share(right, len(impossible)),
        "auroc": metrics.auroc(list(map(_confidence, answerable)), list(map(_confidence, impossible))),
    }


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


def _rows(folder: Path, name: str) -> list[dict[str, object]]:
    path = folder / f"{name}.jsonl"
    try:
        with path.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} can't be read as JSON lines.",
            "An answer set is a folder with passages.jsonl and questions.jsonl (docs/user-guide.md).",
        ) from error


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
