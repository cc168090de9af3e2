"""The quotes above an answer: what the documents say, word for word, each with its number and place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QWidget

from desktop.controls import ElidedLabel, button, column, label, row
from desktop.theme import reading_font
from desktop.tokens import SIZE_BODY, XS, S
from rag.quoted_places import place_of_quoted
from rag.titles import where
from rag.types import Answer, Quote

SHOWN = 3
"""Quotes shown before "show all"; as many as make the answer in quotes mode."""


class QuoteRow(QFrame):
    """One quote; a click or Enter opens its source."""

    clicked = Signal()

    def __init__(self, quote: Quote) -> None:
        super().__init__()
        self.setProperty("role", "quote")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Quote {quote.source.number}: {quote.text}")
        told = where(quote.source, place=place_of_quoted(quote))
        self.setAccessibleDescription(told)
        words = label("", wrap=True)
        words.setTextFormat(Qt.TextFormat.RichText)
        words.setText(quote_html(quote))
        words.setFont(reading_font(SIZE_BODY))
        place = ElidedLabel(told)
        place.setProperty("role", "small")
        number = label(str(quote.source.number), "footnote")
        number.setFixedWidth(22)
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        text = column(gap=1)
        text.addWidget(words)
        text.addWidget(place)
        line = row(self, gap=S)
        line.setContentsMargins(XS, XS, S, XS)
        line.addWidget(number, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(text, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


def quote_html(quote: Quote) -> str:
    """The quote on one line, escaped, the words found in it in bold."""
    before, found, behind = quote.parts
    if quote.found is None:
        return _escaped(before).strip()
    return f"{_escaped(before)}<b>{_escaped(found)}</b>{_escaped(behind)}".strip()


def told_quotes(answer: Answer) -> tuple[Quote, ...]:
    """An answer's quotes; where it says that the documents do not say, no words in them stand out."""
    if not answer.abstained:
        return answer.quotes
    return tuple(replace(quote, found=None) for quote in answer.quotes)


def quotes_heading(answer: Answer) -> str:
    """What stands above an answer's quotes, with how likely they hold the answer where that was measured."""
    if answer.abstained:
        return "The nearest passages"
    if answer.confidence is None:
        return "What your documents say"
    return f"What your documents say · {round(100 * answer.confidence)} % likely the answer"


def _escaped(text: str) -> str:
    return escape(re.sub(r"\s+", " ", text))


class QuoteList(QWidget):
    """Shows the first few quotes, and all on demand. `quote_opened` carries the place in the list."""

    quote_opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = label("", "small")
        self._quotes: tuple[Quote, ...] = ()
        self._rows: list[QuoteRow] = []
        self._more = button("", "link")
        self._more.clicked.connect(self._show_all)
        self._stack = column(self, gap=XS)
        self._stack.addWidget(self._heading)
        self._stack.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_quotes(self, quotes: Sequence[Quote], heading: str) -> None:
        """Nothing is built anew when the quotes are the same."""
        self.rename(heading)
        if tuple(quotes) == self._quotes:
            return
        self._quotes = tuple(quotes)
        for old in self._rows:
            self._stack.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = []
        self._make_rows(self._quotes[:SHOWN])
        self._more.setText(f"Show all {len(self._quotes)} quotes")
        self._more.setVisible(len(self._quotes) > SHOWN)
        self.setVisible(bool(self._rows))

    def rename(self, heading: str) -> None:
        self._heading.setText(heading)

    def _show_all(self) -> None:
        self._make_rows(self._quotes[SHOWN:])
        self._more.hide()

    def _make_rows(self, quotes: Sequence[Quote]) -> None:
        for quote in quotes:
            made = QuoteRow(quote)
            made.clicked.connect(self._open_sender)
            self._rows.append(made)
            self._stack.insertWidget(len(self._rows), made)

    def _open_sender(self) -> None:
        sender = self.sender()
        if isinstance(sender, QuoteRow) and sender in self._rows:
            self.quote_opened.emit(self._rows.index(sender))
