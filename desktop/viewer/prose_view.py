"""Stored text of documents that have a layout of their own: HTML, office files, and the text of PDF pages.

Headings, lists and tables are set as what they are. What is shown is the stored text; where its characters stand is
written down while it is laid out, so a mark needs no search. Tables are real ones, and a cited cell is marked whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextOption,
    QTextTableFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from desktop.theme import CODE_FAMILIES, current_colours, reading_font
from desktop.tokens import SIZE_BODY, SIZE_SMALL, M, S
from desktop.viewer.context import Range, Shown
from desktop.viewer.text_marks import Segment, cursors_over, marks
from desktop.viewer.units import Units, unit_for_unit
from rag.types import Block, BlockKind

SCALE = {1: 1.5, 2: 1.3, 3: 1.15}
CELL = " | "
"""What the parsers put between the cells of a row."""

LINE_HEIGHT = 118
"""Per cent of the letters' own; long text is read with air between its lines."""

WIDEST = 780
"""Pixels of a line, about 100 letters."""

BAR = 3
"""Pixels of the bar beside the passage."""

_MOST_COLUMNS = 40
"""A row of more cells is shown as a line: Qt would lay it out for seconds."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text that is one thing: a block, a row, or what lies in no block."""

    start: int
    end: int
    kind: BlockKind
    level: int = 0


