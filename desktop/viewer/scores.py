"""Why a passage was found: its score by words, by meaning and both together, as three small bars.

The same shares, in the same words, as "Why this source?" below the answer (rag.account_words).
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.controls import label
from desktop.theme import current_colours
from desktop.tokens import S
from rag.account import SourceAccount
from rag.account_words import meaning_told, percent


class ScoreBars(QWidget):
    """Hidden when the scores are not known: while an answer is made, and for those of older versions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(S)
        self._grid.setVerticalSpacing(2)
        self._rows = [self._row(place, name) for place, name in enumerate(("words", "meaning", "together"))]
        self.hide()

    def show_scores(self, scores: SourceAccount | None) -> None:
        self.setVisible(scores is not None)
        if scores is None:
            return
        self._fill(0, scores.by_words, percent(scores.by_words))
        self._fill(1, scores.by_meaning, meaning_told(scores))
        self._fill(2, scores.fused, percent(scores.fused))

    def _row(self, place: int, name: str) -> tuple[_Bar, QLabel]:
        bar, value = _Bar(), label("", "small")
        self._grid.addWidget(label(name, "small"), place, 0)
        self._grid.addWidget(bar, place, 1)
        self._grid.addWidget(value, place, 2)
        self._grid.setColumnStretch(1, 1)
        bar.setAccessibleName(f"Score: {name}")
        return bar, value

    def _fill(self, place: int, share: float, text: str) -> None:
        bar, shown = self._rows[place]
        bar.show_share(share)
        bar.setAccessibleDescription(text)
        shown.setText(text)


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0

    def show_share(self, share: float) -> None:
        self._share = min(1.0, max(0.0, share))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = current_colours()
        painter = QPainter(self)
        top = self.height() / 2 - 2
        painter.fillRect(QRectF(0, top, self.width(), 4), QColor(colours.sunken))
        painter.fillRect(QRectF(0, top, self.width() * self._share, 4), QColor(colours.accent))
        painter.end()
