"""Why a passage was found: its score by words, by meaning and both together, as three small bars."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.controls import label
from desktop.theme import current_colours
from desktop.tokens import S
from rag.types import Scores


class ScoreBars(QWidget):
    """Hidden when the scores are not known (answers opened later do not keep them)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(S)
        self._grid.setVerticalSpacing(2)
        self._rows = [self._row(place, name) for place, name in enumerate(("words", "meaning", "together"))]
        self.hide()

    def show_scores(self, scores: Scores | None, best_words: float) -> None:
        """`best_words` is the highest BM25 beside it: that scale has no end of its own."""
        self.setVisible(scores is not None)
        if scores is None:
            return
        words, vectors = scores.words, scores.vectors
        self._fill(0, None if words is None else words / max(best_words, 1e-9), words)
        self._fill(1, vectors, vectors)
        self._fill(2, scores.fused, scores.fused)

    def _row(self, place: int, name: str) -> tuple[_Bar, QLabel]:
        bar, value = _Bar(), label("", "small")
        self._grid.addWidget(label(name, "small"), place, 0)
        self._grid.addWidget(bar, place, 1)
        self._grid.addWidget(value, place, 2)
        self._grid.setColumnStretch(1, 1)
        bar.setAccessibleName(f"Score: {name}")
        return bar, value

    def _fill(self, place: int, share: float | None, value: float | None) -> None:
        bar, shown = self._rows[place]
        text = "not found" if value is None else f"{value:.2f}"
        bar.show_share(share or 0.0)
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
