"""Attach citations to a finished answer, by code: what the model wrote as [n] is a hint that must survive a check.

    answer text -> sentences, each with the numbers the model gave it
    made-up numbers (no such source) and numbers whose source does not carry the sentence are dropped
    a sentence left without a number is matched to the source that carries it best, if one does

Each citation holds the exact quote and its offsets in the document. Code blocks are left alone.
This module knows nothing of models, stores or the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from local_models.prompt_format import one_line
from rag.sentences import sentences
from rag.support import is_claim, support
from rag.types import Citation, CitationOrigin, Quote, Source, Span

HINT_FLOOR = 0.3
"""Support under which a number that the model wrote is dropped: the sentence shares next to nothing with the source."""

MATCH_FLOOR = 0.6
"""Support from which a sentence without a number gets one: most of its words and all its numbers stand in the quote."""

_MARKS = re.compile(r"\s*\[\s*(\d{1,4}(?:\s*[,;]\s*\d{1,4})*)\s*\]")
_MARKDOWN = re.compile(r"[*_`\\\[\]<>|~]")
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)[^\n]{1,300}?(?<!`)\1(?!`)")
"""As in CommonMark, on one line; longer ones are not looked for, so that the search stays linear."""


@dataclass(frozen=True, slots=True)
class CitedText:
    """The checked text, its citations in order, and how many of its claims have none."""

    text: str
    citations: tuple[Citation, ...]
    claims: int
    unsupported: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """The stretch of a source that carries a sentence best; `start` and `end` count in the source's text."""

    source: Source
    start: int
    end: int
    support: float


def cite(answer: str, sources: Sequence[Source]) -> CitedText:
    """Check the numbers in `answer` against `sources` and add the missing ones. Loses no word of the answer."""
    numbered = {source.number: source for source in sources}
    parts: list[str] = []
    citations: list[Citation] = []
    claims = unsupported = length = 0
    for sentence in _split(answer):
        parts.append(sentence.before)
        length += len(sentence.before)
        found = _evidence(sentence, numbered)
        if sentence.claim:
            claims += 1
            unsupported += not found
        marks = "".join(f"[{evidence.source.number}]" for evidence, _ in found)
        shown = f"{sentence.text} {marks}" if marks else sentence.text
        citations += [_citation(evidence, origin, length, len(sentence.text)) for evidence, origin in found]
        parts.append(shown)
        length += len(shown)
    return CitedText("".join(parts), tuple(citations), claims, unsupported)


def cite_quotes(quotes: Sequence[Quote]) -> CitedText:
    """An answer that is nothing but quotes, one a block, each with its number; the words found stand out."""
    text = ""
    citations: list[Citation] = []
    for quote in quotes:
        shown = _with_found(quote)
        text += "\n\n> " if text else "> "
        citations.append(_citation(_whole(quote), CitationOrigin.MATCHED, len(text), len(shown)))
        text += f"{shown} [{quote.source.number}]"
    return CitedText(text, tuple(citations), claims=len(quotes), unsupported=0)


def cite_found(quote: Quote) -> CitedText:
    """An answer that is the words found in a quote and nothing else; the citation shows the whole quote."""
    shown = found_words(quote)
    citation = _citation(_whole(quote), CitationOrigin.MATCHED, 0, len(shown))
    return CitedText(f"{shown} [{quote.source.number}]", (citation,), claims=1, unsupported=0)


def found_words(quote: Quote) -> str:
    """The words found, as they are said in a sentence of another's: on one line, without the stop they ended with."""
    _, found, behind = quote.parts
    found = one_line(found).rstrip(",;: ")
    stops = not behind.strip() or sentences(found + behind)[:1] == [(0, len(found))]
    return found.rstrip(".!?。！？") if stops else found


def phrases(cited: CitedText, quote: Quote) -> bool:
    """True if the text says the words found in `quote`, and a citation of it rests on the quote."""
    return _folded(quote.found_text) in _folded(cited.text) and any(
        citation.source.number == quote.source.number
        and citation.quote_span.start < quote.span.end
        and quote.span.start < citation.quote_span.end
        for citation in cited.citations
    )


