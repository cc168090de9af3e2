"""The slim column at the far left that leads to the pages."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QWidget

from desktop.controls import IconButton, column
from desktop.tokens import SIZE_SMALL, XS, S

WIDTH = 68


class Rail(QFrame):
    """`chosen` carries the page's place."""

    chosen = Signal(int)

    def __init__(self, pages: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        """`pages` are pairs of an icon and a name."""
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setFixedWidth(WIDTH)
        self._group = QButtonGroup(self)
        stack = column(self, gap=XS)
        stack.setContentsMargins(XS, S, XS, S)
        for place, (icon_name, name) in enumerate(pages):
            made = IconButton(icon_name, f"{name} (Ctrl+{place + 1})")
            made.setAccessibleName(name)
            made.setText(name)
            made.setIconSize(QSize(22, 22))
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            made.setFixedSize(WIDTH - 2 * XS - 1, 54)
            small = made.font()
            small.setPointSizeF(SIZE_SMALL)
            made.setFont(small)
            made.setCheckable(True)
            self._group.addButton(made, place)
            stack.addWidget(made)
        stack.addStretch()
        self._group.idClicked.connect(self.chosen)

    def show_place(self, place: int) -> None:
        self._group.button(place).setChecked(True)
