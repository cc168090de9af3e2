"""How good is retrieval? A labelled collection goes through the real pipeline: files, parser, chunking, words,
embedder, indexes, search.

What is counted is whether the right texts of the corpus are found. A text that was cut into several passages counts
once, by its best. Knows the service from outside, and its retriever for what each leg found alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from local_models.cancel import CancelToken
from rag.assistant import Assistant
from rag.evaluation.beir import LabelledCollection, write_entries
from rag.evaluation.ranking_metrics import Grades, measure
from rag.events import Progress
from rag.retrieval import Ranking
from rag.types import Scope

DEEPEST = 20
"""Texts looked at; the measures go no deeper."""


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """The measures by leg, and milliseconds from question to ranking: the median and the 95th percentile."""

    words: Mapping[str, float]
    vectors: Mapping[str, float]
    fused: Mapping[str, float]
    questions: int
    passages: int
    median_ms: float
    p95_ms: float

    def as_json(self) -> dict[str, object]:
        """The stable JSON of `footnote eval retrieval`."""
        return asdict(self)


def evaluate(
    assistant: Assistant, collection: LabelledCollection, folder: Path, cancel: CancelToken
) -> Iterator[Progress | RetrievalReport]:
    """Add the corpus (as files in `folder`), ask every question, end with the report.

    The library must hold nothing else. What it holds already is neither read nor embedded again.
    """
    ids = write_entries(collection.entries, folder)
    for event in assistant.add([folder], cancel):
        if isinstance(event, Progress):
            yield event
    yield from assistant.embed_pending(cancel)
    entries = {document.id: ids[document.path] for document in assistant.documents() if document.path in ids}
    outcomes: list[tuple[Ranking, Grades]] = []
    seconds: list[float] = []
    for number, (id_, question) in enumerate(collection.questions.items()):
        yield Progress(number, len(collection.questions), "Asking")
        started = time.perf_counter()
        outcomes.append((assistant.retriever.rank(question, Scope(), cancel), collection.grades[id_]))
        seconds.append(time.perf_counter() - started)
    yield _report(assistant, entries, outcomes, sorted(seconds))


def _report(
    assistant: Assistant, entries: Mapping[int, str], outcomes: Sequence[tuple[Ranking, Grades]], seconds: list[float]
) -> RetrievalReport:
    found = sorted({id_ for ranking, _ in outcomes for id_, _ in ranking.fused})
    texts = {
        passage.id: entries[passage.document_id]
        for passage in assistant.store.library.passages(found)
        if passage.document_id in entries
    }

    def measured(leg: str) -> dict[str, float]:
        return measure([(_texts_of(_order(ranking, leg), texts), grades) for ranking, grades in outcomes])

    return RetrievalReport(
        words=measured("words"),
        vectors=measured("vectors"),
        fused=measured("fused"),
        questions=len(outcomes),
        passages=assistant.store.library.passage_count(),
        median_ms=1000 * float(np.quantile(seconds, 0.5)) if seconds else 0.0,
        p95_ms=1000 * float(np.quantile(seconds, 0.95)) if seconds else 0.0,
    )


def _order(ranking: Ranking, leg: str) -> list[int]:
    if leg == "fused":
        return [id_ for id_, _ in ranking.fused]
    scores = ranking.words if leg == "words" else ranking.vectors
    return sorted(scores, key=lambda id_: -scores[id_])


def _texts_of(passages: Sequence[int], texts: Mapping[int, str]) -> list[str]:
    """Each text once, where its best passage stands."""
    return list(dict.fromkeys(texts[id_] for id_ in passages if id_ in texts))[:DEEPEST]
