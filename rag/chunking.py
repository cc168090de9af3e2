"""Cuts a document into passages: the pieces that are searched, given to a model, cited and shown.

    cut(pages, tokens, ...) -> Passage, Passage, ...

A passage never crosses a heading and never holds more than `limit` of the embedder's tokens, because what is over an
embedder's limit is dropped by it without a word. Inside a section, borders are chosen all at once so that passages are
of even length and end where blocks end, or else sentences; only a monster without either is cut between words.
It knows no format: blocks come from the parsers, and text that lies in no block (comments) is in no passage.

A passage is cut from the text and nothing is written into it. So where it holds rows of a table without their header,
the header row ends its path of headings: there the word index, the embedder and the model read it, and offsets hold.
A passage lies in one slide or one sheet, and in one chapter where chapters are pages.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.places import Places
from rag.ports import Tokens
from rag.sentences import sentences, trimmed
from rag.types import CELL_SEPARATOR, HEADING_SEPARATOR, Block, BlockKind, Counting, Page, Passage, Span

PASSAGE_TOKENS = 200
"""MiniLM reads 256 tokens: two are special, and about 50 are left for the title and the headings above a passage.

Share of the gold text in the first five passages (0.4 cosine + 0.6 BM25, four sets of questions with exact spans, 476
questions): 200 tokens .97 .98 .92 .59, 160 tokens .91 .99 .87 .52, 128 tokens .90 .95 .82 .52. In the first 1,000
tokens, where short passages come in greater number, the three differ by less than the sets' noise.
"""

LEAST_PASSAGE_TOKENS = 24
"""Shorter passages are no sentences any more."""

ROOM_ABOVE = 56
"""Tokens that are left for the title and the headings above a passage, and for the two special ones."""

CHARACTERS_PER_TOKEN = 8
"""No passage is longer than this times its limit: WordPiece counts any word of over 100 letters as one token."""

HEADING_LETTERS, HEADER_LETTERS = 100, 300
"""Longer headings are shortened in paths: they are prose that was set large. Headers of tables may be wider."""

BREAKS_SENTENCE, BREAKS_BLOCK = 0.5, 0.05
"""What a border inside a sentence or a block costs, against 1.0 for a passage of no length at all.

