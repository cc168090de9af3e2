"""A quiet button with a chevron that opens something below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.controls import icon
from desktop.theme import current_colours

_SIDE = 14
"""Of the chevron, in pixels: as high as small text."""


class Disclosure(QPushButton):
    """Space and Enter open and close it, as a click does."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("kind", "disclosure")
        self.setCheckable(True)
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setAccessibleName(text)
        self.toggled.connect(self._draw)
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        name = "chevron-down" if self.isChecked() else "chevron-right"
        self.setIcon(icon(name, current_colours().muted, _SIDE))
        self.setAccessibleDescription("opened" if self.isChecked() else "closed")
