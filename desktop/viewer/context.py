"""The stored text around a source, with the passage and the quote told by their offsets. Never by searching.

A highlight stands only where the document's text at the stored span is the stored text, letter for letter: a wrong
one is worse than none. It asks nobody for the text; desktop.viewer.examine fetches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.viewer.reference import Reference
from rag.types import PAGE_BREAK, Block, Excerpt, Place, Source, Span

AROUND = 12_000
"""Characters shown on each side of a passage, about four pages: laying out more at once holds the window up (QTextEdit
takes 1 ms for 1,000 characters with blocks and tables)."""

Range = tuple[int, int]
"""Characters [first, second) of the shown text."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A text to show. `start` is where it begins in the document's; everything else counts in `text`.

    `pages` are (character, name of the page that begins there); `banded`: they are slides, chapters or messages, whose
    names are titles; else numbers of pages. `first_line` is the number of the first line, 0
    where lines are not counted. `more_before` and `more_after`: the document goes on there.
    """

    text: str
    start: int
    blocks: tuple[Block, ...] = ()
    pages: tuple[tuple[int, str], ...] = ()
    banded: bool = False
    passage: Range | None = None
    quote: Range | None = None
    found: Range | None = None
    first_line: int = 0
    more_before: bool = False
    more_after: bool = False

    @property
    def text_around(self) -> int:
        """The most characters on one side of the passage."""
        start, end = self.passage or (0, len(self.text))
        return max(start, len(self.text) - end)

    @property
    def mark(self) -> Range | None:
        """What the view is scrolled to: the quote, or the passage where nothing in particular is meant."""
        return self.quote or self.passage


def window(source: Source, *, around: int = AROUND) -> Span:
    """Which characters of the document to fetch for a source."""
    return Span(max(0, source.span.start - around), source.span.end + around)


def passage_alone(reference: Reference) -> Shown:
    """The passage as it was kept with the answer: all that is left of a document that has gone."""
    source = reference.source
    whole = Shown(source.text, source.span.start, passage=(0, len(source.text)), first_line=_line(source))
    return _with_quote(whole, reference)


def in_context(reference: Reference, pieces: Sequence[Excerpt], asked: Span) -> Shown | None:
    """The passage within `pieces`, the document's text at `asked`; None if the text there is not the passage's."""
    if not pieces:
        return None
    source = reference.source
    text = PAGE_BREAK.join(piece.text for piece in pieces)
    start = pieces[0].start
    begin, end = source.span.start - start, source.span.end - start
    if begin < 0 or text[begin:end] != source.text:
        return None
    blocks = tuple(
        replace(block, start=block.start + piece.start - start, end=block.end + piece.start - start)
        for piece in pieces
        for block in piece.blocks
    )
    last = pieces[-1]
    shown = Shown(
        text,
        start,
        blocks,
        tuple((piece.start - start, name) for piece in pieces if (name := _name(piece, source.place))),
        banded=source.place.page is None,
        passage=(begin, end),
        first_line=max(0, _line(source) - text.count("\n", 0, begin)),
        more_before=asked.start > 0,
        more_after=asked.end <= last.start + len(last.text),
    )
    return _with_quote(_from_line_start(shown), reference)


def quote_range(reference: Reference, text: str, start: int) -> Range | None:
    """The quote's characters in `text`, which begins at `start` of the document's; None if it is not there."""
    return _checked(text, start, reference.span, reference.quote) if reference.quote else None


def found_range(reference: Reference, quote: Range | None, start: int) -> Range | None:
    """The found words' characters in a text that begins at `start`; None unless they lie in its `quote`."""
    if quote is None or reference.found is None:
        return None
    first, last = reference.found.start - start, reference.found.end - start
    return (first, last) if quote[0] <= first < last <= quote[1] else None


def _with_quote(shown: Shown, reference: Reference) -> Shown:
    quote = quote_range(reference, shown.text, shown.start)
    return replace(shown, quote=quote, found=found_range(reference, quote, shown.start))


def _checked(text: str, start: int, span: Span | None, wanted: str) -> Range | None:
    if span is None:
        return None
    first, last = span.start - start, span.end - start
    return (first, last) if first >= 0 and text[first:last] == wanted else None


def _from_line_start(shown: Shown) -> Shown:
    """Without the rest of a line that was cut, if another begins before the passage."""
    border = shown.text.find("\n") + 1
    if not shown.more_before or shown.passage is None or not 0 < border <= shown.passage[0]:
        return shown

    def moved(range_: Range) -> Range:
        return range_[0] - border, range_[1] - border

    kept = (block for block in shown.blocks if block.end > border)
    return replace(
        shown,
        text=shown.text[border:],
        start=shown.start + border,
        blocks=tuple(replace(b, start=max(0, b.start - border), end=b.end - border) for b in kept),
        pages=tuple((max(0, at - border), name) for at, name in shown.pages),
        passage=moved(shown.passage),
        first_line=shown.first_line + 1 if shown.first_line else 0,
    )


def _name(piece: Excerpt, place: Place) -> str:
    """What stands above a page's text; empty where its format has no pages and it was given no name."""
    if place.page is not None:
        return f"page {piece.page}"
    if place.slide is not None:
        return f"Slide {piece.page}" + (f" · {piece.label}" if piece.label else "")
    return piece.label[:1].upper() + piece.label[1:]


def _line(source: Source) -> int:
    return source.place.lines[0] if source.place.lines else 0
