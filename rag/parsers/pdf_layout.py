"""From the lines of a PDF page to its text, blocks and boxes.

A PDF holds no paragraphs: they are guessed from gaps, indents, font sizes and the words at line ends. A wrong guess
moves a passage border, never an offset: text and boxes are written by the same hand. Page numbers and running heads
are left out after their first appearance, so that a sentence can run on across a page break.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.parsers.pdf_lines import Line
from rag.types import Block, BlockKind, Page, TextBox

CELL = " | "
CELL_GAP = 3.0
"""Words further apart than this many font sizes are cells of a table; justified text stays under 2."""

PARAGRAPH_GAP = 1.3
"""A line further below its neighbour than this many usual distances begins a paragraph."""

HEADING_SIZE = 1.15
"""Headings are set at least this much larger than the body; 10 on 11.5 points is the least that is common."""

HEADING_LENGTH = 200
MARGIN = 0.12
"""Running heads stand in this share of the page's height, at its top and bottom."""

_ITEM = re.compile(r"(?:[-*+•‣▪▫◦●○■□·–►➢✓\uf0b7]|\d{1,3}[.)]|\(\d{1,2}\)|\(?[a-zA-Z]\)|\(?[ivx]{1,5}\))(?:\s|$)")
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_SENTENCE_END = re.compile(r"[.!?:;…。！？；：][\"'”’»)\]]*$")
_WIDE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document, learned from some of its pages."""

    body_size: float = 0.0
    body_bold: bool = False
    heading_sizes: tuple[float, ...] = ()
    running: frozenset[str] = frozenset()

    def level(self, size: float, *, bold: bool, text: str) -> int:
        """A heading's level, 0 for what is no heading."""
        larger = size >= HEADING_SIZE * self.body_size
        if not larger and not (bold and not self.body_bold and size >= 0.95 * self.body_size):
            return 0
        if numbered := _NUMBER.match(text):
            return min(6, 1 + numbered[1].count("."))
        rank = sum(1 for other in self.heading_sizes if other > size)
        return min(6, rank + 1 if larger else len(self.heading_sizes) + 1)


def learn_style(pages: Sequence[tuple[Sequence[Line], float]]) -> Style:
    """The style of a document from the lines and heights (points) of some of its pages."""
    letters: Counter[tuple[float, bool]] = Counter()
    heads: Counter[str] = Counter()
    for lines, height in pages:
        for line in lines:
            letters[line.size, line.bold] += len(line.text)
        heads.update({_running_key(line) for line in lines if _in_margin(line, height)})
    if not letters:
        return Style()
    sizes: Counter[float] = Counter()
    for (size, _), count in letters.items():
        sizes[size] += count
    body = sizes.most_common(1)[0][0]
    bold = letters[body, True] > letters[body, False]
    headings = tuple(sorted((size for size in sizes if size >= HEADING_SIZE * body), reverse=True))
    often = max(3, 0.4 * len(pages))  # left and right pages may have heads of their own
    return Style(body, bold, headings, frozenset(key for key, count in heads.items() if count >= often))


def lay_out(number: int, lines: Sequence[Line], size: tuple[float, float], style: Style, seen: set[str]) -> Page:
    """The page of these lines. `seen` holds the running heads shown so far; new ones are added to it."""
    kept = [line for line in lines if not _repeats(line, size[1], style, seen)]
    writer = _Writer()
    for group in _groups(kept):
        writer.write(group, style)
    return Page(number, "".join(writer.parts), tuple(writer.blocks), tuple(writer.boxes), *size)


def _in_margin(line: Line, height: float) -> bool:
    return line.bottom <= MARGIN * height or line.top >= (1 - MARGIN) * height


