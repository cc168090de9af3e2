"""The page one writes on: line numbers and one-width letters for code, the book face for prose.

It edits a QTextDocument that it is given, so each draft keeps its own undo history while others are shown.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.drafting.languages import is_code
from desktop.theme import code_font, current_colours, reading_font
from desktop.tokens import SIZE_BODY, SIZE_READING, XL, M, S

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

_INDENT = "    "
"""Four spaces, as most style guides of the offered languages have it."""


class DraftEditor(QPlainTextEdit):
    """`show_document` changes what is edited, `use_language` how it looks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = False
        self._numbers = LineNumbers(self)
        self.setAccessibleName("Text of the draft")
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._follow_scrolling)
        self.cursorPositionChanged.connect(self._numbers.update)
        self.use_language("markdown")

    def show_document(self, document: QTextDocument, language: str) -> None:
        """Edit `document`, which must have a QPlainTextDocumentLayout."""
        self.setDocument(document)
        self.use_language(language)

    def use_language(self, language: str) -> None:
        self._code = is_code(language)
        font = code_font(SIZE_BODY) if self._code else reading_font(SIZE_READING)
        families = ", ".join(f'"{family}"' for family in font.families())
        self.setStyleSheet(f"QPlainTextEdit {{ font-family: {families}; font-size: {font.pointSizeF()}pt; }}")
        self.document().setDefaultFont(font)
        self.document().setDocumentMargin(S if self._code else XL)
        wrap = QTextOption.WrapMode.NoWrap if self._code else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        self.setWordWrapMode(wrap)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * len(_INDENT))
        self._numbers.setVisible(self._code)
        self._make_room()

    def number_width(self) -> int:
        """Pixels that the line numbers take; 0 for prose."""
        digits = len(str(max(self.blockCount(), 99)))
        return self.fontMetrics().horizontalAdvance("9") * digits + 2 * M if self._code else 0

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Draw the numbers of the lines in view."""
        colours = current_colours()
        painter = QPainter(self._numbers)
        painter.fillRect(event.rect(), QColor(colours.sunken))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        here = self.textCursor().blockNumber()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            painter.setPen(QColor(colours.text if block.blockNumber() == here else colours.muted))
            place = QRect(0, round(top), self._numbers.width() - M, round(height))
            painter.drawText(place, int(_RIGHT), str(block.blockNumber() + 1))
            top += height
            block = block.next()
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_numbers()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._code and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._break_line()
        elif self._code and event.key() == Qt.Key.Key_Tab and not event.modifiers():
            self._indent()
        elif self._code and event.key() == Qt.Key.Key_Backtab:
            self._outdent()
        else:
            super().keyPressEvent(event)

    def _break_line(self) -> None:
        """A new line with the indentation of this one; deeper after an opening."""
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()]
        margin = line[: len(line) - len(line.lstrip())]
        deeper = _INDENT if line.rstrip().endswith((":", "{", "(", "[")) else ""
        cursor.insertText("\n" + margin + deeper)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _indent(self) -> None:
        cursor = self.textCursor()
        if not cursor.hasSelection():
            cursor.insertText(_INDENT)
            return
        cursor.beginEditBlock()
        for block_cursor in self._lines_of(cursor):
            block_cursor.insertText(_INDENT)
        cursor.endEditBlock()

    def _outdent(self) -> None:
        cursor = self.textCursor()
        cursor.beginEditBlock()
        for block_cursor in self._lines_of(cursor):
            text = block_cursor.block().text()
            surplus = min(len(text) - len(text.lstrip(" ")), len(_INDENT))
            for _ in range(surplus):
                block_cursor.deleteChar()
        cursor.endEditBlock()

    def _lines_of(self, cursor: QTextCursor) -> list[QTextCursor]:
        """A cursor at the start of each line that the selection touches."""
        block = self.document().findBlock(cursor.selectionStart())
        last = self.document().findBlock(max(cursor.selectionEnd() - 1, cursor.selectionStart()))
        cursors = [QTextCursor(block)]
        while block != last:
            block = block.next()
            cursors.append(QTextCursor(block))
        return cursors

    @Slot()
    def _make_room(self) -> None:
        self.setViewportMargins(self.number_width(), 0, 0, 0)
        self._place_numbers()

    def _place_numbers(self) -> None:
        area = self.contentsRect()
        self._numbers.setGeometry(area.left(), area.top(), self.number_width(), area.height())

    @Slot(QRect, int)
    def _follow_scrolling(self, rect: QRect, dy: int) -> None:
        if dy:
            self._numbers.scroll(0, dy)
        else:
            self._numbers.update(0, rect.y(), self._numbers.width(), rect.height())


class LineNumbers(QWidget):
    """The strip at the left; the editor paints it."""

    def __init__(self, editor: DraftEditor) -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.number_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_numbers(event)
