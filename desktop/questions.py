"""Asks before something goes away: one question, a button that names the act, and "Keep" as the safe default."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget


def ask(parent: QWidget, question: str, explanation: str, verb: str, act: Callable[[], None]) -> None:
    """Call `act` if the user presses `verb`. Returns at once; the window stays alive behind the question."""
    _Question(parent, question, explanation, verb, act).open()


class _Question(QObject):
    """Lives as long as its box is open."""

    def __init__(self, parent: QWidget, question: str, explanation: str, verb: str, act: Callable[[], None]) -> None:
        super().__init__(parent)
        self._act = act
        self._box = QMessageBox(parent)
        self._box.setTextFormat(Qt.TextFormat.PlainText)
        self._box.setText(question)
        self._box.setInformativeText(explanation)
        self._yes: QPushButton = self._box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
        self._yes.setProperty("kind", "danger")
        keep = self._box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        self._box.setDefaultButton(keep)
        self._box.setEscapeButton(keep)
        self._box.finished.connect(self._finish)

    def open(self) -> None:
        self._box.open()

    @Slot()
    def _finish(self) -> None:
        if self._box.clickedButton() is self._yes:
            self._act()
        self._box.deleteLater()
        self.deleteLater()
