"""Rich text that is exactly as high as its content: a run of prose in an answer.

It loads nothing and follows no link; a footnote mark under the mouse or the keyboard is told to whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from desktop.chat.markdown import DOUBT_SCHEME, MARK_SCHEME, Block, Look, to_html
from desktop.chat.shade import Stretch, selections
from desktop.theme import CODE_FAMILIES, current_colours, reading_font
from desktop.tokens import SIZE_READING

LEADING = 1.18
"""Distance of lines to the face's own height: about 1.5 times the size of the letters."""

_RHYTHM = """
p { margin-top: 0; margin-bottom: 8px; }
li { margin-bottom: 3px; }
h1 { font-size: 15pt; margin: 6px 0 6px 0; } h2 { font-size: 13.5pt; margin: 6px 0 5px 0; }
h3, h4, h5, h6 { font-size: 12pt; margin: 4px 0 4px 0; }
ul, ol { margin-top: 0; margin-bottom: 8px; margin-left: 0; -qt-list-indent: 1; }
"""


def current_look() -> Look:
    """The colours on screen now, in the words of desktop.chat.markdown."""
    colours = current_colours()
    return Look(
        footnote=colours.footnote,
        footnote_background=colours.sunken,
        code_background=colours.sunken,
        muted=colours.muted,
        border=colours.border,
        code_family=", ".join(f"'{family}'" for family in CODE_FAMILIES),
        doubt=colours.warn,
    )


_PARAGRAPH, _LINE = "\N{PARAGRAPH SEPARATOR}", "\N{LINE SEPARATOR}"
_MARK_SHOWN = re.compile(r"\N{NO-BREAK SPACE}(\d{1,4})\N{NO-BREAK SPACE}")
"""As desktop.chat.markdown draws [n]."""

_DOUBT_SHOWN, _DOUBT_COPIED = "\N{NO-BREAK SPACE}?\N{NO-BREAK SPACE}", " [not found in the documents]"


def _no_notes(_numbers: frozenset[int]) -> str:
    return ""


class ProseView(QTextBrowser):
    """Shows one block, or several joined ones.

    `place` in the signals is a mark's place among all [n] of the answer, a doubt's among all its sentences.
    """

    mark_hovered = Signal(int, QPoint)
    mark_left = Signal()
    mark_clicked = Signal(int)
    doubt_hovered = Signal(int, QPoint)
    doubt_clicked = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._block = Block("", 0, 0)
        self._known: frozenset[int] = frozenset()
        self._hovered = ""
        self._shaded: tuple[Stretch, ...] = ()
        self._first_letter = 0
        self._notes: Callable[[frozenset[int]], str] = _no_notes
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(reading_font(SIZE_READING))
        self.document().setDefaultFont(reading_font(SIZE_READING))
        self.document().setDocumentMargin(0)
        self.document().setDefaultStyleSheet(_RHYTHM)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.anchorClicked.connect(self._tell_click)
        self.highlighted.connect(self._tell_focus)

    def show_block(self, block: Block, known: frozenset[int]) -> None:
        """Draw the block; nothing happens when it is the same as before."""
        if (block, known) == (self._block, self._known):
            return
        self._block, self._known = block, known
        self._draw()

    def shade(self, shaded: Sequence[Stretch], first_letter: int) -> None:
        """Shade these stretches of the answer, whose letter `first_letter` is the first here; none takes it away."""
        if (tuple(shaded), first_letter) != (self._shaded, self._first_letter):
            self._shaded, self._first_letter = tuple(shaded), first_letter
            self._draw_shade()

    def use_notes(self, notes: Callable[[frozenset[int]], str]) -> None:
        """What is copied with the mouse gets these notes, given the numbers of the marks in it."""
        self._notes = notes

    def createMimeDataFromSelection(self) -> QMimeData:
        """The words as they are read, a mark as [n], and with any mark what it stands for and who wrote this."""
        selected = self.textCursor().selectedText().replace(_PARAGRAPH, "\n").replace(_LINE, "\n")
        selected = selected.replace(_DOUBT_SHOWN, _DOUBT_COPIED)
        text = _MARK_SHOWN.sub(r" [\1]", selected).replace("\N{NO-BREAK SPACE}", " ")
        numbers = frozenset(int(number) for number in _MARK_SHOWN.findall(selected))
        notes = self._notes(numbers) if numbers or self._is_all_selected() else ""
        data = QMimeData()
        data.setText(f"{text.rstrip()}\n\n{notes}" if notes else text)
        return data

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        return None

    def sizeHint(self) -> QSize:
        return QSize(200, self._wanted_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._wanted_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.anchorAt(event.position().toPoint()), event.globalPosition().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover("", QPoint())

    def _is_all_selected(self) -> bool:
        cursor = self.textCursor()
        return cursor.selectionEnd() - cursor.selectionStart() >= self.document().characterCount() - 1

    def _draw(self) -> None:
        self.setHtml(to_html(self._block, self._known, current_look()))
        self._set_leading()
        self._draw_shade()
        self._fit()

    def _draw_shade(self) -> None:
        tint = current_colours().warn
        self.setExtraSelections(selections(self._block, self._first_letter, self.document(), self._shaded, tint))

    def _set_leading(self) -> None:
        """Lines at one distance, also those with a raised mark; headings keep their own."""
        height = LEADING * QFontMetricsF(self.document().defaultFont()).height()
        block = self.document().begin()
        while block.isValid():
            if not block.blockFormat().headingLevel():
                leaded = QTextBlockFormat()
                leaded.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
                QTextCursor(block).mergeBlockFormat(leaded)
            block = block.next()

    def _fit(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        self.setFixedHeight(self._wanted_height())

    def _wanted_height(self) -> int:
        return max(1, round(self.document().size().height()))

    def _hover(self, address: str, where: QPoint) -> None:
        if address == self._hovered:
            return
        self._hovered = address
        self._tell_hover(address, where)

    def _tell_hover(self, address: str, where: QPoint) -> None:
        if address.startswith(MARK_SCHEME):
            self.mark_hovered.emit(int(address.removeprefix(MARK_SCHEME)), where)
        elif address.startswith(DOUBT_SCHEME):
            self.doubt_hovered.emit(int(address.removeprefix(DOUBT_SCHEME)), where)
        else:
            self.mark_left.emit()

    def _tell_focus(self, url: QUrl) -> None:
        """A mark that Tab has come to says the same as under the mouse."""
        if self.hasFocus() and not self.underMouse() and url.toString():
            self._tell_hover(url.toString(), self._cursor_place())

    def _cursor_place(self) -> QPoint:
        return self.viewport().mapToGlobal(self.cursorRect().bottomLeft())

    def _tell_click(self, url: QUrl) -> None:
        address = url.toString()
        if address.startswith(MARK_SCHEME):
            self.mark_clicked.emit(int(address.removeprefix(MARK_SCHEME)))
        elif address.startswith(DOUBT_SCHEME):
            self.doubt_clicked.emit(int(address.removeprefix(DOUBT_SCHEME)), self._cursor_place())