0.05 and 0.3 for blocks find the same within .01 on those sets; the smaller makes fuller passages.
"""

COARSENESS = 12
"""Units smaller than this part of a passage are joined before packing, whose time grows with units per passage."""

LONGEST_BLOCK = 20_000
"""Characters, about thirty passages. All tokens of a block are held at once: those of a log of 60 MB take 2 GB."""

RUN_PASSAGES = 64
"""Borders of so many passages are chosen at once; the first of a file of one section must not wait for the last."""

_RUNNING = (Counting.PAGES, Counting.LINES, Counting.PIECES)
"""Where a text goes on over the end of a page."""

_MARKS = re.compile(r"[*_`]{1,3}|!?\[([^\[\]]*)\]\([^()\s]*\)")
_OUTER_BARS = re.compile(r"^\|\s*(.*?)\s*\|$")
"""Of a row in Markdown. A bar at the beginning alone is that of a first column without a name."""
_SENTENCE_END = re.compile(r"[.!?:;…。！？؟।][\"'”’»)\]]*$")


def cut(
    pages: Sequence[Page], tokens: Tokens, *, limit: int = PASSAGE_TOKENS, counting: Counting = Counting.PAGES
) -> Iterator[Passage]:
    """Yield the passages in order, with id and document_id 0 and ordinals from 0.

    `limit` is in tokens, at least 8; `counting` decides which fields of `place` are set. The passages' spans do not
    overlap, and together they hold every block's text except white space.
    """
    document = _Document(pages, counting)
    ordinal = 0
    for heading, section in _sections(document):
        for units in _runs(document, section, tokens, limit):
            for start, end in _pack(_coarse(units, limit // COARSENESS), limit):
                for span in _fit(document.text, start, end, tokens, limit):
                    yield document.passage(ordinal, span, heading)
                    ordinal += 1


def passage_limit(reads: int, wanted: int = 0) -> int:
    """Most tokens of a passage for an embedder that reads so many: `wanted`, or PASSAGE_TOKENS if it is 0, or fewer."""
    return max(LEAST_PASSAGE_TOKENS, min(wanted or PASSAGE_TOKENS, reads - ROOM_ABOVE))


def heading_text(source: str) -> str:
    """A heading without its marks, on one line: '## **Rent** due' -> 'Rent due'; an empty string for only marks."""
    lines = source.strip().split("\n")
    if len(lines) > 1 and re.fullmatch(r"\s*([=\-~^\"*+#])\1{2,}\s*", lines[-1]):
        lines.pop()
    line = " ".join(" ".join(lines).split())
    line = re.sub(r"^#{1,6}\s+|\s+#+$", "", line)
    line = _MARKS.sub(lambda mark: mark[1] or "", line)
    return line if len(line) <= HEADING_LETTERS else line[: HEADING_LETTERS - 1].rstrip() + "…"


class _Document:
    """The blocks of all pages in one text, the headers of its tables, and the passages they make."""

    def __init__(self, pages: Sequence[Page], counting: Counting) -> None:
        self.places = Places(pages, counting)
        self.text = self.places.text
        self.counting = counting
        self._tables: list[_Table] = []

    def blocks(self) -> Iterator[tuple[Page, Block]]:
        """The blocks of all pages, counted in the whole text; a page without blocks is cut at blank lines.

        A table goes on over pages and sheets of one name; on one page, a blank line between two rows ends it.
        """
        before: Page | None = None
        for page, start in zip(self.places.pages, self.places.starts, strict=True):
            same_sheet = self.counting is Counting.SHEETS and before is not None and before.label == page.label
            in_table = self.counting is Counting.PAGES or same_sheet
            before = page
            last: int | None = None
            for block in page.blocks or _paragraphs(page.text):
                begin, end = trimmed(self.text, start + block.start, start + block.end)
                if begin < end:
                    in_table = in_table and (last is None or "\n\n" not in self.text[last:begin])
                    self._note_table(begin, end, block, in_table=in_table)
                    in_table, last = block.kind is BlockKind.TABLE, end
                    for part in _parted(self.text, replace(block, start=begin, end=end)):
                        yield page, part

    def passage(self, ordinal: int, span: tuple[int, int], heading: tuple[str, ...]) -> Passage:
        start, end = span
        page = self.places.page(start)
        place = self.places.place(start, end, heading)
        path = HEADING_SEPARATOR.join(self._path(page, start, heading))
        counted = self.counting in (Counting.PAGES, Counting.SLIDES, Counting.SHEETS)
        whole = Span(start, end, page.number if counted else None)
        return Passage(0, 0, ordinal, self.text[start:end], whole, path, place)

    def _path(self, page: Page, start: int, heading: tuple[str, ...]) -> Iterator[str]:
        """A sheet's name, the headings, or else the page's label; then the header of a table that began before."""
        named = self.counting is Counting.SHEETS or not (heading or self.counting is Counting.PIECES)
        if page.label and named:
            yield page.label
        yield from heading
        number = bisect_right(self._tables, start, key=lambda table: table.start) - 1
        if number >= 0 and start < self._tables[number].end:
            yield self._tables[number].header

    def _note_table(self, start: int, end: int, block: Block, *, in_table: bool) -> None:
        """Tables are noted while the blocks are read, and a section's passages come after all of its blocks."""
        if block.kind is not BlockKind.TABLE:
            return
        if block.level:
            first = self.text[start:end].split("\n", 1)[0]
            header = " ".join(_OUTER_BARS.sub(r"\1", first.strip()).split())
            if CELL_SEPARATOR in f" {header}":  # "| Price": the first column has no name
                self._tables.append(_Table(start + len(first), end, header[:HEADER_LETTERS].rstrip()))
        elif in_table and self._tables and not self.text[self._tables[-1].end : start].strip():
            self._tables[-1].end = end


@dataclass(slots=True)
class _Table:
    """Characters [start, end) of the text are the rows below `header`."""

    start: int
    end: int
    header: str


