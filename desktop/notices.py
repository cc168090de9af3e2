"""How the window speaks of what happened: one calm line, what to do next, and nothing that must be clicked away.

NoticeLine is one sentence in a page; ErrorCard is a FootnoteError with its advice and buttons; NoticeBar stands at
the bottom of the window and keeps the last few. They know no job and no page.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from desktop.controls import IconButton, button, column, icon, label, row
from desktop.jobs import UnexpectedError
from desktop.theme import current_colours
from desktop.tokens import XS, M, S
from rag.errors import FootnoteError

_COMMAND = re.compile(r"`([^`]+)`")

MOST_LINES = 3
"""The bar never takes more of the window than this many lines; the oldest goes first."""


def quoted(text: str) -> str:
    """Commands stand in back-ticks in the service's sentences; on screen they stand in quotes."""
    return _COMMAND.sub(r"“\1”", text)


class Picture(QLabel):
    """An icon in one of the theme's colours."""

    def __init__(self, icon_name: str, colour: str = "muted") -> None:
        super().__init__()
        self._icon_name = icon_name
        self._colour = colour
        self._load()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._load()

    def _load(self) -> None:
        colour: str = getattr(current_colours(), self._colour)
        self.setPixmap(icon(self._icon_name, colour, 16).pixmap(16, 16))


class NoticeLine(QFrame):
    """A small sentence with an i before it; with `dismissable` it can be put away."""

    closed = Signal()

    def __init__(self, text: str, *, icon_name: str = "info", dismissable: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setAccessibleName(text)
        self._line = row(self, gap=S)
        self._line.setContentsMargins(S, XS, S, XS)
        self._line.addWidget(Picture(icon_name))
        self._line.addWidget(label(quoted(text), "small", wrap=True), 1)
        if dismissable:
            close = IconButton("close", "Dismiss")
            close.clicked.connect(self.closed)
            self._line.addWidget(close)

    def offer(self, text: str, act: Callable[[], None]) -> None:
        """Add a button that does something about it, once. `act` is a bound method or a plain function."""
        made = button(text, "link")
        made.clicked.connect(act)
        made.clicked.connect(self.closed)
        self._line.insertWidget(2, made)


class ErrorCard(QFrame):
    """What went wrong and what to do next. `retry_requested` comes from its button, when there is one."""

    retry_requested = Signal()
    closed = Signal()

    def __init__(self, error: FootnoteError, *, retry: str = "", dismissable: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setAccessibleName(str(error))
        self._details = error.details if isinstance(error, UnexpectedError) else ""
        line = row(self, margin=S, gap=S)
        line.addWidget(Picture("warning", "warn"))
        words = column(gap=XS)
        words.addWidget(label(quoted(error.message), wrap=True))
        if error.advice:
            words.addWidget(label(quoted(error.advice), "small", wrap=True))
        line.addLayout(words, 1)
        for made in self._buttons(retry):
            line.addWidget(made)
        if dismissable:
            close = IconButton("close", "Dismiss")
            close.clicked.connect(self.closed)
            line.addWidget(close)

    def _buttons(self, retry: str) -> list[QPushButton]:
        made: list[QPushButton] = []
        if self._details:
            made.append(button("Copy details", "link"))
            made[-1].clicked.connect(self._copy)
        if retry:
            made.append(button(retry))
            made[-1].clicked.connect(self.retry_requested)
        return made

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)


class NoticeBar(QWidget):
    """The last few notices at the bottom of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = column(self, gap=XS)
        self._stack.setContentsMargins(M, 0, M, 0)
        self._lines: list[NoticeLine | ErrorCard] = []
        self.hide()

    def tell(self, text: str) -> NoticeLine:
        """Show a sentence; the line is returned so that a button may be offered on it."""
        line = NoticeLine(text, dismissable=True)
        self._add(line)
        return line

    def tell_error(self, error: FootnoteError) -> None:
        self._add(ErrorCard(error, dismissable=True))

    @property
    def texts(self) -> list[str]:
        """What is shown now, oldest first."""
        return [line.accessibleName() for line in self._lines]

    def _add(self, line: NoticeLine | ErrorCard) -> None:
        while len(self._lines) >= MOST_LINES:
            self._remove(self._lines[0])
        line.closed.connect(self._remove_sender)
        self._lines.append(line)
        self._stack.addWidget(line)
        self.setContentsMargins(0, S, 0, S)
        self.show()

    def _remove_sender(self) -> None:
        sender = self.sender()
        if isinstance(sender, NoticeLine | ErrorCard):
            self._remove(sender)

    def _remove(self, line: NoticeLine | ErrorCard) -> None:
        if line in self._lines:
            self._lines.remove(line)
            self._stack.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.setVisible(bool(self._lines))
