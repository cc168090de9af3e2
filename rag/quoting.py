"""The best sentences of the passages found: the whole answer in quotes mode, and shown first in grounded mode.

A sentence scores by its meaning (cosine to the question), by the words it shares with it, by its passage, and by what
the span reader saw in it. Knows nothing of models or stores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from local_models.cancel import CancelToken
from local_models.types import FoundSpan
from rag.keyed import holds_keys, key_path, key_words, pairs
from rag.ports import Embedder
from rag.quoted_places import page_of
from rag.sentences import sentences
from rag.support import rare_words_shared
from rag.titles import headings_of
from rag.told_rows import header_at
from rag.types import CELL_SEPARATOR, Quote, Source, Span
from rag.whole_names import whole_amount, whole_name

MAX_SENTENCES = 64
"""Sentences embedded for one question: about 0.15 s with MiniLM on 2 threads."""

MEANING, WORDS, PASSAGE, FOUND = 0.3, 0.5, 0.2, 0.8
"""Weights of the four. The first quote holds the answer to 88, 86 and 63 % of 150 questions each of SQuAD 2.0, English
XQuAD and natural questions, retrieval in the loop; without the span reader to 82, 81 and 57 %. Chosen on these. Less
weight on words gives up to 2 points more, but then a code that names the sentence ("E4") counts too little."""

FAINT = 0.5
"""Words found with less than this share of the likeliest words' probability are not told: every sentence has some."""

LONGEST_VALUE = 400
"""Characters of a key with its value that are quoted whole; a longer value is prose, of which a sentence is quoted."""

_FIELD = re.compile(r"[^\W\d_][\w /&.-]{0,30}:[ \t]+\S[^\n]*")
"""A name and its value, "Weight: 410 kg": short, and yet no heading."""

_OUTER_BARS = re.compile(r"\|\s*([^|].*?)\s*\|")

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
    named: str = ""
    """The keys of a value, in words."""

    @property
    def text(self) -> str:
        return self.read.source.text[self.start : self.end]

    @property
    def heading(self) -> str:
        """The last one of the passage's heading path."""
        return self.read.source.heading.rsplit(" › ", 1)[-1]

    @property
    def found(self) -> FoundSpan | None:
        """The likeliest span that begins in the sentence, its last name and its amount whole, cut off at its end."""
        text = self.read.source.text
        span = next((span for span in self.read.spans if self.start <= span.start < self.end), None)
        if span is None:
            return None
        start = max(whole_amount(text, span.start, span.end), self.start)
        return replace(span, start=start, end=min(whole_name(text, span.end), self.end))


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
    all_ = [candidate for one in read for candidate in _of_source(one)]
    return [candidate for candidate in all_ if not _is_heading(candidate)] or all_


def _of_source(read: ReadSource) -> Iterator[_Candidate]:
    """The sentences of a source; of a data file the lines of each key, where the text has any."""
    text = read.source.text
    keyed = pairs(text) if holds_keys(read.source.path) else []
    above = headings_of(read.source.heading)
    for start, end in dict.fromkeys((pair.start, pair.end) for pair in keyed):
        if end - start <= LONGEST_VALUE:
            yield _Candidate(read, start, end, key_words(key_path(text, start, end, above)))
        else:
            spans = _readable(text[start:end])
            yield from (_Candidate(read, start + first, start + last) for first, last in spans)
    if not keyed:
        header = header_at(text)
        spans = [span for span in _readable(text) if header is None or not header[0] <= span[0] < header[1]]
        yield from (_Candidate(read, *_without_bars(text, start, end)) for start, end in spans)


def _without_bars(text: str, start: int, end: int) -> tuple[int, int]:
    """A row of a table in Markdown without the bars outside."""
    row = _OUTER_BARS.fullmatch(text, start, end)
    return row.span(1) if row else (start, end)


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
        if end - first >= SHORTEST or CELL_SEPARATOR in text[first:end] or _FIELD.fullmatch(text, first, end):
            spans.append((first, end))
            pending = None
        else:
            pending = None if text[end : end + 1] == "\n" else first
    return spans or [(0, len(text))] if text.strip() else []


def _in_context(candidate: _Candidate) -> str:
    """The heading tells what "it" is; a sentence alone often does not."""
    heading = candidate.named or candidate.heading
    return f"{heading}: {candidate.text}" if heading else candidate.text


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