def find_evidence(sentence: str, source: Source) -> Evidence:
    """The one or two neighbouring sentences of `source` that carry `sentence` best; support 0 when nothing does."""
    spans = sentences(source.text)
    windows = spans + [(first[0], second[1]) for first, second in pairwise(spans)]
    context = f"{source.document} {source.heading}"
    best = Evidence(source, 0, 0, 0.0)
    for start, end in windows:
        around = f"{context} {source.text[max(0, start - 300) : start]}"
        score = support(sentence, source.text[start:end], context=around)
        # a second sentence must earn its place: the smallest quote that carries the claim is the one to show
        if score > best.support + (0.1 if best.support else 0.0):
            best = Evidence(source, start, end, score)
    return best


def _whole(quote: Quote) -> Evidence:
    start = quote.span.start - quote.source.span.start
    return Evidence(quote.source, start, start + len(quote.text), 1.0)


def _with_found(quote: Quote) -> str:
    """The quote on one line, the words found in bold; as it is where a character of it could mean Markdown."""
    before, found, behind = quote.parts
    if not found.strip() or _MARKDOWN.search(quote.text):
        return one_line(quote.text)
    gap = " " if before != before.rstrip() else ""
    gap_behind = " " if behind != behind.lstrip() else ""
    return f"{one_line(before)}{gap}**{one_line(found)}**{gap_behind}{one_line(behind)}"


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence without marks, what stands between it and the one before, and the numbers the model gave it."""

    before: str
    text: str
    hints: tuple[int, ...]
    claim: bool


def _split(answer: str) -> Iterator[_Sentence]:
    """The answer's sentences in order; joined with their `before` they are the answer without its marks."""
    for piece, code in _by_code(answer):
        if code:
            yield _Sentence("", piece, (), claim=False)
            continue
        clean, marks = _without_marks(piece)
        spans = sentences(clean)
        end = 0
        for index, (start, stop) in enumerate(spans):
            following = spans[index + 1][0] if index + 1 < len(spans) else len(clean) + 1
            hints = tuple(dict.fromkeys(number for place, number in marks if start < place <= max(stop, following - 1)))
            text = clean[start:stop]
            yield _Sentence(clean[end:start], text, hints, claim=is_claim(text))
            end = stop
        if clean[end:]:
            yield _Sentence(clean[end:], "", (), claim=False)


def _by_code(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for match in _CODE.finditer(text):
        yield text[end : match.start()], False
        yield match.group(), True
        end = match.end()
    yield text[end:], False


def _without_marks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its [n], and for each number the place it stood at in what is left."""
    kept: list[str] = []
    marks: list[tuple[int, int]] = []
    end = length = 0
    code = {place for match in _INLINE_CODE.finditer(text) for place in range(*match.span())} if "`" in text else set()
    for match in _MARKS.finditer(text):
        if match.start(1) in code:
            continue
        kept.append(text[end : match.start()])
        length += match.start() - end
        marks += [(length, int(number)) for number in re.findall(r"\d+", match.group(1))]
        end = match.end()
    kept.append(text[end:])
    return "".join(kept), marks


def _evidence(sentence: _Sentence, numbered: dict[int, Source]) -> list[tuple[Evidence, CitationOrigin]]:
    hinted = [find_evidence(sentence.text, numbered[number]) for number in sentence.hints if number in numbered]
    kept = [evidence for evidence in hinted if evidence.support >= HINT_FLOOR]
    if kept:
        return [(evidence, CitationOrigin.MODEL) for evidence in kept]
    if not sentence.claim:
        return []
    matched = max((find_evidence(sentence.text, s) for s in numbered.values()), key=lambda e: e.support, default=None)
    if matched is None or matched.support < MATCH_FLOOR:
        return []
    return [(matched, CitationOrigin.MATCHED)]


def _citation(evidence: Evidence, origin: CitationOrigin, start: int, length: int) -> Citation:
    source = evidence.source
    first = source.span.start + evidence.start
    return Citation(
        source=source,
        answer_start=start,
        answer_end=start + length,
        quote=source.text[evidence.start : evidence.end],
        quote_span=Span(first, source.span.start + evidence.end, source.span.page),
        support=round(evidence.support, 3),
        origin=origin,
    )