class ProseView(QTextEdit):
    """Read only; its text can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Shown("", 0)
        self._units = Units("")
        self._segments: list[Segment] = []
        self._labels: list[tuple[int, str]] = []
        self._size = 1.0
        self._at_quote = True
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setCornerWidget(QWidget(self))
        self.verticalScrollBar().actionTriggered.connect(self._leave_quote)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("kind", "bare")
        self.setWordWrapMode(QTextOption.WrapMode.WordWrap)
        self.setAccessibleName("Text of the source, with the quote marked")

    def show_text(self, shown: Shown) -> None:
        """Stand at the quote."""
        self._shown, self._units = shown, Units(shown.text)
        self._write()
        self.aim()

    def zoom_to(self, size: float) -> None:
        """1.0 is the usual size of the letters."""
        self._size = size
        self._write()
        self.aim()

    def aim(self) -> None:
        """Scroll to the quote, a quarter of the view above it; and again at a new size, until the user scrolls."""
        self._at_quote = True
        mark = self._shown.mark
        for _, cursor in cursors_over(self.document(), mark or (0, 0), self._segments, self._units):
            cursor.setPosition(cursor.selectionStart())
            self.setTextCursor(cursor)
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + round(self.cursorRect(cursor).top() - self.viewport().height() / 4))
            return

    @property
    def quoted(self) -> list[str]:
        """What is marked as the quote, part by part."""
        if self._shown.quote is None:
            return []
        found = cursors_over(self.document(), self._shown.quote, self._segments, self._units)
        return [cursor.selectedText() for _, cursor in found]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines stay short enough to be read, in however wide a window."""
        aside = max(0, (self.contentsRect().width() - WIDEST) // 2)
        self.setViewportMargins(aside, 0, aside, 0)
        super().resizeEvent(event)
        if self._at_quote:
            self.aim()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._shown.text:
            held = self.verticalScrollBar().value()
            self._write()
            self.verticalScrollBar().setValue(held)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Beside the passage stands a bar, and a stronger one beside the paragraphs of the quote."""
        super().paintEvent(event)
        colours = current_colours()
        painter = QPainter(self.viewport())
        painter.fillRect(self._bar(self._shown.passage), QColor(colours.border))
        painter.fillRect(self._bar(self._shown.quote), QColor(colours.footnote))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the zoom is not this view's own
        else:
            self._at_quote = False
            super().wheelEvent(event)

    def _leave_quote(self, _action: int) -> None:
        self._at_quote = False

    def _write(self) -> None:
        self._segments = []
        font = reading_font(SIZE_BODY * self._size)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.document().setDocumentMargin(M)
        self.setUpdatesEnabled(False)
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        self._labels = list(self._shown.pages) if self._shown.banded or len(self._shown.pages) > 1 else []
        for together, parts in groupby(_parts(self._shown), key=lambda part: part.kind is BlockKind.TABLE):
            if together:
                self._write_table(cursor, list(parts))
            else:
                for part in parts:
                    self._write_part(cursor, part)
        cursor.endEditBlock()
        self.setUpdatesEnabled(True)
        self._mark()

    def _write_part(self, cursor: QTextCursor, part: Part) -> None:
        self._write_label(cursor, part.start)
        look = QTextCharFormat()
        place = QTextBlockFormat()
        place.setBottomMargin(S)
        place.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if part.kind is BlockKind.HEADING:
            look.setFontPointSize(SIZE_BODY * self._size * SCALE.get(part.level, 1.0))
            look.setFontWeight(QFont.Weight.DemiBold)
            place.setTopMargin(S)
            place.setHeadingLevel(part.level)
        elif part.kind is BlockKind.LIST_ITEM:
            place.setLeftMargin(2 * M)
            place.setTextIndent(-M)
            place.setBottomMargin(S / 2)
        elif part.kind is BlockKind.CODE:
            look.setFontFamilies(list(CODE_FAMILIES))
            look.setFontPointSize(SIZE_BODY * self._size * 0.92)
            place.setBackground(QColor(current_colours().sunken))
        _begin_block(cursor, place, look)
        self._segments.append(Segment(part.start, part.end, cursor.position()))
        cursor.insertText(self._line(part.start, part.end))

    def _write_table(self, cursor: QTextCursor, rows: list[Part]) -> None:
        """Cells are filled in reading order, so a place that was written down stays where it is."""
        cells = [list(_cells(self._shown.text, row)) for row in rows]
        columns = max(map(len, cells))
        if not 2 <= columns <= _MOST_COLUMNS:
            for row in rows:
                self._write_part(cursor, Part(row.start, row.end, BlockKind.PARAGRAPH))
            return
        self._write_label(cursor, rows[0].start)
        _begin_block(cursor, QTextBlockFormat(), QTextCharFormat())
        table = cursor.insertTable(len(rows), columns, _table_look())
        for number, places in enumerate(cells):
            for column, (start, end) in enumerate(places):
                cell = table.cellAt(number, column)
                if self._is_quoted_whole(start, end):
                    look = cell.format()
                    look.setBackground(QColor(current_colours().quote))
                    cell.setFormat(look)
                inside = cell.firstCursorPosition()
                self._segments.append(Segment(start, end, inside.position()))
                inside.insertText(self._line(start, end))
        cursor.movePosition(QTextCursor.MoveOperation.End)

    def _write_label(self, cursor: QTextCursor, start: int) -> None:
        """The name of what begins here: a page's number at the right, a slide's or chapter's as a band across."""
        colours = current_colours()
        while self._labels and self._labels[0][0] <= start:
            _, name = self._labels.pop(0)
            look = QTextCharFormat()
            look.setForeground(QColor(colours.muted))
            look.setFontPointSize(SIZE_SMALL * self._size)
            place = QTextBlockFormat()
            place.setTopMargin(M)
            if self._shown.banded:
                look.setFontWeight(QFont.Weight.DemiBold)
                place.setBackground(QColor(colours.sunken))
                place.setBottomMargin(S)
            else:
                place.setAlignment(Qt.AlignmentFlag.AlignRight)
            _begin_block(cursor, place, look)
            cursor.insertText(unit_for_unit(name))

    def _line(self, start: int, end: int) -> str:
        """The text as one paragraph of Qt's: its line breaks do not end it."""
        return unit_for_unit(self._shown.text[start:end]).replace("\n", "\u2028")

    def _is_quoted_whole(self, start: int, end: int) -> bool:
        quote = self._shown.quote
        return quote is not None and start < end and quote[0] <= start and end <= quote[1]

    def _mark(self) -> None:
        self.setExtraSelections(marks(self.document(), self._shown, self._segments, self._units))
        self.viewport().update()

    def _bar(self, range_: Range | None) -> QRectF:
        """The height of what holds the range, as a bar at the left of the viewport."""
        spots = (
            [] if range_ is None else [c for _, c in cursors_over(self.document(), range_, self._segments, self._units)]
        )
        if not spots:
            return QRectF()
        layout = self.document().documentLayout()
        first, last = (self.document().findBlock(spot.selectionStart()) for spot in (spots[0], spots[-1]))
        top, bottom = layout.blockBoundingRect(first).top(), layout.blockBoundingRect(last).bottom()
        return QRectF(2, top - self.verticalScrollBar().value(), BAR, bottom - top)


def _parts(shown: Shown) -> Iterator[Part]:
    """The blocks in order, tables row by row, and between them what lies in no block."""
    at = 0
    for block in sorted(shown.blocks, key=lambda block: block.start):
        if block.start < at:
            continue
        yield from _loose(shown.text, at, block.start)
        if block.kind is BlockKind.TABLE:
            yield from _rows(shown.text, block)
        else:
            yield Part(block.start, block.end, block.kind, block.level)
        at = block.end
    yield from _loose(shown.text, at, len(shown.text))


def _loose(text: str, start: int, end: int) -> Iterator[Part]:
    for found in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text[start:end]):
        yield Part(start + found.start(), start + found.end(), BlockKind.PARAGRAPH)


def _rows(text: str, block: Block) -> Iterator[Part]:
    for row in re.finditer(r"[^\n]+", text[block.start : block.end]):
        yield Part(block.start + row.start(), block.start + row.end(), BlockKind.TABLE)


def _cells(text: str, row: Part) -> Iterator[tuple[int, int]]:
    start = row.start
    while (end := text.find(CELL, start, row.end)) >= 0:
        yield start, end
        start = end + len(CELL)
    yield start, row.end


def _begin_block(cursor: QTextCursor, place: QTextBlockFormat, look: QTextCharFormat) -> None:
    """A new paragraph, or the empty one that the document, or a table, begins or ends with."""
    if cursor.block().length() > 1:
        cursor.insertBlock(place, look)
    else:
        cursor.setBlockFormat(place)
        cursor.setBlockCharFormat(look)
        cursor.setCharFormat(look)


def _table_look() -> QTextTableFormat:
    look = QTextTableFormat()
    look.setBorder(1)
    look.setBorderBrush(QColor(current_colours().border))
    look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    look.setBorderCollapse(True)
    look.setCellPadding(S / 2)
    look.setTopMargin(S)
    look.setBottomMargin(S)
    return look
