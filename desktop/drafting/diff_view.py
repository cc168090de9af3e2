"""Shows a suggestion: as it is written, and then against what it would replace.

What came is underlined on green, what goes is crossed out on red; code has + and - before its lines. So the
difference can be read without seeing colours. It changes nothing.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.drafting.difference import Change, Stretch, compare
from desktop.theme import code_font, current_colours, reading_font
from desktop.tokens import SIZE_BODY, S

_TINT = 38
"""Of 255: the colour behind a change; text on it keeps a contrast of at least 7:1 in both palettes."""

_SIGNS = {Change.SAME: "  ", Change.ADDED: "+ ", Change.REMOVED: "- "}


class DiffView(QPlainTextEdit):
    """Read-only; can be selected and copied."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.document().setDocumentMargin(S)
        self._stretches: list[Stretch] = []
        self._code = False
        self.use_face(code=False)

    def use_face(self, *, code: bool) -> None:
        """Letters of one width and no wrapping for code, the book face for prose."""
        self._code = code
        font = code_font(SIZE_BODY) if code else reading_font(SIZE_BODY)
        families = ", ".join(f'"{family}"' for family in font.families())
        self.setStyleSheet(f"QPlainTextEdit {{ font-family: {families}; font-size: {SIZE_BODY}pt; }}")
        wrap = QTextOption.WrapMode.NoWrap if code else QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        self.setWordWrapMode(wrap)

    def show_text(self, text: str) -> None:
        self._stretches = [Stretch(Change.SAME, text)]
        self.setPlainText(text)

    def append(self, text: str) -> None:
        """More of a text that is still being written; follows it unless the user has scrolled up."""
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text, QTextCharFormat())
        if at_end:
            bar.setValue(bar.maximum())

    def show_difference(self, before: str, after: str) -> None:
        self._stretches = compare(before, after, by_line=self._code)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and len(self._stretches) > 1:
            self._draw()

    def _draw(self) -> None:
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for stretch in self._stretches:
            cursor.insertText(self._signed(stretch), _format(stretch.change))
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _signed(self, stretch: Stretch) -> str:
        if not self._code:
            return stretch.text
        lines = stretch.text.splitlines(keepends=True)
        text = "".join(_SIGNS[stretch.change] + line for line in lines)
        return text if text.endswith("\n") or stretch is self._stretches[-1] else text + "\n"


def _format(change: Change) -> QTextCharFormat:
    made = QTextCharFormat()
    if change is Change.SAME:
        return made
    colours = current_colours()
    tint = QColor(colours.good if change is Change.ADDED else colours.bad)
    tint.setAlpha(_TINT)
    made.setBackground(tint)
    made.setFontUnderline(change is Change.ADDED)
    made.setFontStrikeOut(change is Change.REMOVED)
    return made