def _running_key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _repeats(line: Line, height: float, style: Style, seen: set[str]) -> bool:
    key = _running_key(line)
    if key not in style.running or not _in_margin(line, height):
        return False
    first_time = key not in seen
    seen.add(key)
    return not first_time


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that belong to one block."""
    pitches = [after.top - before.top for before, after in itertools.pairwise(lines)]
    usual = [p for p, line in zip(pitches, lines, strict=False) if 0.7 * line.size < p < 3 * line.size]
    pitch = sorted(usual)[len(usual) // 4] if usual else 0.0  # on a page of short paragraphs half of them are gaps
    group: list[Line] = []
    for line in lines:
        if group and _starts_block(group, line, pitch):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _starts_block(group: Sequence[Line], line: Line, pitch: float) -> bool:
    before = group[-1]
    down = line.top - before.top
    if _same_row(before, line):
        return False
    if abs(line.size - before.size) > 0.12 * max(line.size, before.size) or _ITEM.match(line.text):
        return True
    if line.bold != before.bold and not before.hyphenated and len(group) == 1:
        return True
    if down <= 0 or down > 3 * max(pitch, line.size):  # the next column, or far below
        return not _runs_on(before, line)
    if pitch and down > PARAGRAPH_GAP * pitch and down > PARAGRAPH_GAP * 1.1 * line.size:
        return True
    indented = line.left - min(other.left for other in group) > line.size and line.left - before.left > line.size
    return indented and bool(_SENTENCE_END.search(before.text))


def _same_row(before: Line, line: Line) -> bool:
    """Whether PDFium gave two pieces of one row as two lines: cells of a table, a number and its heading."""
    return abs(line.bottom - before.bottom) < 0.3 * line.size and line.left >= before.right - 1


def _gap(line: Line, number: int) -> bool:
    """Whether the word of that number begins a cell of its own."""
    return line.words[number].left - line.words[number - 1].right > CELL_GAP * line.size


def _has_cells(line: Line) -> bool:
    return any(_gap(line, number) for number in range(1, len(line.words)))


def _runs_on(before: Line, line: Line) -> bool:
    """Whether a sentence goes on from the foot of one column to the head of the next."""
    return before.hyphenated or (line.text[0].islower() and not _SENTENCE_END.search(before.text))


@dataclass(slots=True)
class _Writer:
    """Writes blocks one after another, and knows at which character it is."""

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    boxes: list[TextBox] = field(default_factory=list)
    length: int = 0

    def write(self, lines: Sequence[Line], style: Style) -> None:
        kind, level = _kind(lines, style)
        if self.blocks:
            together = kind is BlockKind.LIST_ITEM and self.blocks[-1].kind is kind
            self._append("\n" if together else "\n\n")
        start = self.length
        width = max(line.right for line in lines)
        for number, line in enumerate(lines):
            if number:
                before = lines[number - 1]
                after_row = _has_cells(before) or (number > 1 and _same_row(lines[number - 2], before))
                self._append(_joint(before, line, width, after_row=after_row, heading=level > 0))
            self._write_words(line)
        self.blocks.append(Block(start, self.length, kind, level))

    def _write_words(self, line: Line) -> None:
        for number, word in enumerate(line.words):
            if number:
                self._append(CELL if _gap(line, number) else " ")
            box = TextBox(self.length, self.length + len(word.text), word.left, word.top, word.right, word.bottom)
            self._append(word.text)
            self.boxes.append(box)

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def _joint(before: Line, line: Line, width: float, *, after_row: bool, heading: bool) -> str:
    """What stands between two lines of a block: a line break only where the margin did not make it."""
    if before.hyphenated:
        return "" if line.text[0].islower() else "-"
    if _same_row(before, line):
        return CELL if line.left - before.right > line.size else " "
    if _WIDE.match(before.text[-1]) and _WIDE.match(line.text[0]):
        return ""
    if after_row:
        return "\n"
    broken_early = before.right < width - max(0.15 * (width - before.left), 2 * before.size)
    return "\n" if broken_early and not heading and not line.text[0].islower() else " "


def _kind(lines: Sequence[Line], style: Style) -> tuple[BlockKind, int]:
    text = " ".join(line.text for line in lines)
    if _ITEM.match(text) and not _NUMBER.match(text):
        return BlockKind.LIST_ITEM, 0
    rows = sum(1 for before, line in itertools.pairwise(lines) if _same_row(before, line)) + sum(map(_has_cells, lines))
    short = len(lines) <= 3 and len(text) <= HEADING_LENGTH and any(character.isalpha() for character in text)
    if short and not re.search(r"[.,;:]$", text) and (not rows or _NUMBER.match(text)):
        size = statistics.median(line.size for line in lines)
        level = style.level(size, bold=all(line.bold for line in lines), text=text)
        if level:
            return BlockKind.HEADING, level
    if rows > len(lines) / 3:
        return BlockKind.TABLE, 0
    return (BlockKind.LIST_ITEM if _ITEM.match(text) else BlockKind.PARAGRAPH), 0
