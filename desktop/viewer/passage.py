"""The passage as it was read, with the quote marked in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QResizeEvent, QTextCharFormat, QTextCursor, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from desktop.theme import code_font, current_colours, reading_font
from desktop.tokens import SIZE_BODY
from desktop.viewer.reference import Reference
from rag.types import Source

CODE_SUFFIXES = frozenset(
    ".c .cc .cpp .cs .css .go .h .hpp .java .js .json .kt .lua .php .py .r .rb .rs .sh .sql .toml .ts .yaml".split()
)


class PassageView(QTextEdit):
    """Plain text, selectable, as high as it is long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reference: Reference | None = None
        self.setReadOnly(True)
        self.setAccessibleName("Passage")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("kind", "bare")
        self.document().setDocumentMargin(0)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_reference(self, reference: Reference) -> None:
        self._reference = reference
        is_code = reference.source.path.suffix.lower() in CODE_SUFFIXES
        font = code_font(SIZE_BODY - 1) if is_code else reading_font(SIZE_BODY)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.setPlainText(reference.source.text)
        self._mark()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._mark()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _mark(self) -> None:
        if self._reference is None:
            return
        start, end = quote_range(self._reference)
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(self._reference.source.text[:start]))
        cursor.setPosition(_units(self._reference.source.text[:end]), QTextCursor.MoveMode.KeepAnchor)
        pen = QTextCharFormat()
        pen.setBackground(QColor(current_colours().quote))
        pen.setForeground(QColor(current_colours().quote_text))
        cursor.setCharFormat(pen)

    def _fit(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        self.setFixedHeight(max(1, round(self.document().size().height()) + 2))


def quote_range(reference: Reference) -> tuple[int, int]:
    """The quote's characters in the source's text; (0, 0) when nothing in particular is meant or it is not there."""
    source: Source = reference.source
    if not reference.quote:
        return 0, 0
    if reference.span is not None:
        start = reference.span.start - source.span.start
        end = reference.span.end - source.span.start
        if start >= 0 and source.text[start:end] == reference.quote:
            return start, end
    found = source.text.find(reference.quote)
    return (found, found + len(reference.quote)) if found >= 0 else (0, 0)


def _units(text: str) -> int:
    """Qt counts UTF-16 units, we count code points."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
