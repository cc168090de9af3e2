"""A drawn page, as wide as the panel, with the quote marked on it like with a highlighter pen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import current_colours
from desktop.tokens import PAPER
from rag.types import TextBox


class PagePicture(QWidget):
    """Empty and without height until `show_page`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QImage()
        self._boxes: tuple[TextBox, ...] = ()
        self._page_width = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The page, with the quote marked")
        self.clear()

    def show_page(self, picture: QImage, boxes: tuple[TextBox, ...], page_width: float) -> None:
        """`page_width` in points, in which the boxes count."""
        self._picture, self._boxes, self._page_width = picture, boxes, page_width or 1.0
        self.setVisible(not picture.isNull())
        self._fit()
        self.update()

    def clear(self) -> None:
        self._picture, self._boxes = QImage(), ()
        self.hide()

    @property
    def marked(self) -> float | None:
        """Where the first box stands, in pixels from the top; None without one."""
        return self._scaled(self._boxes[0]).top() if self._boxes else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(200, 280)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._picture)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for box in self._boxes:
            painter.fillRect(self._scaled(box), QColor(PAPER.quote))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setPen(QPen(QColor(current_colours().border), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _scaled(self, box: TextBox) -> QRectF:
        scale = self.width() / self._page_width
        return QRectF(
            box.left * scale - 1,
            box.top * scale - 1,
            (box.right - box.left) * scale + 2,
            (box.bottom - box.top) * scale + 2,
        )

    def _fit(self) -> None:
        if not self._picture.isNull():
            self.setFixedHeight(max(1, round(self.width() * self._picture.height() / self._picture.width())))
