"""How far answers are held to their sources: one choice, in words that say what comes of it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from desktop.controls import column, label
from desktop.tokens import XS
from rag.constraint import Strength

CHOICES = {
    "": ("As suits the model", "The small model in the box copies; larger ones write freely, with true numbers only."),
    Strength.VERBATIM.value: ("Word for word", "Every answer is a stretch of one sentence of a source."),
    Strength.PHRASED.value: ("Close to the words", "A stretch of a source, with words of your question around it."),
    Strength.CITATIONS.value: ("Free, with true numbers", "Any words; only numbers of sources that were read."),
    Strength.OFF.value: ("Free", "Any words. Numbers that don't hold are still taken out afterwards."),
}


class StrengthChoice(QWidget):
    """`chosen` carries a value of Preferences.strength, when the user picks another one."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = QComboBox()
        self._choice.setAccessibleName("How answers from your documents are written")
        for value, (words, _) in CHOICES.items():
            self._choice.addItem(words, value)
        self._meaning = label("", "small", wrap=True)
        stack = column(self, gap=XS)
        stack.addWidget(self._choice)
        stack.addWidget(self._meaning)
        self._choice.activated.connect(self._tell)
        self.show_strength("")

    def show_strength(self, strength: str) -> None:
        """Without telling anybody; a value nobody knows is shown as the default."""
        self._choice.setCurrentIndex(max(0, self._choice.findData(strength)))
        self._explain()

    @Slot()
    def _tell(self) -> None:
        self._explain()
        self.chosen.emit(self._choice.currentData())

    def _explain(self) -> None:
        self._meaning.setText(CHOICES[self._choice.currentData()][1])
