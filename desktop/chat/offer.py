"""What stands under "Your documents do not say": to answer without them, as an act of its own, or what that needs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.controls import button, column, label, row
from desktop.notices import quoted
from desktop.tokens import S

MEANS = "The model then writes what it knows by itself. That answer stands beside this one and is marked."


class WithoutOffer(QWidget):
    """Hidden until `offer`. `needed` says what is missing before it works; empty when nothing is."""

    accepted = Signal()
    models_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer = button("Answer without my documents")
        self._answer.clicked.connect(self.accepted)
        self._models = button("Choose a model…")
        self._models.clicked.connect(self.models_requested)
        self._words = label("", "small", wrap=True)
        self._answer.setAccessibleDescription(MEANS)
        stack = column(self, gap=S)
        line = row(gap=S)
        for each in (self._answer, self._models):
            line.addWidget(each)
        line.addStretch()
        stack.addWidget(self._words)
        stack.addLayout(line)
        self._needed = ""
        self.show_needed("")
        self.hide()

    @property
    def needed(self) -> str:
        return self._needed

    def show_needed(self, needed: str) -> None:
        self._needed = needed
        self._words.setText(quoted(needed) or MEANS)
        self._answer.setVisible(not needed)
        self._models.setVisible(bool(needed))
