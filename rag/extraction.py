"""Reads the passages found: which words in them answer the question, which passages speak to it, which sentences.

    hits -span reader-> spans -> hits in a better order -> the best of them become sources -> quotes

The span reader sees question and passage together, where a search compares them from afar. Knows nothing of prompts,
language models or stores.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from local_models.cancel import CancelToken
from local_models.prompt_format import Hint
from local_models.types import FoundSpan
from rag.citing import found_words
from rag.errors import ModelError
from rag.keyed import holds_keys
from rag.named_values import in_named_rows, named_rows
from rag.ports import Embedder, SpanReader
from rag.quoting import ReadSource, best_quotes
from rag.titles import headings_of, table_header
from rag.told_data import is_notebook, told_cells, told_keys
from rag.told_rows import ToldRows, told
from rag.types import Hit, Quote, Source

READ = 12
"""Passages read at most for a question: 0.18 s on 2 threads with AMX, for passages of 888 characters."""

ORDER_BY_SPANS = 0.5
"""Weight of the likeliest span's probability beside the fused score, in the order of the passages; 0.2 does as well."""


FUSED, COSINE, SPAN, BIAS = 3.0, 6.0, 1.2, -3.2
"""Logistic weights of the best fused score, the best cosine and the log odds of the likeliest span in "the passages
answer". Chosen on 500 questions of five dev sets, 258 of them answerable, 102 unanswerable and 140 on other subjects.
The regression itself gives the fused score no weight at all; it is kept for languages that the embedder was not trained
for and loses 0.01 of AUROC. The span reader alone is fooled by other subjects, a search by likeness."""

UNKNOWN_COSINE = 0.45
"""Taken while passages have no vectors yet: it neither helps nor harms."""

SUREST = 0.999
"""The span reader is never surer than this, nor of the contrary."""


_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class ReadHit:
    """A hit and the spans in its passage, best first; code points of the passage's text."""

    hit: Hit
    spans: tuple[FoundSpan, ...] = ()

    @property
    def probability(self) -> float:
        """That the passage answers the question."""
        return self.spans[0].probability if self.spans else 0.0


@dataclass(frozen=True, slots=True)
class ReadHits:
    """The hits in their new order, best first. `problem` says why no spans were looked for; empty if they were."""

    hits: tuple[ReadHit, ...]
    problem: str = ""

    @property
    def probability(self) -> float | None:
        """That any of the passages answers the question; None when none was read."""
        if self.problem:
            return None
        fused = max((one.hit.scores.fused for one in self.hits), default=0.0)
        cosines = [one.hit.scores.vectors for one in self.hits if one.hit.scores.vectors is not None]
        span = max((one.probability for one in self.hits), default=0.0)
        return answer_probability(fused, max(cosines, default=UNKNOWN_COSINE), span)


class Extractor:
    """Reads with one span reader and one embedder. Any thread may call it."""

    def __init__(self, spans: SpanReader, embedder: Embedder) -> None:
        self._spans = spans
        self._embedder = embedder

    def read(self, question: str, hits: Sequence[Hit], cancel: CancelToken) -> ReadHits:
        """Find spans in the first READ hits, and put these in a better order. Raises WorkerDied, Cancelled.

        A span reader that can't be used leaves the hits as they are.
        """
        near, far = hits[:READ], tuple(ReadHit(hit) for hit in hits[READ:])
        try:
            found = self._found(question, near, cancel)
        except ModelError as error:
            return ReadHits(tuple(ReadHit(hit) for hit in hits), str(error))
        read = [ReadHit(hit, spans) for hit, spans in zip(near, found, strict=True)]
        read.sort(key=lambda one: -(one.hit.scores.rank + ORDER_BY_SPANS * one.probability))
        return ReadHits((*read, *far))

    def quote(self, question: str, read: Sequence[tuple[Source, ReadHit]], cancel: CancelToken) -> tuple[Quote, ...]:
        """The best sentences of the sources, best first. Raises ModelError, WorkerDied, Cancelled."""
        sources = [ReadSource(source, one.hit.scores.fused + one.hit.scores.lent, one.spans) for source, one in read]
        return best_quotes(question, sources, self._embedder, cancel)

    def _found(self, question: str, hits: Sequence[Hit], cancel: CancelToken) -> list[tuple[FoundSpan, ...]]:
        """The spans in each passage. What is no prose is told in words first: the span reader has read nothing else."""
        rows = [_told(hit) for hit in hits]
        texts = [one.text if one is not None else hit.passage.text for one, hit in zip(rows, hits, strict=True)]
        found = self._spans.find(question, texts, cancel)
        placed = [spans if one is None else _in_cells(one, spans) for one, spans in zip(rows, found, strict=True)]
        return _of_named_rows(question, hits, rows, list(map(_with_words, hits, placed)))


def _with_words(hit: Hit, spans: Sequence[FoundSpan]) -> tuple[FoundSpan, ...]:
    """The spans that are more than marks."""
    return tuple(span for span in spans if _WORD.search(hit.passage.text, span.start, span.end))


def _told(hit: Hit) -> ToldRows | None:
    passage = hit.passage
    if is_notebook(hit.document.path):
        return told_cells(passage.text)
    if holds_keys(hit.document.path):
        return told_keys(passage.text, headings_of(passage.heading))
    return told(passage.text, table_header(passage.heading))


def _in_cells(rows: ToldRows, spans: Sequence[FoundSpan]) -> tuple[FoundSpan, ...]:
    """The spans where they stand in the passage, without those on names of columns, and none overlapping."""
    placed: list[FoundSpan] = []
    for span in spans:
        place = rows.back(span.start, span.end)
        if place is not None and not any(place[0] < other.end and other.start < place[1] for other in placed):
            placed.append(FoundSpan(*place, span.probability))
    return tuple(placed)


def _of_named_rows(
    question: str,
    hits: Sequence[Hit],
    rows: Sequence[ToldRows | None],
    spans: Sequence[tuple[FoundSpan, ...]],
) -> list[tuple[FoundSpan, ...]]:
    """The spans in the rows that the question names, if it names one; a long table's rows stand in several passages."""
    tables = [(hit.document.id, one.columns) if one is not None else None for hit, one in zip(hits, rows, strict=True)]
    named: dict[object, frozenset[str]] = {}
    for table, one in zip(tables, rows, strict=True):
        if one is not None:
            named[table] = named.get(table, frozenset()) | named_rows(question, one)
    return [
        found if one is None else in_named_rows(question, one, found, named[table])
        for table, one, found in zip(tables, rows, spans, strict=True)
    ]


def answer_probability(fused: float, cosine: float, span: float) -> float:
    """That passages answer, from their best fused score, best cosine and the probability of their likeliest span."""
    span = min(max(span, 1 - SUREST), SUREST)
    odds = FUSED * fused + COSINE * cosine + SPAN * math.log(span / (1 - span)) + BIAS
    return round(1 / (1 + math.exp(-odds)), 4)


def first_found(quotes: Sequence[Quote]) -> Quote | None:
    """The best quote in which words were found; None if there were none in any.

    Going by the words' probability alone gives an F1 higher by one point at most, but then the answer could be other
    words than those in bold in the first quote.
    """
    return next((quote for quote in quotes if quote.found is not None), None)


def hint_of(quotes: Sequence[Quote]) -> Hint | None:
    """What the bundled reader is told: the words found first, and the number of their source."""
    best = first_found(quotes)
    return Hint(best.source.number, found_words(best)) if best is not None else None
