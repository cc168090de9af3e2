"""A block of code in an answer: its language, a copy button, and the code, coloured without holding up the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from desktop.code_colours import code_format
from desktop.controls import IconButton, column, frame, label, row
from desktop.drafting.highlighter import CodeHighlighter
from desktop.theme import code_font
from desktop.tokens import SIZE_BODY, XS, S


class CodeBlock(QFrame):
    """Grows with its code while an answer is written; text is only ever added at the end when that is what changed."""

    def __init__(self, language: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._language = language
        self._name = label(language or "text", "small")
        self._copy = IconButton("copy", "Copy this code")
        self._copy.clicked.connect(self._copy_code)
        self._text = _CodeView(self)
        self._text.setAccessibleName(f"Code, {language or 'plain text'}")
        self._highlighter = CodeHighlighter(self._text.document(), language or "text", code_format)
        head = frame("")
        line = row(head, gap=S)
        line.setContentsMargins(S, XS, XS, 0)
        line.addWidget(self._name)
        line.addStretch()
        line.addWidget(self._copy)
        stack = column(self)
        stack.addWidget(head)
        stack.addWidget(self._text)

    @property
    def code(self) -> str:
        return self._text.toPlainText()

    def show_code(self, code: str, language: str) -> None:
        if language != self._language:
            self._language = language
            self._name.setText(language or "text")
            self._highlighter.use_language(language or "text")
        self._text.show_text(code.rstrip("\n"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._highlighter.use_formats(code_format)

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self.code)
        self._copy.show_icon("check", "Copied")


class _CodeView(QPlainTextEdit):
    """Read-only lines, as high as the code, scrolled sideways."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("kind", "bare")
        self.setFont(code_font(SIZE_BODY))
        self.document().setDefaultFont(code_font(SIZE_BODY))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._fit()

    def show_text(self, text: str) -> None:
        shown = self.toPlainText()
        if text == shown:
            return
        if shown and text.startswith(shown):
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(shown) :])
        else:
            self.setPlainText(text)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways is ours, up and down belong to the conversation."""
        if abs(event.angleDelta().x()) > abs(event.angleDelta().y()):
            super().wheelEvent(event)
        else:
            event.ignore()

    def _fit(self) -> None:
        line = QFontMetrics(self.document().defaultFont()).lineSpacing()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.document().blockCount() * line + 2 * S + bar)
