"""What one cell says, in full: its name and its text, with the quote marked in it. As above a spreadsheet's cells."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from desktop.controls import label, row
from desktop.theme import reading_font
from desktop.tokens import SIZE_BODY, XS, S
from desktop.viewer.cells import ShownCells, part_in
from desktop.viewer.context import Shown
from desktop.viewer.text_marks import Segment, marks
from desktop.viewer.units import Units, unit_for_unit
from rag.grid import cell_name

MOST_LINES = 4
"""More are scrolled."""

NAME_WIDTH = 40
"""Pixels: B1250 in small letters; a longer name takes what it needs."""

MEASURED = 1000
"""Characters: more than four lines hold in any window."""

SCROLL_BAR = 12
"""Pixels."""


class CellLine(QFrame):
    """Read only; its text can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._shown = Shown("", 0)
        self._name = label("", "small")
        self._name.setMinimumWidth(NAME_WIDTH)
        self._name.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setProperty("kind", "bare")
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setFont(reading_font(SIZE_BODY))
        self._text.document().setDocumentMargin(0)
        self._text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setAccessibleName("The chosen cell's text")
        stack = row(self, gap=S)
        stack.setContentsMargins(S, XS, S, XS)
        stack.addWidget(self._name)
        stack.addWidget(self._text, 1)
        self._fit()

    @property
    def name(self) -> str:
        return self._name.text()

    @property
    def text(self) -> str:
        return self._text.toPlainText()

    @property
    def marks(self) -> list[QTextEdit.ExtraSelection]:
        return self._text.extraSelections()

    @property
    def sees_quote(self) -> bool:
        """Whether the first of the marked words is in sight."""
        inside = self._text.viewport().rect()
        return any(inside.intersects(self._text.cursorRect(_begin(mark.cursor))) for mark in self.marks)

    def show_cell(self, shown: ShownCells, row: int, place: int) -> None:
        """The cell in that row and column, from 1; a row of 0 shows none."""
        cell = shown.grid.range_at(row, place)
        text = shown.grid.text[cell[0] : cell[1]]
        self._shown = Shown(text, 0, quote=part_in(shown.quote, cell), found=part_in(shown.found, cell))
        self._name.setText(cell_name(row, place) if row > 0 else "")
        self._text.setPlainText(unit_for_unit(text))
        self._mark()
        self._fit()
        self._aim()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._mark()

    def _mark(self) -> None:
        segments = [Segment(0, len(self._shown.text), 0)]
        self._text.setExtraSelections(marks(self._text.document(), self._shown, segments, Units(self._shown.text)))

    def _aim(self) -> None:
        """The quote's part of a long text is seen."""
        cursor = QTextCursor(self._text.document())
        start, end = self._shown.quote or (0, 0)
        for place in (end, start):
            cursor.setPosition(Units(self._shown.text).at(place))
            self._text.setTextCursor(cursor)
            self._text.ensureCursorVisible()

    def _fit(self) -> None:
        """As high as its text, up to four lines."""
        metrics = QFontMetricsF(self._text.font())
        room = max(NAME_WIDTH, self.contentsRect().width() - self._name.sizeHint().width() - 3 * S - SCROLL_BAR)
        how = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
        needed = metrics.boundingRect(QRectF(0, 0, room, 1), int(how), self._shown.text[:MEASURED]).height()
        needed_lines = max(1, round(needed / metrics.lineSpacing()))
        lines = min(needed_lines, MOST_LINES)
        policy = Qt.ScrollBarPolicy
        self._text.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if needed_lines > MOST_LINES else policy.ScrollBarAlwaysOff
        )
        self._text.setFixedHeight(round(lines * metrics.lineSpacing()) + 2)


def _begin(chosen: QTextCursor) -> QTextCursor:
    cursor = QTextCursor(chosen)
    cursor.setPosition(chosen.selectionStart())
    return cursor
