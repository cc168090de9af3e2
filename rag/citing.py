"""Attach citations to a finished answer, by code: what the model wrote as [n] is a hint that must survive a check.

    answer text -> sentences, each with the numbers the model gave it -> a verdict on each (rag.verdicts)
    made-up numbers (no such source) and numbers whose source does not carry the sentence are dropped
    a sentence left without a number is matched to the source that carries it best, if one does

Each citation holds the exact quote and its offsets in the document. Code blocks are left alone.
This module knows nothing of models, stores or the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from local_models.prompt_format import one_line
from rag.quoted_places import page_of
from rag.sentences import sentences
from rag.support import is_claim
from rag.types import CheckedSentence, Citation, CitationOrigin, Quote, SentenceVerdict, Source, Span
from rag.verdicts.clauses import smallest
from rag.verdicts.evidence import Windows
from rag.verdicts.judging import SUPPORTED, Entails, Judgement, judge
from rag.verdicts.statement import read

_MARKS = re.compile(r"\s*\[\s*(\d{1,4}(?:\s*[,;]\s*\d{1,4})*)\s*\]")
_MARKDOWN = re.compile(r"[*_`\\\[\]<>~]")
"""A bar means nothing in a line alone: a table needs a second one."""
_HEADING = re.compile(r"#{1,6}\s[^\n]*|\*\*[^*\n]*[^*\n.!?]\*\*:?")
"""A line that is a heading, or all in bold and no sentence."""
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)[^\n]{1,300}?(?<!`)\1(?!`)")
"""As in CommonMark, on one line; longer ones are not looked for, so that the search stays linear."""


@dataclass(frozen=True, slots=True)
class CitedText:
    """The checked text, its citations in order, and the verdict on each of its sentences."""

    text: str
    citations: tuple[Citation, ...]
    sentences: tuple[CheckedSentence, ...]

    @property
    def claims(self) -> int:
        return sum(sentence.verdict is not SentenceVerdict.NOT_A_CLAIM for sentence in self.sentences)

    @property
    def unsupported(self) -> int:
        """Claims that nothing in the sources says."""
        return sum(sentence.verdict is SentenceVerdict.NOT_SUPPORTED for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The stretch of a source that carries a sentence; `start` and `end` count in the source's text."""

    source: Source
    start: int
    end: int
    support: float

    @property
    def quote(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def span(self) -> Span:
        """In the document."""
        first = self.source.span.start
        return Span(first + self.start, first + self.end, page_of(self.source, first + self.start))


def cite(answer: str, sources: Sequence[Source], entails: Entails | None = None) -> CitedText:
    """Check the numbers in `answer` against `sources` and add the missing ones. Loses no word of the answer.

    `entails`: a model of entailment; without one the verdicts go by rules alone.
    """
    windows = Windows(sources)
    numbers = {source.number for source in sources}
    parts: list[str] = []
    citations: list[Citation] = []
    checked: list[CheckedSentence] = []
    length = 0
    for sentence in _split(answer):
        parts.append(sentence.before)
        length += len(sentence.before)
        judgement, found = _evidence(sentence, windows, numbers, entails)
        end = length + len(sentence.text)
        if sentence.text:
            checked.append(_checked(sentence, judgement, length, end))
        marks = "".join(f"[{evidence.source.number}]" for evidence, _ in found)
        shown = f"{sentence.text} {marks}" if marks else sentence.text
        citations += [_citation(evidence, origin, length, end) for evidence, origin in found]
        parts.append(shown)
        length += len(shown)
    return CitedText("".join(parts), tuple(citations), tuple(checked))


def cite_quotes(quotes: Sequence[Quote]) -> CitedText:
    """An answer that is nothing but quotes, one a block, each with its number; the words found stand out."""
    text = ""
    citations: list[Citation] = []
    for quote in quotes:
        shown = _with_found(quote)
        text += "\n\n> " if text else "> "
        start = len(text)
        text += f"{shown} [{quote.source.number}]"
        citations.append(_citation(_whole(quote), CitationOrigin.MATCHED, start, start + len(shown)))
    return CitedText(text, tuple(citations), tuple(_copied(citation) for citation in citations))


def cite_found(quote: Quote) -> CitedText:
    """An answer that is the words found in a quote and nothing else; the citation shows the whole quote."""
    shown = found_words(quote)
    citation = _citation(_whole(quote), CitationOrigin.MATCHED, 0, len(shown))
    return CitedText(f"{shown} [{quote.source.number}]", (citation,), (_copied(citation),))


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


def narrowed(cited: CitedText, quote: Quote) -> CitedText:
    """The same, where a stretch around `quote` was cited, with the quote alone: it holds the words found."""
    citations = [
        replace(one, quote=quote.text, quote_span=quote.span) if _is_around(one, quote) else one
        for one in cited.citations
    ]
    checked = [
        replace(one, quote=quote.text, quote_span=quote.span) if _is_around(one, quote) else one
        for one in cited.sentences
    ]
    return replace(cited, citations=tuple(citations), sentences=tuple(checked))


def _is_around(cited: Citation | CheckedSentence, quote: Quote) -> bool:
    span = cited.quote_span
    same = cited.source is not None and cited.source.number == quote.source.number
    return same and span is not None and span.start <= quote.span.start and quote.span.end <= span.end


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
            yield _Sentence(clean[end:start], text, hints, claim=is_claim(text) and not _HEADING.fullmatch(text))
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


def _evidence(
    sentence: _Sentence, windows: Windows, numbers: set[int], entails: Entails | None
) -> tuple[Judgement | None, list[tuple[Evidence, CitationOrigin]]]:
    """The verdict, and what to cite: the model's own numbers where these are as good as the best, else the best.

    What is carried only in part is given no number that the model did not write, unless all but a name is there.
    """
    hinted = [
        judge(sentence.text, windows, source=number, entails=entails) for number in sentence.hints if number in numbers
    ]
    if not sentence.claim:
        kept = [one for one in hinted if one.verdict is SentenceVerdict.SUPPORTED]
        return None, [(_stretch(sentence.text, one), CitationOrigin.MODEL) for one in kept]
    best = judge(sentence.text, windows, entails=entails)
    if best.verdict is SentenceVerdict.NOT_SUPPORTED:
        return best, []
    kept = [one for one in hinted if one.verdict is best.verdict]
    if kept:
        first = max(kept, key=lambda one: one.score)
        return first, [(_stretch(sentence.text, one), CitationOrigin.MODEL) for one in kept]
    return best, [(_stretch(sentence.text, best), CitationOrigin.MATCHED)] if best.score >= SUPPORTED else []


def _stretch(sentence: str, judgement: Judgement) -> Evidence:
    """Where the sentence's words stand in the window that was judged."""
    window = judgement.window
    if window is None:
        raise ValueError("nothing was held against this sentence")
    start, end = smallest(read(sentence), window.text)
    return Evidence(window.source, window.start + start, window.start + end, judgement.score)


def _checked(sentence: _Sentence, judgement: Judgement | None, start: int, end: int) -> CheckedSentence:
    if judgement is None:
        return CheckedSentence(start, end, SentenceVerdict.NOT_A_CLAIM)
    checked = CheckedSentence(start, end, judgement.verdict, judgement.reason, round(judgement.score, 4))
    if judgement.window is None:
        return checked
    evidence = _stretch(sentence.text, judgement)
    return replace(checked, source=evidence.source, quote=evidence.quote, quote_span=evidence.span)


def _copied(citation: Citation) -> CheckedSentence:
    """What was copied from a source is supported by it."""
    return CheckedSentence(
        citation.answer_start,
        citation.answer_end,
        SentenceVerdict.SUPPORTED,
        score=1.0,
        source=citation.source,
        quote=citation.quote,
        quote_span=citation.quote_span,
    )


def _citation(evidence: Evidence, origin: CitationOrigin, start: int, end: int) -> Citation:
    return Citation(
        source=evidence.source,
        answer_start=start,
        answer_end=end,
        quote=evidence.quote,
        quote_span=evidence.span,
        support=round(evidence.support, 4),
        origin=origin,
    )
