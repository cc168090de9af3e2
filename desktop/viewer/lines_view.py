"""Text whose lines count: code in one width, plain text and Markdown as they are written, with their line numbers.

What is shown is the file's own text, character by character, so offsets are positions and a line number is that of
any editor. Markdown keeps its marks and is set by them; code has its colours.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from desktop.code_colours import code_format
from desktop.drafting.highlighter import CodeHighlighter
from desktop.theme import code_font, current_colours, reading_font
from desktop.tokens import SIZE_BODY, SIZE_SMALL, S
from desktop.viewer.context import Range, Shown
from desktop.viewer.markdown_look import MarkdownLook
from desktop.viewer.text_marks import Segment, marks
from desktop.viewer.units import Units, unit_for_unit
from rag.parsers.formats import MARKDOWN, MARKUP, TEXT

BAR = 3
"""Pixels of the bar beside the passage's lines."""


class LinesView(QPlainTextEdit):
    """Read only; its text can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Shown("", 0)
        self._units = Units("")
        self._size = 1.0
        self._at_quote = True
        self._code = False
        self._code_look: CodeHighlighter | None = None
        self._markdown_look: MarkdownLook | None = None
        self._numbers = _Numbers(self)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("kind", "bare")
        self.setAccessibleName("Text of the source, with the quote marked")
        self.setCornerWidget(QWidget(self))
        self.verticalScrollBar().actionTriggered.connect(self._leave_quote)
        self.updateRequest.connect(self._follow)

    def show_text(self, shown: Shown, media_type: str, language: str) -> None:
        """Stand at the quote. `language` is Pygments' name of what code is written in."""
        self._shown, self._units = shown, Units(shown.text)
        self._code = media_type not in (TEXT, MARKDOWN, *MARKUP.values())
        self._drop_looks()
        wrap = QPlainTextEdit.LineWrapMode.NoWrap if self._code else QPlainTextEdit.LineWrapMode.WidgetWidth
        self.setLineWrapMode(wrap)
        self.setPlainText(unit_for_unit(shown.text))
        self._set_font()
        if self._code:
            self._code_look = CodeHighlighter(self.document(), language, code_format)
        elif media_type == MARKDOWN:
            self._markdown_look = MarkdownLook(self.document(), shown.blocks, self._units)
        self._mark()
        self.aim()

    def zoom_to(self, size: float) -> None:
        """1.0 is the usual size of the letters."""
        self._size = size
        self._set_font()
        self.aim()

    def aim(self) -> None:
        """Scroll to the quote, a quarter of the view above it; and again at a new size, until the user scrolls."""
        self._at_quote = True
        mark = self._shown.mark
        if mark is None:
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._units.at(mark[0]))
        self.setTextCursor(cursor)
        line = max(1, self.fontMetrics().lineSpacing())
        above = self.viewport().height() // (4 * line)
        bar = self.verticalScrollBar()
        bar.setValue(max(0, self._line_of(cursor) - above))
        self.horizontalScrollBar().setValue(0)

    @property
    def first_number(self) -> int:
        """What the first line is counted as; 0 without numbers."""
        return self._shown.first_line

    def line_range(self, range_: Range | None) -> tuple[int, int]:
        """The first and last block that hold the range; (0, -1) for none."""
        if range_ is None:
            return 0, -1
        document = self.document()
        first = document.findBlock(self._units.at(range_[0])).blockNumber()
        return first, document.findBlock(max(self._units.at(range_[1]) - 1, 0)).blockNumber()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_numbers()
        if self._at_quote:
            self.aim()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            if self._code_look is not None:
                self._code_look.use_formats(code_format)
            if self._markdown_look is not None:
                self._markdown_look.rehighlight()
            self._mark()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the zoom is not this view's own
        else:
            self._at_quote = False
            super().wheelEvent(event)

    def _leave_quote(self, _action: int) -> None:
        self._at_quote = False

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Called by the column of numbers, which is painted with the text's own geometry."""
        colours = current_colours()
        painter = QPainter(self._numbers)
        painter.setFont(_number_font(self._size))
        passage, quote = self.line_range(self._shown.passage), self.line_range(self._shown.quote)
        block = self.firstVisibleBlock()
        right = self._numbers.width() - BAR - S
        while block.isValid():
            rect = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if rect.top() > event.rect().bottom():
                break
            number = block.blockNumber()
            cited = quote[0] <= number <= quote[1]
            if passage[0] <= number <= passage[1]:
                bar = QRectF(self._numbers.width() - BAR - 2, rect.top(), BAR, rect.height())
                painter.fillRect(bar, QColor(colours.footnote if cited else colours.border))
            if self.first_number:
                painter.setPen(QColor(colours.text if cited else colours.faint))
                line = block.layout().lineAt(0).height() if block.layout().lineCount() else rect.height()
                spot = QRectF(0, rect.top(), right, line)
                place = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                painter.drawText(spot, place, str(self.first_number + number))
            block = block.next()
        painter.end()

    def numbers_width(self) -> int:
        last = self.first_number + self.blockCount() - 1
        digits = str(last) if self.first_number else ""
        return QFontMetrics(_number_font(self._size)).horizontalAdvance(digits) + 2 * S + BAR

    @property
    def _segments(self) -> list[Segment]:
        """The document is the text, from the first character to the last."""
        return [Segment(0, len(self._shown.text), 0)]

    def _mark(self) -> None:
        self.setExtraSelections(marks(self.document(), self._shown, self._segments, self._units))
        self._numbers.update()

    def _set_font(self) -> None:
        points = self._size * (SIZE_BODY - 1 if self._code else SIZE_BODY)
        font = code_font(points) if self._code else reading_font(points)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.setTabStopDistance(4 * QFontMetrics(font).horizontalAdvance(" "))
        if self._markdown_look is not None:
            self._markdown_look.use_size(points)
        self._place_numbers()

    def _drop_looks(self) -> None:
        for look in (self._code_look, self._markdown_look):
            if look is not None:
                look.setDocument(None)
                look.deleteLater()
        self._code_look = self._markdown_look = None

    def _place_numbers(self) -> None:
        width = self.numbers_width()
        self.setViewportMargins(width, 0, 0, 0)
        inside = self.contentsRect()
        self._numbers.setGeometry(QRect(inside.left(), inside.top(), width, inside.height()))

    def _follow(self, rect: QRect, moved: int) -> None:
        if moved:
            self._numbers.scroll(0, moved)
        else:
            self._numbers.update(0, rect.y(), self._numbers.width(), rect.height())

    def _line_of(self, cursor: QTextCursor) -> int:
        """The line on screen, counted from the top of the text as the scroll bar counts."""
        block = cursor.block()
        self.ensureCursorVisible()  # lays the text out as far as this
        layout = block.layout()
        inside = layout.lineForTextPosition(cursor.positionInBlock()).lineNumber() if layout.lineCount() else 0
        return block.firstLineNumber() + max(0, inside)


class _Numbers(QWidget):
    def __init__(self, view: LinesView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        return QSize(self._view.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_numbers(event)


def _number_font(size: float) -> QFont:
    return code_font(size * (SIZE_SMALL - 1))