def _parted(text: str, block: Block) -> Iterator[Block]:
    """The block; a log, a dump or a table of many rows in parts that end with lines, so that passages come at once."""
    start = block.start
    while block.end - start > LONGEST_BLOCK and block.kind is not BlockKind.HEADING:
        border = text.rfind("\n", start + LONGEST_BLOCK // 2, start + LONGEST_BLOCK)
        if border < 0:
            border = _between_words(text, start, start + LONGEST_BLOCK)
        yield replace(block, start=start, end=border)
        start = trimmed(text, border, block.end)[0]
    yield replace(block, start=start)


def _paragraphs(text: str) -> Iterator[Block]:
    start = 0
    for gap in re.finditer(r"\n[^\S\n]*\n", text):
        yield Block(start, gap.start(), BlockKind.PARAGRAPH)
        start = gap.start()
    yield Block(start, len(text), BlockKind.PARAGRAPH)


def _sections(document: _Document) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """The heading path and the blocks of each section. Headings with nothing between them begin one section."""
    path: list[tuple[int, str]] = []
    section: list[Block] = []
    current: Page | None = None
    for page, block in document.blocks():
        turned = page is not current and document.counting not in _RUNNING
        current = page
        if section and (turned or _begins_section(block, section[-1])):
            yield tuple(text for _, text in path), section
            section = []
        if turned and document.counting is not Counting.CHAPTERS:
            path = []
        path = _path_at(block, path, document.text)
        section.append(block)
    if section:
        yield tuple(text for _, text in path), section


def _begins_section(block: Block, before: Block) -> bool:
    if block.kind is BlockKind.HEADING:
        return before.kind is not BlockKind.HEADING
    return block.path is not None and block.path != before.path


def _path_at(block: Block, path: list[tuple[int, str]], text: str) -> list[tuple[int, str]]:
    """The headings with their levels that a block stands under, itself included; `path` is that of the block before."""
    if block.kind is not BlockKind.HEADING:
        return path if block.path is None else list(enumerate(block.path, 1))
    path = [entry for entry in path if entry[0] < block.level]
    heading = block.path[-1] if block.path else heading_text(text[block.start : block.end])
    return [*path, (block.level, heading)] if heading else path


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is not cut any more: a sentence, a line of code, a short block. `cost` is that of a border behind it."""

    start: int
    end: int
    tokens: int
    cost: float


def _runs(document: _Document, section: Sequence[Block], tokens: Tokens, limit: int) -> Iterator[list[_Unit]]:
    """The units of a section, parted where text in no block lies between two of them, and where they are very many."""
    units: list[_Unit] = []
    held = 0
    for number, block in enumerate(section):
        if units and (held > RUN_PASSAGES * limit or document.text[units[-1].end : block.start].strip()):
            yield units
            units, held = [], 0
        following = section[number + 1] if number + 1 < len(section) else None
        found = _units(document.text, block, tokens, limit, _cost_behind(document.text, block, following))
        units.extend(found)
        held += sum(unit.tokens for unit in found)
    if units:
        yield units


def _cost_behind(text: str, block: Block, following: Block | None) -> float:
    """What a border behind this block costs: much behind a heading, or where a paragraph crosses a page break."""
    if block.kind is BlockKind.HEADING:
        return 1.0
    if following is None or block.kind is not BlockKind.PARAGRAPH or following.kind is not BlockKind.PARAGRAPH:
        return 0.0
    runs_on = text[following.start].islower() and not _SENTENCE_END.search(text[block.end - 4 : block.end])
    return BREAKS_SENTENCE if runs_on else 0.0


def _units(text: str, block: Block, tokens: Tokens, limit: int, cost_behind: float) -> list[_Unit]:
    pieces = list(_pieces(text, block, tokens, limit))
    return [
        _Unit(start, end, count, cost_behind if number == len(pieces) else cost)
        for number, (start, end, count, cost) in enumerate(pieces, 1)
    ]


def _pieces(text: str, block: Block, tokens: Tokens, limit: int) -> Iterator[tuple[int, int, int, float]]:
    """(start, end, tokens, cost of a border behind) of a block's sentences or lines, the long ones cut."""
    inside = text[block.start : block.end]
    begins = [start for start, _ in tokens.offsets(inside)]
    at = 0
    for start, end, cost in _spans(inside, block.kind, begins, limit):
        upto = bisect_right(begins, end - 1, at)
        if upto - at <= limit and end - start <= CHARACTERS_PER_TOKEN * limit:
            yield block.start + start, block.start + end, upto - at, cost
        else:
            for first, last, count in _by_tokens(inside, start, end, begins, limit):
                yield block.start + first, block.start + last, count, BREAKS_SENTENCE
        at = upto


def _by_tokens(inside: str, start: int, end: int, begins: Sequence[int], limit: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, tokens) of pieces between words, by the tokens of the whole, which need not be counted again.

    A twentieth is kept free: a piece that begins inside a word may have a few tokens more than its part of the whole.
    """
    enough = max(1, limit - max(1, limit // 20))
    while start < end:
        behind = bisect_left(begins, start) + enough
        stop = min(end, start + CHARACTERS_PER_TOKEN * limit, begins[behind] if behind < len(begins) else end)
        if stop < end:
            stop = _between_words(inside, start, stop)
        first, last = trimmed(inside, start, stop)
        if first < last:
            yield first, last, bisect_left(begins, last) - bisect_left(begins, first)
        start = stop


def _spans(inside: str, kind: BlockKind, begins: Sequence[int], limit: int) -> Iterator[tuple[int, int, float]]:
    """A block's lines or sentences, with the cost of a border behind; of a sentence over the limit, its lines."""
    if kind in (BlockKind.CODE, BlockKind.TABLE):
        yield from ((start, end, BREAKS_BLOCK) for start, end in _lines(inside))
        return
    for start, end in sentences(inside):
        if bisect_right(begins, end - 1) - bisect_left(begins, start) <= limit:
            yield start, end, BREAKS_BLOCK
        else:
            for first, last in _lines(inside[start:end]):
                yield start + first, start + last, BREAKS_SENTENCE


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for line in re.finditer(r"[^\n]+", text):
        start, end = trimmed(text, line.start(), line.end())
        if start < end:
            yield start, end


def _coarse(units: Sequence[_Unit], enough: int) -> list[_Unit]:
    """The units, with those of fewer than `enough` tokens joined to the next."""
    joined: list[_Unit] = []
    for unit in units:
        last = joined[-1] if joined else None
        if last is not None and last.tokens + unit.tokens <= enough:
            joined[-1] = _Unit(last.start, unit.end, last.tokens + unit.tokens, unit.cost)
        else:
            joined.append(unit)
    return joined


def _pack(units: Sequence[_Unit], limit: int) -> Iterator[tuple[int, int]]:
    """Join neighbours to passages of at most `limit`, at the least sum of costs.

    A passage costs the square of the share of the limit it leaves empty, and what the border behind it costs. The
    best way to pack the first n units is found from the best ways to pack fewer of them, so it takes n steps times
    the units that fit into one passage.
    """
    best: list[float] = [0.0]
    came_from: list[int] = [0]
    for last, unit in enumerate(units):
        cheapest, origin, held = float("inf"), last, 0
        for first in range(last, -1, -1):
            held += units[first].tokens
            too_long = held > limit or unit.end - units[first].start > CHARACTERS_PER_TOKEN * limit
            if too_long and first < last:
                break
            cost = best[first] + (1 - min(1.0, held / limit)) ** 2 + unit.cost
            if cost < cheapest:
                cheapest, origin = cost, first
        best.append(cheapest)
        came_from.append(origin)
    borders = [len(units)]
    while borders[-1] > 0:
        borders.append(came_from[borders[-1]])
    borders.reverse()
    for first, last in itertools.pairwise(borders):
        yield units[first].start, units[last - 1].end


def _fit(text: str, start: int, end: int, tokens: Tokens, limit: int) -> Iterator[tuple[int, int]]:
    """The span itself if it fits, else pieces that do: cut before a token, between words where there are any.

    The counts of parts need not add up to that of the whole in every tokenizer, so each piece is counted again.
    """
    widest = CHARACTERS_PER_TOKEN * limit
    while start < end:
        stop = min(end, start + widest)
        found = tokens.offsets(text[start:stop])
        while len(found) > limit or (stop < end and stop - start == widest):
            at = start + found[limit][0] if len(found) > limit else stop
            stop = _between_words(text, start, min(at, stop - 1))
            found = tokens.offsets(text[start:stop])
        piece = trimmed(text, start, stop)
        if piece[0] < piece[1]:
            yield piece
        start = stop


def _between_words(text: str, start: int, stop: int) -> int:
    """The last border between words in the second half before `stop`, or `stop` where there is none."""
    stop = max(stop, start + 1)
    half = start + (stop - start) // 2
    for position in range(stop, half, -1):
        if text[position - 1].isspace() or text[position].isspace():
            return position
    return stop
