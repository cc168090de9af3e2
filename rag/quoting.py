"""The best sentences of the passages found: the whole answer in quotes mode, and shown first in grounded mode.

A sentence scores by its meaning (cosine to the question), by the words it shares with it, by its passage, and by what
the span reader saw in it. Knows nothing of models or stores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from local_models.cancel import CancelToken
from local_models.types import FoundSpan
from rag.ports import Embedder
from rag.quoted_places import page_of
from rag.sentences import sentences
from rag.support import rare_words_shared
from rag.types import Quote, Source, Span
from rag.whole_names import whole_name

MAX_SENTENCES = 64
"""Sentences embedded for one question: about 0.15 s with MiniLM on 2 threads."""

MEANING, WORDS, PASSAGE, FOUND = 0.3, 0.5, 0.2, 0.8
"""Weights of the four. The first quote holds the answer to 88, 86 and 63 % of 150 questions each of SQuAD 2.0, English
XQuAD and natural questions, retrieval in the loop; without the span reader to 82, 81 and 57 %. Chosen on these. Less
weight on words gives up to 2 points more, but then a code that names the sentence ("E4") counts too little."""

FAINT = 0.5
"""Words found with less than this share of the likeliest words' probability are not told: every sentence has some."""

SHORTEST = 20
"""Characters: what is shorter is a heading, a list number or a fragment, and is read with its neighbour."""


@dataclass(frozen=True, slots=True)
class ReadSource:
    """A source with its fused score, and the spans that were found in it (code points of its text), best first."""

    source: Source
    score: float
    spans: tuple[FoundSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    read: ReadSource
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.read.source.text[self.start : self.end]

    @property
    def heading(self) -> str:
        """The last one of the passage's heading path."""
        return self.read.source.heading.rsplit(" › ", 1)[-1]

    @property
    def found(self) -> FoundSpan | None:
        """The likeliest span that begins in the sentence, its last name whole; what reaches beyond is cut off."""
        span = next((span for span in self.read.spans if self.start <= span.start < self.end), None)
        if span is None:
            return None
        return replace(span, end=min(whole_name(self.read.source.text, span.end), self.end))


def best_quotes(
    question: str, read: Sequence[ReadSource], embedder: Embedder, cancel: CancelToken, *, limit: int = 5
) -> tuple[Quote, ...]:
    """The best `limit` sentences, best first. `read` are the sources, best first."""
    candidates = _candidates(read)[:MAX_SENTENCES]
    if not candidates:
        return ()
    texts = [_in_context(candidate) for candidate in candidates]
    words = np.array(rare_words_shared(question, texts))
    passages = np.array([candidate.read.score for candidate in candidates])
    spans = [candidate.found for candidate in candidates]
    found = np.array([span.probability if span else 0.0 for span in spans])
    vectors = embedder.embed([question, *texts], cancel)
    scores = MEANING * (vectors[1:] @ vectors[0]) + WORDS * words + PASSAGE * passages + FOUND * found
    scores /= MEANING + WORDS + PASSAGE + (FOUND if found.any() else 0.0)
    best = np.argsort(-scores, kind="stable")[:limit]
    least = FAINT * float(found.max())
    told = [span if span and span.probability >= least else None for span in spans]
    return tuple(_quote(candidates[i], float(np.clip(scores[i], 0.0, 1.0)), told[i]) for i in best)


def _candidates(read: Sequence[ReadSource]) -> list[_Candidate]:
    all_ = [_Candidate(one, start, end) for one in read for start, end in _readable(one.source.text)]
    return [candidate for candidate in all_ if not _is_heading(candidate)] or all_


def _is_heading(candidate: _Candidate) -> bool:
    """Whether it says no more than the heading above it, or as a line of Markdown is one."""
    text = " ".join(candidate.text.split())
    plain = text.lstrip("# ")
    return plain == candidate.heading or (text.startswith("#") and plain in candidate.read.source.heading)


def _readable(text: str) -> list[tuple[int, int]]:
    """The sentences, a fragment together with the sentence behind it; a heading on its own line is left out.

    A text that is nothing but fragments is one sentence.
    """
    spans: list[tuple[int, int]] = []
    pending: int | None = None
    for start, end in sentences(text):
        first = start if pending is None else pending
        if end - first >= SHORTEST:
            spans.append((first, end))
            pending = None
        else:
            pending = None if text[end : end + 1] == "\n" else first
    return spans or [(0, len(text))] if text.strip() else []


def _in_context(candidate: _Candidate) -> str:
    """The heading tells what "it" is; a sentence alone often does not."""
    return f"{candidate.heading}: {candidate.text}" if candidate.heading else candidate.text


def _quote(candidate: _Candidate, score: float, found: FoundSpan | None) -> Quote:
    source = candidate.read.source
    return Quote(
        source=source,
        text=candidate.text,
        span=_span(source, candidate.start, candidate.end),
        score=round(score, 4),
        found=_span(source, found.start, found.end) if found else None,
        probability=round(found.probability, 4) if found else 0.0,
    )


def _span(source: Source, start: int, end: int) -> Span:
    """Characters of the source's text, counted in the document's."""
    first = source.span.start
    return Span(first + start, first + end, page_of(source, first + start))
