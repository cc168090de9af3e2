"""‹ 2/3 ›: steps between the branches of a conversation at one message."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.controls import IconButton, label, row


class BranchSwitcher(QWidget):
    """Hidden as long as there is only one branch. `branch_requested` carries the message's id."""

    branch_requested = Signal(int)

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._siblings: tuple[int, ...] = ()
        self._place = 0
        self._back = IconButton("chevron-left", f"Previous version of this {what}")
        self._count = label("", "small")
        self._forward = IconButton("chevron-right", f"Next version of this {what}")
        self._back.clicked.connect(self._go_back)
        self._forward.clicked.connect(self._go_forward)
        line = row(self)
        for widget in (self._back, self._count, self._forward):
            line.addWidget(widget)
        self.hide()

    def show_branches(self, siblings: tuple[int, ...], current: int) -> None:
        self._siblings = siblings
        self._place = siblings.index(current) if current in siblings else 0
        self._count.setText(f"{self._place + 1}/{len(siblings)}")
        self._count.setAccessibleName(f"Version {self._place + 1} of {len(siblings)}")
        self._back.setEnabled(self._place > 0)
        self._forward.setEnabled(self._place < len(siblings) - 1)
        self.setVisible(len(siblings) > 1)

    def _go_back(self) -> None:
        self.branch_requested.emit(self._siblings[self._place - 1])

    def _go_forward(self) -> None:
        self.branch_requested.emit(self._siblings[self._place + 1])
