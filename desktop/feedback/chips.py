"""Words that are on or off, side by side, in as many lines as the width needs."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLayout, QLayoutItem, QPushButton, QSizePolicy, QWidget

from desktop.theme import current_colours
from desktop.tokens import RADIUS, SIZE_SMALL, XS, S

_SHEET = Template("""
QPushButton { color: $text; background: transparent; border: 1px solid $border; border-radius: ${radius}px;
  padding: 3px ${s}px; font-size: ${small}pt; }
QPushButton:hover { background: $sunken; }
QPushButton:checked { background: $selection; border-color: $accent; }
QPushButton:focus { border: 2px solid $accent; padding: 2px 7px; }
""")


class Chips(QWidget):
    """One chip for each key; `toggled` when the user turns one on or off."""

    toggled = Signal()

    def __init__(self, labels: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[str, QPushButton] = {}
        flow = FlowLayout(self)
        for key, label in labels.items():
            chip = QPushButton(label, self)
            chip.setCheckable(True)
            chip.clicked.connect(self.toggled)
            self._chips[key] = chip
            flow.addWidget(chip)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._dress()

    def chosen(self) -> tuple[str, ...]:
        return tuple(key for key, chip in self._chips.items() if chip.isChecked())

    def choose(self, keys: tuple[str, ...]) -> None:
        for key, chip in self._chips.items():
            chip.setChecked(key in keys)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _dress(self) -> None:
        colours = current_colours()
        sheet = _SHEET.substitute(
            text=colours.text,
            border=colours.border,
            sunken=colours.sunken,
            selection=colours.selection,
            accent=colours.accent,
            radius=RADIUS,
            s=S,
            small=SIZE_SMALL,
        )
        for chip in self._chips.values():
            if chip.styleSheet() != sheet:
                chip.setStyleSheet(sheet)


class FlowLayout(QLayout):
    """Left to right, then on the next line. Qt has none of its own."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(XS + 2)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Place the items, or only measure: the height they take."""
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            line = max(line, size.height())
        return y + line - rect.y()
