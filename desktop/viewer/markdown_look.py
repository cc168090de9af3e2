"""Markdown set by its own marks, without losing a character: headings large, marks faint, code in one width.

The text stays its source, so every offset is a position in it and every line number is right.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from desktop.theme import CODE_FAMILIES, current_colours
from desktop.tokens import SIZE_BODY
from desktop.viewer.units import Units
from rag.types import Block, BlockKind

SCALE = {1: 1.5, 2: 1.3, 3: 1.15}
"""Headings against the text; deeper ones are bold only."""

_FRAME = re.compile(r"^\s{0,3}#{1,6}\s|\s#+\s*$|^\s*(?:[-*+]|\d{1,9}[.)])\s|^\s*>+\s?|^\s*(?:`{3,}|~{3,}).*$")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])(.+?)(?<=[^\s*_])\1(?![\w*_])")
_CODE = re.compile(r"(`+)(.+?)\1")
_LINK = re.compile(r"(!?\[)([^\[\]]*)(\]\([^()\s]*(?:\s\"[^\"]*\")?\))")
_INLINE = re.compile(r"[*_`\[]")
_TABLE_RULE = re.compile(r"^[\s|:\-]+$")
_LONGEST = 4000
"""Characters; a longer line is not looked at for marks within it."""


class MarkdownLook(QSyntaxHighlighter):
    """`blocks` count in the document's text; they say what is a heading, code or a table."""

    def __init__(self, document: QTextDocument, blocks: Sequence[Block], units: Units) -> None:
        super().__init__(document)
        self._blocks = [block for block in blocks if block.kind is not BlockKind.PARAGRAPH]
        self._starts = [units.at(block.start) for block in self._blocks]
        self._ends = [units.at(block.end) for block in self._blocks]
        self._points = SIZE_BODY
        self._units = Units("")

    def use_size(self, points: float) -> None:
        """The size of the text in points."""
        if points != self._points:
            self._points = points
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        block = self._block_here()
        kind = block.kind if block is not None else BlockKind.PARAGRAPH
        if kind in (BlockKind.CODE, BlockKind.TABLE):
            self._set_fixed(text, table=kind is BlockKind.TABLE)
            return
        base = QTextCharFormat()
        if block is not None and kind is BlockKind.HEADING:
            base.setFontPointSize(self._points * SCALE.get(block.level, 1.0))
            base.setFontWeight(QFont.Weight.DemiBold)
            self.setFormat(0, self.currentBlock().length(), base)
        for mark in _FRAME.finditer(text):
            self.setFormat(mark.start(), mark.end() - mark.start(), self._quiet(base))
        if len(text) <= _LONGEST and _INLINE.search(text):
            self._set_inline(text, base)

    def _set_inline(self, text: str, base: QTextCharFormat) -> None:
        self._units = Units(text)
        strong, slanted, fixed, link = (QTextCharFormat(base) for _ in range(4))
        strong.setFontWeight(QFont.Weight.Bold)
        slanted.setFontItalic(True)
        fixed.setFontFamilies(list(CODE_FAMILIES))
        link.setForeground(QColor(current_colours().accent))
        for pattern, look in ((_STRONG, strong), (_EMPHASIS, slanted), (_CODE, fixed)):
            for found in pattern.finditer(text):
                self._set(found.span(2), look)
                for start, end in ((found.start(), found.start(2)), (found.end(2), found.end())):
                    self._set((start, end), self._quiet(base))
        for found in _LINK.finditer(text):
            self._set(found.span(2), link)
            self._set(found.span(1), self._quiet(base))
            self._set(found.span(3), self._quiet(base))

    def _set_fixed(self, text: str, *, table: bool) -> None:
        fixed = QTextCharFormat()
        fixed.setFontFamilies(list(CODE_FAMILIES))
        fixed.setFontPointSize(self._points * 0.92)
        if table and _TABLE_RULE.match(text) and "-" in text:
            fixed.setForeground(QColor(current_colours().faint))
        self.setFormat(0, self.currentBlock().length(), fixed)
        if table:
            self._units = Units(text)
            for bar in re.finditer(r"\|", text):
                self._set(bar.span(), self._quiet(fixed))

    def _set(self, span: tuple[int, int], look: QTextCharFormat) -> None:
        """A span in code points of the line."""
        start, end = self._units.at(span[0]), self._units.at(span[1])
        self.setFormat(start, end - start, look)

    def _quiet(self, base: QTextCharFormat) -> QTextCharFormat:
        made = QTextCharFormat(base)
        made.setForeground(QColor(current_colours().faint))
        return made

    def _block_here(self) -> Block | None:
        position = self.currentBlock().position()
        place = bisect_right(self._starts, position) - 1
        if place >= 0 and position < self._ends[place]:
            return self._blocks[place]
        return None
